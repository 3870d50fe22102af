using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The descent lemma along a run: F(θₖ₊₁) ≤ F(θₖ) − (α − Lα²/2)·‖∇F(θₖ)‖² for a step of size α against the gradient of a function whose gradient is
/// L-Lipschitz; at α = 1/L it is F(θₖ) − ‖∇F(θₖ)‖²/(2L).
/// </summary>
/// <remarks>Y. Nesterov, Introductory Lectures on Convex Optimization, 2004, section 1.2.3.</remarks>
/// <param name="Steps">The number of steps checked.</param>
/// <param name="Violations">The steps, by the index of their starting point, at which the inequality fails by more than rounding.</param>
/// <param name="Slack">The least difference of right and left side; negative if the inequality fails.</param>
/// <param name="ImpliedSmoothness">The least L for which the inequality holds at every step: a lower bound of the smoothness constant.</param>
/// <param name="Gradient">The kind of gradient.</param>
public sealed record DescentLedger(int Steps, IReadOnlyList<int> Violations, double Slack, double ImpliedSmoothness, SubgradientChoice Gradient)
{
    // Two values and a norm each have a rounding error of a few units in the last place.
    private const double Rounding = 1e-12;

    /// <summary>Whether the inequality holds at every step.</summary>
    public bool Holds => Violations.Count == 0;

    /// <summary>Checks a run of plain gradient steps.</summary>
    /// <param name="run">The run.</param>
    /// <param name="smoothness">L.</param>
    public static DescentLedger Of(Trajectory run, double smoothness)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!(smoothness > 0) || !double.IsFinite(smoothness))
            throw new ArgumentOutOfRangeException(nameof(smoothness), smoothness,
                $"A smoothness constant of {smoothness} was given; it must be above 0 and finite.");
        List<int> violations = [];
        double slack = double.PositiveInfinity, implied = 0;
        for (int k = 0; k + 1 < run.Count; k++)
        {
            double step = run.StepSizes[k], squared = run.GradientNorms[k] * run.GradientNorms[k];
            double promised = run.Values[k] - ((step - (0.5 * smoothness * step * step)) * squared), margin = promised - run.Values[k + 1];
            slack = Math.Min(slack, margin);
            if (margin < -Rounding * Math.Max(Math.Abs(run.Values[k]), Math.Abs(run.Values[k + 1])))
                violations.Add(k);
            if (step > 0 && squared > 0)
                implied = Math.Max(implied, 2 * (run.Values[k + 1] - run.Values[k] + (step * squared)) / (step * step * squared));
        }

        return new DescentLedger(Math.Max(0, run.Count - 1), violations, slack, implied, run.Gradient);
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
