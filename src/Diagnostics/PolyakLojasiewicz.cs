using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The Polyak-Łojasiewicz ratio ‖g‖²/(2(F − F*)) along a run: it is at least μ if F is μ-strongly convex, and if it stays above μ &gt; 0, the rate is linear
/// even without convexity (B. Polyak 1963; H. Karimi, J. Nutini and M. Schmidt, ECML 2016).
/// </summary>
/// <param name="Smallest">The smallest ratio: the largest μ that the run allows.</param>
/// <param name="Largest">The largest ratio.</param>
/// <param name="SmallestAt">The index of the point with the smallest ratio.</param>
/// <param name="Points">The number of points with F − F* above rounding.</param>
/// <param name="Gradient">The kind of gradient.</param>
public sealed record PolyakLojasiewicz(double Smallest, double Largest, int SmallestAt, int Points, SubgradientChoice Gradient)
{
    /// <summary>Measures a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="optimum">F*.</param>
    /// <param name="leastGap">Points with a smaller F − F* are left out; if null, those where it is within the rounding error of F.</param>
    /// <exception cref="ArgumentException">No point has a value above F*.</exception>
    public static PolyakLojasiewicz Of(Trajectory run, double optimum, double? leastGap = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        double floor = leastGap ?? Math.Max(Math.Abs(optimum) * 1e-12, 1e-280), smallest = double.PositiveInfinity, largest = 0;
        int at = -1, points = 0;
        for (int k = 0; k < run.Count; k++)
        {
            double gap = run.Values[k] - optimum;
            if (!(gap > floor))
                continue;
            points++;
            double ratio = run.GradientNorms[k] * run.GradientNorms[k] / (2 * gap);
            largest = Math.Max(largest, ratio);
            if (ratio < smallest)
                (smallest, at) = (ratio, k);
        }

        return points > 0
            ? new PolyakLojasiewicz(smallest, largest, at, points, run.Gradient)
            : throw new ArgumentException($"No value of the run is above the optimum {optimum}, so that there is no ratio.", nameof(run));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
