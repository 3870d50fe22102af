using System.Globalization;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>The kind of a point.</summary>
public enum CriticalPointKind
{
    /// <summary>0 is not in Clarke's subdifferential.</summary>
    NotCritical,

    /// <summary>Every eigenvalue of the Hessian is positive: a strict local minimum.</summary>
    StrictMinimum,

    /// <summary>
    /// Every eigenvalue is negative: a strict local maximum. In the sense of Lee et al. it is also a strict saddle, because it has a direction of negative
    /// curvature.
    /// </summary>
    StrictMaximum,

    /// <summary>Eigenvalues of both signs: a strict saddle, which gradient descent avoids from almost every start.</summary>
    StrictSaddle,

    /// <summary>No negative eigenvalue, but one that is 0: second derivatives do not decide.</summary>
    Degenerate,

    /// <summary>Critical at a kink: second derivatives are those of one piece only, and do not decide.</summary>
    Nonsmooth,

    /// <summary>Critical for backpropagation because of its selections at kinks, but not for Clarke's subdifferential.</summary>
    Artificial,
}

/// <summary>A report on a point: whether it is critical, and its kind by the eigenvalues of the Hessian.</summary>
/// <remarks>The index is the Morse index; strict saddles are defined by J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT 2016.</remarks>
/// <param name="Kind">The kind.</param>
/// <param name="Value">F there.</param>
/// <param name="Distance">The distance of the computed part of Clarke's subdifferential from 0; the norm of the gradient if there is no kink.</param>
/// <param name="Index">The number of negative eigenvalues; with an incomplete spectrum, the number found.</param>
/// <param name="Nullity">The number of eigenvalues that are 0 up to the tolerance.</param>
/// <param name="Spectrum">The Hessian's eigenvalues.</param>
public sealed record CriticalPoint(CriticalPointKind Kind, double Value, double Distance, int Index, int Nullity, HessianSpectrum Spectrum)
{
    /// <summary>
    /// Whether there is a direction of negative curvature at a smooth critical point, so that gradient descent with α &lt; 1/L converges to it from almost no
    /// start.
    /// </summary>
    public bool IsStrictSaddle => Kind is CriticalPointKind.StrictSaddle or CriticalPointKind.StrictMaximum;

    /// <summary>Examines a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="tolerance">A distance that counts as 0; an eigenvalue counts as 0 below this times max(1, the largest magnitude).</param>
    /// <param name="options">The options of the eigenvalue computation.</param>
    /// <param name="cancellation">Stops it.</param>
    public static CriticalPoint Classify(Objective objective, ReadOnlySpan<double> point, double tolerance = 1e-6, SpectrumOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (!(tolerance > 0))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, $"A tolerance of {tolerance} was given; it must be above 0.");
        options ??= new SpectrumOptions();
        HessianSpectrum spectrum = HessianSpectrum.At(objective, point, options, cancellation);
        double value = objective.Value(point), zero = tolerance * Math.Max(1, spectrum.Norm);
        int negative = spectrum.Eigenvalues.Count(eigenvalue => eigenvalue < -zero),
            nullity = spectrum.Eigenvalues.Count(eigenvalue => Math.Abs(eigenvalue) <= zero);
        bool isSmooth = spectrum.IsTwiceDifferentiable;
        double distance = isSmooth ? spectrum.GradientNorm : Clarke.Subdifferential(objective, point, seed: options.Seed).Distance.Upper;
        CriticalPointKind kind = distance > tolerance ? spectrum.GradientNorm <= tolerance && !isSmooth
            ? CriticalPointKind.Artificial
            : CriticalPointKind.NotCritical
            : !isSmooth ? CriticalPointKind.Nonsmooth
            : negative == spectrum.Eigenvalues.Count && spectrum.IsComplete ? CriticalPointKind.StrictMaximum
            : negative > 0 ? CriticalPointKind.StrictSaddle
            : nullity > 0 || !spectrum.IsComplete && spectrum.Smallest - spectrum.ErrorBound <= zero ? CriticalPointKind.Degenerate
            : CriticalPointKind.StrictMinimum;
        return new CriticalPoint(kind, value, distance, negative, nullity, spectrum);
    }

    /// <summary>
    /// The values of critical points without repetitions. For a tame function there are finitely many on every bounded set (the Morse-Sard theorem of J. Bolte,
    /// A. Daniilidis, A. Lewis and M. Shiota, SIAM J. Optim. 2007).
    /// </summary>
    /// <param name="points">Points; those that are not critical are left out.</param>
    /// <param name="tolerance">The largest difference at which two values count as equal, relative to max(1, their magnitude).</param>
    public static IReadOnlyList<double> DistinctValues(IEnumerable<CriticalPoint> points, double tolerance = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(points);
        List<double> distinct = [];
        foreach (double value in points.Where(point => point.Kind is not (CriticalPointKind.NotCritical or CriticalPointKind.Artificial))
            .Select(point => point.Value).Order())
        {
            if (distinct.Count == 0 || value - distinct[^1] > tolerance * Math.Max(1, Math.Abs(value)))
                distinct.Add(value);
        }

        return distinct;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Kind}: F = {Value:0.######}, distance of the subdifferential from 0 {Distance:0.0E+0}, index {Index}, nullity {Nullity}, eigenvalues from "
                + $"{Spectrum.Smallest:0.####} to {Spectrum.Largest:0.####}");
}
