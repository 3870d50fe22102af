using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The smoothness constant L, ‖∇F(x) − ∇F(y)‖ ≤ L·‖x − y‖, as far as points tell: the largest spectral norm of the Hessian met, or the largest ratio along a run. It is a lower bound of the constant
/// over a region, and the constant itself where the Hessian does not vary. Where a point sits at a kink there is no such constant, and <see cref="KinkPoints"/> counts it.
/// </summary>
/// <param name="Value">L.</param>
/// <param name="Points">At how many points it was looked for.</param>
/// <param name="KinkPoints">How many of them sit at a kink, where second derivatives are those of single pieces.</param>
public sealed record SmoothnessConstant(double Value, int Points, int KinkPoints)
{
    /// <summary>Whether no point was at a kink.</summary>
    public bool IsOfSmoothPoints => KinkPoints == 0;

    /// <summary>At a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="options">How eigenvalues are looked for.</param>
    /// <param name="cancellation">Stops it.</param>
    public static SmoothnessConstant At(Objective objective, ReadOnlySpan<double> point, SpectrumOptions? options = null, CancellationToken cancellation = default)
    {
        HessianSpectrum spectrum = HessianSpectrum.At(objective, point, options, cancellation);
        return new SmoothnessConstant(spectrum.Norm, 1, spectrum.IsTwiceDifferentiable ? 0 : 1);
    }

    /// <summary>Over a box: the largest at points drawn evenly from it.</summary>
    /// <param name="objective">F.</param>
    /// <param name="box">The box.</param>
    /// <param name="samples">How many points.</param>
    /// <param name="options">How eigenvalues are looked for, and the seed.</param>
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
            new Philox(options.Seed, (4UL << 32) + (ulong)i).Uniform<double>(point, 0, 1);
            for (int j = 0; j < point.Length; j++)
                point[j] = box.Lower[j] + (point[j] * (box.Upper[j] - box.Lower[j]));
            worst = worst.And(At(objective, point, options, cancellation));
        }

        return worst;
    }

    /// <summary>Along a run: the largest over some of its points, evenly spread, the first and the last among them.</summary>
    /// <param name="objective">F.</param>
    /// <param name="run">The run.</param>
    /// <param name="samples">At how many points at most.</param>
    /// <param name="options">How eigenvalues are looked for.</param>
    /// <param name="cancellation">Stops it.</param>
    public static SmoothnessConstant Along(Objective objective, Trajectory run, int samples = 20, SpectrumOptions? options = null, CancellationToken cancellation = default)
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
}
