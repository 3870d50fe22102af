using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// Eigenvalues of the Hessian ∇²F at a point, by Lanczos iteration on Hessian-vector products. At a kink they are those of the smooth pieces that
/// backpropagation selected, and <see cref="Kinks"/> lists the kinks.
/// </summary>
/// <param name="Eigenvalues">In ascending order: all of them, or the Ritz values of a Krylov space, whose first and last are accurate to
/// <paramref name="ErrorBound"/>.</param>
/// <param name="IsComplete">Whether these are all, with multiplicity.</param>
/// <param name="ErrorBound">The largest possible distance of the smallest and the largest value from an eigenvalue.</param>
/// <param name="SmallestVector">A unit eigenvector of the smallest: the direction of most negative curvature, if there is any.</param>
/// <param name="LargestVector">A unit eigenvector of the largest.</param>
/// <param name="GradientNorm">The norm of the gradient at the point, by backpropagation.</param>
/// <param name="Kinks">The kinks, at which second derivatives do not exist.</param>
public sealed record HessianSpectrum(IReadOnlyList<double> Eigenvalues, bool IsComplete, double ErrorBound, double[] SmallestVector, double[] LargestVector,
    double GradientNorm, KinkCensus Kinks)
{
    /// <summary>The smallest eigenvalue.</summary>
    public double Smallest => Eigenvalues[0];

    /// <summary>The largest eigenvalue.</summary>
    public double Largest => Eigenvalues[^1];

    /// <summary>The spectral norm: the largest magnitude of an eigenvalue.</summary>
    public double Norm => Math.Max(Math.Abs(Smallest), Math.Abs(Largest));

    /// <summary>Whether every operation is twice differentiable at the point, so that this is the spectrum of F's Hessian.</summary>
    public bool IsTwiceDifferentiable => Kinks.IsEmpty;

    /// <summary>Computes the spectrum at a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="options">Products, tolerance, seed; the defaults if null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArithmeticException">A Hessian-vector product is not finite.</exception>
    public static HessianSpectrum At(Objective objective, ReadOnlySpan<double> point, SpectrumOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        options ??= new SpectrumOptions();
        options.Check();
        double[] x = point.ToArray();
        HessianProduct? last = null;
        Lanczos.Spectrum found = Lanczos.Find(x.Length, v => (last = objective.HessianProduct(x, v, options.Selections)).Product, options.Products,
            options.Tolerance, options.Seed, cancellation);
        return new HessianSpectrum(found.Values, found.IsComplete, found.ErrorBound, found.SmallestVector, found.LargestVector,
            TensorPrimitives.Norm<double>(last!.Gradient), last.Kinks);
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
