using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The map of one step of gradient descent, T(x) = x − α·∇F(x). For α &lt; 1/L it is a diffeomorphism (J. Lee et al., COLT 2016, proposition 8), and its
/// derivative at a critical point splits space into stable, centre and unstable directions.
/// </summary>
/// <param name="objective">F.</param>
/// <param name="stepSize">α.</param>
/// <param name="selections">The selections of backpropagation at kinks.</param>
public sealed class GradientMap(Objective objective, double stepSize, Selections? selections = null)
{
    private readonly Objective objective = objective ?? throw new ArgumentNullException(nameof(objective));
    private readonly double stepSize = stepSize > 0 && double.IsFinite(stepSize)
        ? stepSize
        : throw new ArgumentOutOfRangeException(nameof(stepSize), stepSize, $"A step size of {stepSize} was given; it must be above 0 and finite.");
    private readonly Selections selections = selections ?? Selections.PyTorch;

    /// <summary>T(x).</summary>
    /// <param name="point">x.</param>
    public double[] Apply(ReadOnlySpan<double> point)
    {
        double[] next = objective.Gradient(point, selections).Gradient;
        TensorPrimitives.MultiplyAdd(next, -stepSize, point, next);
        return next;
    }

    /// <summary>T⁻¹(z): the fixed point of y ↦ z + α·∇F(y), which is a contraction where α &lt; 1/L; it is the proximal point of −α·F.</summary>
    /// <param name="image">z.</param>
    /// <param name="tolerance">The largest distance of T(y) from z, relative to max(1, ‖z‖).</param>
    /// <param name="steps">The most evaluations.</param>
    /// <returns>y, or null if the iteration does not converge, which may happen for α ≥ 1/L.</returns>
    public double[]? Invert(ReadOnlySpan<double> image, double tolerance = 1e-12, int steps = 10_000)
    {
        double[] y = image.ToArray(), previous = new double[y.Length];
        double near = tolerance * Math.Max(1, TensorPrimitives.Norm(image));
        for (int k = 0; k < steps; k++)
        {
            y.CopyTo(previous.AsSpan());
            TensorPrimitives.MultiplyAdd(objective.Gradient(previous, selections).Gradient, stepSize, image, y);
            double change = TensorPrimitives.Distance<double>(y, previous);
            if (!double.IsFinite(change))
                return null;
            if (change <= near)
                return y;
        }

        return null;
    }

    /// <summary>The smallest eigenvalue of the derivative I − α·∇²F(x); if it is above 0, T is a local diffeomorphism.</summary>
    /// <param name="point">x.</param>
    /// <param name="options">The options of the eigenvalue computation.</param>
    public double SmallestEigenvalue(ReadOnlySpan<double> point, SpectrumOptions? options = null) =>
        1 - (stepSize * HessianSpectrum.At(objective, point, options ?? new SpectrumOptions { Selections = selections }).Largest);

    /// <summary>
    /// The dimensions of the stable, centre and unstable spaces of the derivative at a critical point: the numbers of eigenvalues of magnitude below, at and
    /// above 1. The point is hyperbolic if the second number is 0.
    /// </summary>
    /// <param name="point">The critical point.</param>
    /// <param name="tolerance">The largest distance from 1 that counts as 1.</param>
    public (int Stable, int Centre, int Unstable) Split(ReadOnlySpan<double> point, double tolerance = 1e-9)
    {
        HessianSpectrum spectrum = HessianSpectrum.At(objective, point, new SpectrumOptions { Selections = selections, Products = point.Length });
        double[] sizes = [.. spectrum.Eigenvalues.Select(eigenvalue => Math.Abs(1 - (stepSize * eigenvalue)))];
        return (sizes.Count(size => size < 1 - tolerance), sizes.Count(size => Math.Abs(size - 1) <= tolerance), sizes.Count(size => size > 1 + tolerance));
    }
}
