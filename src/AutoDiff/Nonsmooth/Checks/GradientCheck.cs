using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>The result of comparing a gradient with difference quotients.</summary>
public enum GradientVerdict
{
    /// <summary>They agree.</summary>
    Agrees,

    /// <summary>They differ although the program is C¹ around the point.</summary>
    Differs,

    /// <summary>An operation or comparison is at a kink at the point, where difference quotients prove nothing. See <see cref="Conservativity"/>.</summary>
    AtKink,

    /// <summary>A kink lies within the step of the difference quotients.</summary>
    NearKink,

    /// <summary>
    /// An operation is singular or at the edge of its domain at the point, or the value, the gradient or a difference quotient is not finite, so there is
    /// nothing to compare.
    /// </summary>
    NotFinite,
}

/// <summary>The classical gradient check, for points where a program is smooth. At or near a kink it reports the kink instead of a failure.</summary>
/// <param name="Verdict">The result.</param>
/// <param name="LargestError">The largest difference between an element of the gradient and its difference quotient, relative to 1 and the gradient's largest
/// element; NaN at a kink.</param>
/// <param name="Element">The element with the largest difference; −1 at a kink.</param>
/// <param name="Kinks">The operations and comparisons at a kink at the point.</param>
public sealed record GradientCheck(GradientVerdict Verdict, double LargestError, int Element, KinkCensus Kinks)
{
    private const double Tolerance = 1e-6;

    /// <summary>The obstacles at the point itself.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; init; } = [];

    /// <summary>Checks the gradient at a point against central difference quotients of fourth order.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The selections under test; <see cref="Selections.PyTorch"/> if null.</param>
    /// <param name="step">The step, relative to 1 and to each variable.</param>
    public static GradientCheck At(Objective objective, ReadOnlySpan<double> point, Selections? selections = null, double step = 1e-4)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        Clarke.CheckPoint(point);
        using (RecordedRun run = objective.Run(point, selections))
        {
            IReadOnlyList<Obstacle> obstacles = run.WithResult(run.Obstacles, run.WatchedGradient());
            if (obstacles.Count > 0)
                return new GradientCheck(GradientVerdict.NotFinite, double.NaN, -1, run.Kinks()) { Obstacles = obstacles };
            if (run.HasKinks)
                return new GradientCheck(GradientVerdict.AtKink, double.NaN, -1, run.Kinks());
        }

        double[] gradient = objective.Gradient(point, selections).Gradient, moved = point.ToArray();
        double scale = Math.Max(1, gradient.Max(Math.Abs)), largest = 0;
        int element = 0;
        bool straddles = false;
        for (int i = 0; i < gradient.Length; i++)
        {
            double h = step * Math.Max(1, Math.Abs(point[i])), at = point[i];
            double Moved(double by)
            {
                moved[i] = at + by;
                double value = objective.Value(moved);
                moved[i] = at;
                return value;
            }

            double far = Moved(2 * h), near = Moved(h), back = Moved(-h), farBack = Moved(-2 * h), here = Moved(0);
            double quotient = ((8 * (near - back)) - (far - farBack)) / (12 * h);
            double error = Math.Abs(quotient - gradient[i]) / scale;
            if (!double.IsFinite(error))
                return new GradientCheck(GradientVerdict.NotFinite, double.NaN, i, new KinkCensus([]));
            if (!(error <= largest))
                (largest, element) = (error, i);

            // In a smooth program the one-sided slopes differ by h·F″, and halving the step halves the difference; across a kink the difference stays.
            double ahead = (near - here) / h, behind = (here - back) / h, closer = (Moved(h / 4) - here) / (h / 4),
                closerBehind = (here - Moved(-h / 4)) / (h / 4);
            double apart = Math.Abs(ahead - behind), closerApart = Math.Abs(closer - closerBehind);
            straddles |= error > Tolerance && (apart > 20 * Tolerance * scale) && (closerApart > 0.6 * apart || closerApart < 0.1 * apart);
        }

        GradientVerdict verdict = largest <= Tolerance ? GradientVerdict.Agrees : straddles ? GradientVerdict.NearKink : GradientVerdict.Differs;
        return new GradientCheck(verdict, largest, element, new KinkCensus([]));
    }

    /// <inheritdoc/>
    public override string ToString() => Verdict switch
    {
        GradientVerdict.Agrees => string.Create(CultureInfo.InvariantCulture, $"agrees with difference quotients to {LargestError:0.##E+0}"),
        GradientVerdict.Differs =>
            string.Create(CultureInfo.InvariantCulture, $"differs from difference quotients by {LargestError:0.##E+0} at element {Element}"),
        GradientVerdict.AtKink => $"the point is a kink ({Kinks}): difference quotients prove nothing there, Conservativity.Check does",
        GradientVerdict.NotFinite when Obstacles.Count > 0 => $"there is nothing to compare: {Obstacles[0]}",
        GradientVerdict.NotFinite => $"a value within the step of the quotients is not finite, at element {Element}",
        _ => $"a kink lies within the step of the quotients, at element {Element}",
    };
}
