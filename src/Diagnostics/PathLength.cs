using System.Numerics.Tensors;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// Compares the length Σ‖θₖ₊₁ − θₖ‖ of a run with the bound 2φ(F(θ₀) − F*) for gradient descent with steps of 1/L on a function that satisfies a KL inequality
/// with desingularising function φ.
/// </summary>
/// <remarks>
/// P.-A. Absil, R. Mahony and B. Andrews, SIAM J. Optim. 2005, theorem 3.2; the constant is that of H. Attouch, J. Bolte and B. Svaiter, Math. Program. 2013.
/// </remarks>
/// <param name="Length">The length.</param>
/// <param name="Bound">2φ(F(θ₀) − F*).</param>
/// <param name="Cumulative">The length up to each point.</param>
/// <param name="Gradient">The gradient that the run followed.</param>
public sealed record PathLength(double Length, double Bound, IReadOnlyList<double> Cumulative, SubgradientChoice Gradient)
{
    private const double OfDescent = 2;

    /// <summary>The bound minus the length.</summary>
    public double Slack => Bound - Length;

    /// <summary>Whether the length is within the bound.</summary>
    public bool Holds => Slack >= 0;

    /// <summary>Measures a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="optimum">F*, the value at the limit.</param>
    /// <param name="inequality">The KL inequality.</param>
    /// <exception cref="ArgumentException">The run has no points.</exception>
    public static PathLength Of(Trajectory run, double optimum, KlInequality inequality) => Of(run, optimum, inequality, OfDescent);

    /// <summary>
    /// Measures a flow: for θ' ∈ −∂F(θ) with the element of least norm, φ(F(θ(0)) − F*) bounds the length (J. Bolte, A. Daniilidis and A. Lewis, SIAM J. Optim.
    /// 2007, theorem 4.5). <see cref="Bound"/> is then this number, without the factor 2.
    /// </summary>
    /// <param name="flow">The points of a flow, as <see cref="FlowPath.From"/> gives them.</param>
    /// <param name="optimum">F*, the value at the limit.</param>
    /// <param name="inequality">The KL inequality.</param>
    /// <exception cref="ArgumentException">The flow has no points.</exception>
    public static PathLength OfFlow(Trajectory flow, double optimum, KlInequality inequality) => Of(flow, optimum, inequality, 1);

    private static PathLength Of(Trajectory run, double optimum, KlInequality inequality, double factor)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(inequality);
        if (run.Count == 0)
            throw new ArgumentException("The run has no points.", nameof(run));
        double[] cumulative = new double[run.Count];
        for (int k = 1; k < cumulative.Length; k++)
            cumulative[k] = cumulative[k - 1] + run.Moves[k - 1];
        return new PathLength(cumulative[^1], factor * inequality.Desingularize(Math.Max(0, run.Values[0] - optimum)), cumulative, run.Gradient);
    }

    /// <summary>
    /// The first point after which a run cannot leave a ball around x̄: ‖θₖ − x̄‖ + 2φ(F(θₖ) − F*) bounds the remaining distance, and is below the ball's
    /// radius.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="centre">x̄.</param>
    /// <param name="radius">The radius of a ball on which the inequality holds.</param>
    /// <param name="optimum">F*.</param>
    /// <param name="inequality">The KL inequality.</param>
    /// <returns>Its index, or null if there is none.</returns>
    public static int? TrappedFrom(Trajectory run, ReadOnlySpan<double> centre, double radius, double optimum, KlInequality inequality)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(inequality);
        for (int k = 0; k < run.Count; k++)
        {
            double gap = run.Values[k] - optimum;
            if (gap >= 0 && TensorPrimitives.Distance(run.Point(k), centre) + (2 * inequality.Desingularize(gap)) < radius)
                return k;
        }

        return null;
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
