using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>The step-length rule of a subgradient method.</summary>
public enum SubgradientStep
{
    /// <summary>αₖ·g with αₖ from the schedule (H. Robbins and S. Monro, Ann. Math. Statist. 1951).</summary>
    Scheduled,

    /// <summary>αₖ·g/‖g‖ (N. Shor, Minimization Methods for Non-Differentiable Functions, 1985).</summary>
    Normalized,

    /// <summary>
    /// (F(x) − least value)/‖g‖²·g (B. Polyak, USSR Comput. Math. Math. Phys. 1969): without a bound on the step. The least value must be known.
    /// </summary>
    Polyak,

    /// <summary>
    /// min{αₖ, (F(x) − least value)/‖g‖²}·g: the model of F truncated at its least value (H. Asi and J. Duchi, SIAM J. Optim. 2019). The least value must be
    /// known.
    /// </summary>
    Truncated,
}

/// <summary>Subgradient methods: xₖ₊₁ = xₖ − step·g. At the end they also try the average of the iterates, weighted by their steps.</summary>
/// <param name="step">The step-length rule.</param>
/// <param name="schedule">αₖ; 1/(k + 1)^0.6 if null. Not used by Polyak's steps.</param>
/// <param name="leastValue">The infimum of F, or a lower bound, for Polyak's and truncated steps.</param>
public sealed class SubgradientMethod(SubgradientStep step, IStepSizeSchedule? schedule = null, double? leastValue = null) : NonsmoothSolver
{
    private readonly IStepSizeSchedule schedule = schedule ?? new RobbinsMonro(1, 1, 0.6);
    private readonly double leastValue = step is SubgradientStep.Scheduled or SubgradientStep.Normalized ? 0
        : leastValue is { } known && double.IsFinite(known) ? known
        : throw new ArgumentException(
            $"{step} steps need the least value of the function, and it must be finite; "
                + $"{leastValue?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} was given.", nameof(leastValue));

    /// <inheritdoc/>
    public override string Name => step switch
    {
        SubgradientStep.Normalized => "normalized-subgradient",
        SubgradientStep.Polyak => "polyak",
        SubgradientStep.Truncated => "truncated",
        _ => "subgradient",
    };

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate at = oracle.Start;
        double[] average = [.. at.Point];
        double total = 0;
        for (long k = 0; oracle.Evaluations < options.EvaluationLimit - 1 && !oracle.IsSpent && !oracle.IsUnbounded; k++)
        {
            double size = TensorPrimitives.Norm<double>(at.Gradient);
            if (!(size > 0) || !at.IsFinite)
                break;
            double length = Length(at, size, k);
            double[] next = new double[average.Length];
            TensorPrimitives.MultiplyAdd(at.Gradient, -length, at.Point, next);
            total += length;
            at = oracle.At(next);
            if (total > 0)
                TensorPrimitives.Lerp(average, at.Point, length / total, average);
        }

        if (!oracle.IsSpent && Array.TrueForAll(average, double.IsFinite))
            oracle.At(average);
    }

    private double Length(Iterate at, double size, long k)
    {
        double polyak = Math.Max(0, at.Value - leastValue) / (size * size);
        return step switch
        {
            SubgradientStep.Polyak => polyak,
            SubgradientStep.Truncated => Math.Min(schedule.StepSize(k), polyak),
            SubgradientStep.Normalized => schedule.StepSize(k) / size,
            _ => schedule.StepSize(k),
        };
    }
}
