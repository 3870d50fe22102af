using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>The convergence checklist of a run, its hypotheses filled in by the certificate of the program and by what instruments read off the run.</summary>
public static class RunChecklist
{
    private const double Settled = 1.05;

    /// <summary>Looks at a run.</summary>
    /// <param name="objective">F.</param>
    /// <param name="run">The run.</param>
    /// <param name="schedule">The step sizes that it used.</param>
    /// <param name="isStochastic">Whether it followed gradients of samples or with noise.</param>
    /// <param name="isStartRandom">Whether its start was drawn from a distribution with a density.</param>
    /// <param name="optimum">F* for the KL fit; null leaves the exponent unknown.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The facts and the theorems.</returns>
    public static (RunFacts Facts, IReadOnlyList<ConvergenceTheorem> Theorems) Of(Objective objective, Trajectory run, IStepSizeSchedule schedule, bool isStochastic, bool isStartRandom, double? optimum = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(run);
        bool isBounded = StaysBounded(run);
        TameCertificate certificate = Tame.Certify(objective, run.Last, isBounded);
        SmoothnessConstant smoothness = SmoothnessConstant.Along(objective, run, cancellation: cancellation);
        double? exponent = null;
        if (optimum is { } least && run.Values.Count(value => value > least) >= 10)
            exponent = KlFit.Of(run, least).Inequality.Exponent;
        RunFacts facts = new(schedule)
        {
            Gradient = run.Gradient == SubgradientChoice.Conservative ? GradientKind.Conservative : GradientKind.Clarke,
            IsStochastic = isStochastic,
            IsStartRandom = isStartRandom,
            SmoothnessConstant = certificate.IsSmooth && smoothness.IsOfSmoothPoints ? smoothness.Value : null,
            AreIteratesBounded = isBounded ? true : null,
            KlExponent = exponent is { } fitted ? Math.Round(fitted, 3) : null,
            IsObserved = true,
        };
        return (facts, ConvergenceChecklist.For(certificate, facts));
    }

    // The second half of the run stays within the ball around the start that holds the first, up to a little. Steps whose sum grows like the logarithm would go farther.
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
