using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The smoothness constant L, ‖∇F(x) − ∇F(y)‖ ≤ L·‖x − y‖, estimated from points: the largest spectral norm of the Hessian, or the largest ratio along a run.
/// It is a lower bound of the constant over a region, and exact if the Hessian is constant. At a kink there is no such constant; <see cref="KinkPoints"/>
/// counts these points.
/// </summary>
/// <param name="Value">L.</param>
/// <param name="Points">The number of points.</param>
/// <param name="KinkPoints">The number of points at a kink, where second derivatives are those of single pieces.</param>
public sealed record SmoothnessConstant(double Value, int Points, int KinkPoints)
{
    /// <summary>Whether no point was at a kink.</summary>
    public bool IsOfSmoothPoints => KinkPoints == 0;

    /// <summary>Computes the constant at a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="options">The options of the eigenvalue computation.</param>
    /// <param name="cancellation">Stops it.</param>
    public static SmoothnessConstant At(Objective objective, ReadOnlySpan<double> point, SpectrumOptions? options = null,
        CancellationToken cancellation = default)
    {
        HessianSpectrum spectrum = HessianSpectrum.At(objective, point, options, cancellation);
        return new SmoothnessConstant(spectrum.Norm, 1, spectrum.IsTwiceDifferentiable ? 0 : 1);
    }

    /// <summary>Estimates the constant over a box: the largest at points drawn uniformly from it.</summary>
    /// <param name="objective">F.</param>
    /// <param name="box">The box.</param>
    /// <param name="samples">The number of points.</param>
    /// <param name="options">The options of the eigenvalue computation, and the seed.</param>
    /// <param name="cancellation">Stops it.</param>
    public static SmoothnessConstant Over(Objective objective, Box box, int samples, SpectrumOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        options ??= new SpectrumOptions();
        SmoothnessConstant worst = new(0, 0, 0);
        double[] point = new double[box.Dimension];
        for (int i = 0; i < samples; i++)
        {
            Philox.For(options.Seed, (uint)Streams.CurvaturePoints, (ulong)i).Uniform<double>(point, 0, 1);
            for (int j = 0; j < point.Length; j++)
                point[j] = box.Lower[j] + (point[j] * (box.Upper[j] - box.Lower[j]));
            worst = worst.And(At(objective, point, options, cancellation));
        }

        return worst;
    }

    /// <summary>Estimates the constant along a run: the largest over evenly spread points, which include the first and the last.</summary>
    /// <param name="objective">F.</param>
    /// <param name="run">The run.</param>
    /// <param name="samples">The most points.</param>
    /// <param name="options">The options of the eigenvalue computation.</param>
    /// <param name="cancellation">Stops it.</param>
    public static SmoothnessConstant Along(Objective objective, Trajectory run, int samples = 20, SpectrumOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        SmoothnessConstant worst = new(0, 0, 0);
        int count = Math.Min(samples, run.Count);
        for (int i = 0; i < count; i++)
            worst = worst.And(At(objective, run.Point(count == 1 ? 0 : (int)((long)i * (run.Count - 1) / (count - 1))), options, cancellation));
        return worst;
    }

    private SmoothnessConstant And(SmoothnessConstant other) => new(Math.Max(Value, other.Value), Points + other.Points, KinkPoints + other.KinkPoints);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
