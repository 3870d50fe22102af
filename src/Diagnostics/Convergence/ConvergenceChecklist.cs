using System.Globalization;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>Lists, for each theorem, which hypotheses hold for a program, a method and its run.</summary>
public static class ConvergenceChecklist
{
    // The number of step sizes to check if a theorem bounds each of them.
    private const int StepsSeen = 1000;

    /// <summary>The checklist.</summary>
    /// <param name="program">The certificate of the loss.</param>
    /// <param name="run">The known facts about the method and its run.</param>
    public static IReadOnlyList<ConvergenceTheorem> For(TameCertificate program, RunFacts run)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(run);
        return [AvoidsSaddles(program, run), Converges(program, run), ConvergesLinearly(program, run), FollowsTheFlow(program, run),
            FindsCriticalPoints(program, run)];
    }

    private static ConvergenceTheorem AvoidsSaddles(TameCertificate program, RunFacts run) => new(
        "Strict saddles are avoided",
        "J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT 2016",
        "gradient descent converges to a strict saddle from almost no start",
        [
            Smooth(program, "C²"),
            Smoothness(run),
            new("full gradients", run.IsStochastic ? Finding.Fails : Finding.Holds, run.IsStochastic ? "gradients are those of mini-batches" : "as given"),
            StepBelow(run, 1, false, "α < 1/L"),
            new("a random start", run.IsStartRandom ? Finding.Holds : Finding.Fails, run.IsStartRandom
                ? "drawn with a density"
                : "a chosen start may be one of the exceptions"),
        ]);

    private static ConvergenceTheorem Converges(TameCertificate program, RunFacts run) => new(
        "The iterates converge",
        "P.-A. Absil, R. Mahony and B. Andrews, SIAM J. Optim. 2005",
        "the iterates have finite length and converge to a critical point",
        [
            Tame(program),
            Smooth(program, "C¹"),
            Smoothness(run),
            new("full gradients", run.IsStochastic ? Finding.Fails : Finding.Holds, run.IsStochastic ? "gradients are those of mini-batches" : "as given"),
            StepBelow(run, 1, true, "α ≤ 1/L, kept constant or bounded below"),
            // By the theorem of Absil, Mahony and Andrews, the iterates converge or leave every bounded set.
            Known(run, "a compact sublevel set or bounded iterates", run.IsSublevelSetCompact == true ? true : run.AreIteratesBounded),
        ]);

    private static ConvergenceTheorem ConvergesLinearly(TameCertificate program, RunFacts run) => new(
        "The rate is linear",
        "H. Attouch and J. Bolte, Math. Program. 2009, theorem 5",
        "values and iterates converge at a linear rate",
        [
            .. Converges(program, run).Hypotheses,
            new(
                "KL exponent at most ½",
                run.KlExponent is not { } exponent ? Finding.Unknown : exponent <= 0.5 ? Finding.Holds : Finding.Fails,
                run.KlExponent is { } value
                    ? string.Create(CultureInfo.InvariantCulture, $"the exponent is {value:0.###}{(run.KlSource is null ? "" : $", {run.KlSource}")}")
                    : "the exponent is not known; a fit along the run estimates it"),
        ]);

    private static ConvergenceTheorem FollowsTheFlow(TameCertificate program, RunFacts run)
    {
        IReadOnlyList<Hypothesis> steps = [RobbinsMonroDivergence(run), RobbinsMonroSquares(run), Noise(run),
            Known(run, "bounded iterates", run.AreIteratesBounded)];
        if (program.IsSmooth && program.IsLocallyLipschitz == true)
        {
            return new ConvergenceTheorem(
                "The iterates follow the gradient flow",
                "M. Benaïm, SIAM J. Control Optim. 1996",
                "the limit set is connected and invariant under the flow of −∇F, so that accumulation points are critical where critical values have no "
                    + "interior",
                [Smooth(program, "C¹ with a locally Lipschitz gradient"), .. steps]);
        }

        string field = run.Gradient == GradientKind.Clarke ? "∂F" : "the conservative field";
        return new ConvergenceTheorem(
            "The iterates follow the differential inclusion",
            "M. Benaïm, J. Hofbauer and S. Sorin, SIAM J. Control Optim. 2005",
            $"the run in continuous time is an asymptotic pseudotrajectory of θ' ∈ −{field}, and the limit set is connected and invariant",
            [LocallyLipschitz(program), .. steps]);
    }

    private static ConvergenceTheorem FindsCriticalPoints(TameCertificate program, RunFacts run)
    {
        bool isClarke = run.Gradient == GradientKind.Clarke;
        return new ConvergenceTheorem(
            isClarke ? "Accumulation points are Clarke-critical" : "Accumulation points are critical for the conservative field",
            isClarke ? "D. Davis, D. Drusvyatskiy, S. Kakade and J. Lee, Found. Comput. Math. 2020" : "J. Bolte and E. Pauwels, Math. Program. 2021",
            isClarke
                ? "the values converge and every accumulation point θ has 0 in ∂F(θ)"
                : "the values converge and every accumulation point has 0 in the conservative field; from almost every start, with almost every step-size "
                + "factor, it is Clarke-critical (Bolte and Pauwels, NeurIPS 2020)",
            [
                Tame(program),
                LocallyLipschitz(program),
                RobbinsMonroDivergence(run),
                RobbinsMonroSquares(run),
                Noise(run),
                Known(run, "bounded iterates", run.AreIteratesBounded),
            ]);
    }

    private static Hypothesis Tame(TameCertificate program) => new("tame", Of(program.IsTame), program.ToString());

    private static Hypothesis LocallyLipschitz(TameCertificate program) =>
        new("locally Lipschitz", Of(program.IsLocallyLipschitz), program.WhyNotLipschitz ?? "every operation is");

    private static Finding Of(bool? isTrue) => isTrue switch { true => Finding.Holds, false => Finding.Fails, null => Finding.Unknown };

    // A certificate is about operations; a program may be smooth even if its operations are not.
    private static Hypothesis Smooth(TameCertificate program, string statement) => program.IsSmooth && program.IsLocallyLipschitz == true
        ? new(statement, Finding.Holds, "every operation is smooth")
        : new(statement, Finding.Unknown,
            $"{(program.NotSmooth ?? program.NotContinuous ?? program.NotLocallyLipschitz)?.Name ?? "the program"} is not, and composition does not tell "
                + $"that it cancels");

    private static Hypothesis Smoothness(RunFacts run) => run.SmoothnessConstant is { } constant
        ? new("an L-Lipschitz gradient", double.IsFinite(constant) && constant > 0
            ? Finding.Holds
            : Finding.Fails, string.Create(CultureInfo.InvariantCulture, $"L = {constant:0.###}{(run.IsObserved ? ", the largest seen along the run" : "")}"))
        : new("an L-Lipschitz gradient", Finding.Unknown, "no constant is known");

    private static Hypothesis StepBelow(RunFacts run, double bound, bool mayEqual, string statement)
    {
        if (run.SmoothnessConstant is not { } constant)
            return new(statement, Finding.Unknown, "L is not known");
        double largest = Enumerable.Range(0, StepsSeen).Max(step => run.Schedule.StepSize(step)), limit = bound / constant;
        bool holds = mayEqual ? largest <= limit : largest < limit;
        bool staysAway = !mayEqual || run.Schedule.SumOfSquares.Limit is SeriesLimit.Diverges or SeriesLimit.Unknown;
        bool isOpen = mayEqual && run.Schedule.SumOfSquares.Limit == SeriesLimit.Unknown;
        string seen = string.Create(CultureInfo.InvariantCulture,
            $"the largest of the first {StepsSeen} steps is {largest:0.####}, 1/L is {limit:0.####}{(staysAway ? "" : "; the steps vanish")}");
        return new(statement, !holds || !staysAway ? Finding.Fails : isOpen ? Finding.Unknown : Finding.Holds, seen);
    }

    private static Hypothesis RobbinsMonroDivergence(RunFacts run) => new(
        "Σα = ∞",
        Found(run.Schedule.SumOfSteps, run.Schedule.SumOfSteps.Limit == SeriesLimit.Diverges),
        $"the sum of steps {run.Schedule.SumOfSteps}");

    private static Hypothesis RobbinsMonroSquares(RunFacts run) => new(
        "Σα² < ∞",
        Found(run.Schedule.SumOfSquares, run.Schedule.SumOfSquares.Limit != SeriesLimit.Diverges),
        $"the sum of squares {run.Schedule.SumOfSquares}");

    private static Finding Found(SeriesBehaviour series, bool holds) =>
        series.Limit == SeriesLimit.Unknown ? Finding.Unknown : holds ? Finding.Holds : Finding.Fails;

    private static Hypothesis Noise(RunFacts run) => run.IsStochastic
        ? Known(run with { IsObserved = false }, "noise of mean 0 and bounded variance", run.IsNoiseBounded)
        : new("noise of mean 0 and bounded variance", Finding.Holds, "there is no noise");

    private static Hypothesis Known(RunFacts run, string statement, bool? isTrue) => new(
        statement,
        Of(isTrue),
        isTrue is null ? run.IsObserved ? "not settled: the second half of the run went on moving away from the start" : "not known; a run can watch it"
            : run.IsObserved ? "as observed along the run" : "as given");
}
