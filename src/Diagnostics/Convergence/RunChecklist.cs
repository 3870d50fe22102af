using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>The convergence checklist of a run. The program's certificate and measurements of the run decide the hypotheses.</summary>
public static class RunChecklist
{
    private const double Settled = 1.05;

    /// <summary>Checks a run.</summary>
    /// <param name="objective">F.</param>
    /// <param name="run">The run.</param>
    /// <param name="schedule">Its step sizes.</param>
    /// <param name="isStochastic">Whether its gradients were those of samples or had noise.</param>
    /// <param name="isStartRandom">Whether its start was drawn from a distribution with a density.</param>
    /// <param name="optimum">F* for the KL fit; null leaves the exponent unknown unless an inequality is given.</param>
    /// <param name="inequality">The KL inequality if it is already known; then it is not fitted.</param>
    /// <param name="source">The source of that inequality, as words that follow a comma.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The facts and the theorems.</returns>
    public static (RunFacts Facts, IReadOnlyList<ConvergenceTheorem> Theorems) Of(Objective objective, Trajectory run, IStepSizeSchedule schedule,
        bool isStochastic, bool isStartRandom, double? optimum = null, KlInequality? inequality = null, string? source = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(run);
        bool isBounded = StaysBounded(run);
        TameCertificate certificate = Tame.Certify(objective, run.Last, isBounded);
        SmoothnessConstant smoothness = SmoothnessConstant.Along(objective, run, cancellation: cancellation);
        if (inequality is null && optimum is { } least && KlFit.TryOf(run, least, out KlFit? fit))
            (inequality, source) = (fit.Inequality, "fitted along the run");
        RunFacts facts = new(schedule)
        {
            Gradient = run.Gradient == SubgradientChoice.Conservative ? GradientKind.Conservative : GradientKind.Clarke,
            IsStochastic = isStochastic,
            IsStartRandom = isStartRandom,
            SmoothnessConstant = certificate.IsSmooth && smoothness.IsOfSmoothPoints ? smoothness.Value : null,
            AreIteratesBounded = isBounded ? true : null,
            KlExponent = inequality is null ? null : Math.Round(inequality.Exponent, 3),
            KlSource = source,
            IsObserved = true,
        };
        return (facts, ConvergenceChecklist.For(certificate, facts));
    }

    // Tests whether the second half of the run stays, with a small margin, in the ball around the start that contains the first half. Steps whose sum grows
    // logarithmically would leave it.
    private static bool StaysBounded(Trajectory run)
    {
        double first = 0, second = 0;
        for (int k = 0; k < run.Count; k++)
        {
            double distance = TensorPrimitives.Distance(run.Point(k), run.Point(0));
            if (k <= run.Count / 2)
                first = Math.Max(first, distance);
            else
                second = Math.Max(second, distance);
        }

        return run.Count > 1 && second <= Settled * first;
    }
}
