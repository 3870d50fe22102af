using System.Globalization;

namespace ConservativeAD;

/// <summary>What a comparison of a gradient with difference quotients found.</summary>
public enum GradientVerdict
{
    /// <summary>They agree.</summary>
    Agrees,

    /// <summary>They differ although the program is C¹ around the point.</summary>
    Differs,

    /// <summary>An operation or comparison sits at a kink at the point: difference quotients prove nothing there. See <see cref="Conservativity"/>.</summary>
    AtKink,

    /// <summary>A kink lies within the step of the quotients, which straddle it.</summary>
    NearKink,
}

/// <summary>The ordinary gradient check, for points where a program is smooth; at or near a kink it says so instead of failing.</summary>
/// <param name="Verdict">What was found.</param>
/// <param name="LargestError">The largest difference between an element of the gradient and its quotient, relative to 1 and the gradient's largest element; NaN at a kink.</param>
/// <param name="Element">Which element differs most; −1 at a kink.</param>
/// <param name="Kinks">What sits at a kink at the point.</param>
public sealed record GradientCheck(GradientVerdict Verdict, double LargestError, int Element, KinkCensus Kinks)
{
    private const double Tolerance = 1e-6;

    /// <summary>Checks the gradient at a point against central difference quotients of fourth order.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="point">The point.</param>
    /// <param name="selections">The selections under test; <see cref="Selections.PyTorch"/> if null.</param>
    /// <param name="step">The step, relative to 1 and each variable.</param>
    public static GradientCheck At(Objective objective, ReadOnlySpan<double> point, Selections? selections = null, double step = 1e-4)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        using (RecordedRun run = objective.Run(point))
        {
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
            if (!(error <= largest))
                (largest, element) = (error, i);

            // Of a smooth program the one-sided slopes differ by h·F″, and halving the step halves that; across a kink they keep their difference.
            double ahead = (near - here) / h, behind = (here - back) / h, closer = (Moved(h / 4) - here) / (h / 4), closerBehind = (here - Moved(-h / 4)) / (h / 4);
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
        GradientVerdict.Differs => string.Create(CultureInfo.InvariantCulture, $"differs from difference quotients by {LargestError:0.##E+0} at element {Element}"),
        GradientVerdict.AtKink => $"the point is a kink ({Kinks}): difference quotients prove nothing there, Conservativity.Check does",
        _ => $"a kink lies within the step of the quotients, at element {Element}",
    };
}
