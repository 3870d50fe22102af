using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>
/// A proximal bundle method on the exact penalty function f + ρ(Σmax(gᵢ, 0) + Σ|hⱼ|), with a model of its own for each function, bounds that hold exactly, and
/// a penalty ρ that steering raises as the bundle method goes on (K. Kiwiel, Methods of Descent for Nondifferentiable Optimization, 1985; R. Byrd,
/// G. Lopez-Calva and J. Nocedal, Math. Program. 133, 2012).
/// </summary>
public sealed class PenaltyBundle : ConstrainedSolver
{
    private const double SeriousDecrease = 0.1;
    private const double LongStep = 0.5;
    private const int NullSteps = 5;
    private const int MaximumSmall = 8;
    private const double PenaltyRise = 0.1;
    private const double Rounding = 1e-10;

    /// <inheritdoc/>
    public override string Name => "penalty-bundle";

    private protected override void Run(ConstrainedRun run, SolverOptions options)
    {
        for (int round = 0; round < 20 && !run.IsSpent && !run.IsUnbounded; round++)
        {
            (double before, double share) = (run.At.Penalised(run.Share), run.Share);
            if (Descend(run, options, round == 0 ? null : round % 2 == 1 ? 1e-4 : 1e-2, int.MaxValue))
                return;
            if (round > 1 && run.Share == share && before - run.At.Penalised(share) <= 1e-12 * Math.Max(1, Math.Abs(before)))
                return;
        }
    }

    /// <summary>Takes steps from the current point.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The tolerances.</param>
    /// <param name="firstLength">The length of the first step, relative to the point; null for that of the gradient.</param>
    /// <param name="mostSteps">The most steps.</param>
    /// <returns>Whether the point is stationary, for the penalty function or for the violation alone.</returns>
    internal static bool Descend(ConstrainedRun run, SolverOptions options, double? firstLength, int mostSteps)
    {
        PenaltyModel model = new(run.Bounds, run.Dimension + 20);
        double size = Math.Max(1e-10, TensorPrimitives.Norm<double>(run.At.PenalisedGradient(run.Share))), weight = size;
        if (firstLength is { } length)
        {
            weight = size / (length * Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude<double>(run.At.Point))));
            foreach (ConstrainedIterate near in run.Around(10 * run.Radius).Skip(1))
                model.Add(near);
        }

        double leastWeight = 1e-8 * weight;
        model.MoveTo(run.At);
        int nulls = 0, small = 0;
        for (int taken = 0; taken < mostSteps && small < MaximumSmall && !run.IsSpent && !run.IsUnbounded; taken++)
        {
            run.Iterations++;
            ConstrainedIterate centre = run.At;
            (double[] step, run.Share) = Steering.Choose(run.Share, centre.Violation, () => EnoughShare(run), share => model.Step(share, weight),
                centre.LinearViolation);
            (double objective, double violation) = model.After(step, run.Share);
            double promised = centre.Violation - objective - violation, norm = weight * TensorPrimitives.Norm<double>(step);
            double value = centre.Penalised(run.Share), least = 1e-15 * Math.Max(1, Math.Abs(value));
            if (promised <= least || norm <= 0.01 * run.Share * options.Tolerance / run.ObjectiveScale)
            {
                if (Probe(run, options))
                    return true;
                small++;
                if (run.Share > 0 && !run.IsFeasible(centre)
                    && centre.Violation - model.After(model.Step(0, weight), 0).Violation > Rounding * centre.Violation)
                {
                    // Only the objective keeps the point from being less infeasible.
                    run.Share = run.Share * PenaltyRise < Steering.LeastShare ? 0 : run.Share * PenaltyRise;
                    small = 0;
                }
                else
                {
                    weight *= 10;
                }

                if (promised <= 0)
                    continue;
            }

            ConstrainedIterate trial = run.Evaluate(centre, step, 1);
            if (!trial.IsFinite)
            {
                weight *= 10;
                continue;
            }

            double decrease = -centre.PenalisedChange(trial, run.Share), fitted = 2 * weight * (1 - (decrease / promised));
            if (decrease >= SeriousDecrease * promised && decrease > 0)
            {
                run.At = trial;
                model.MoveTo(trial);
                small = 0;
                if (decrease >= LongStep * promised && nulls <= 0)
                    weight = Math.Max(Math.Max(fitted, 0.1 * weight), leastWeight);
                else if (nulls < -NullSteps)
                    weight = Math.Max(0.5 * weight, leastWeight);
                nulls = Math.Min(nulls, 0) - 1;
                if (norm <= options.Tolerance && IsCertified(run, options))
                    return true;
            }
            else
            {
                model.Add(trial);
                nulls = Math.Max(nulls, 0) + 1;
                if (nulls > NullSteps)
                {
                    weight = Math.Min(Math.Max(fitted, 2 * weight), 10 * weight);
                    nulls = 0;
                }
            }
        }

        return false;
    }
}
