using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Linear, sublinear and finite rates.</summary>
internal sealed class RatePage() : LecturePage("rates", "The exponent decides the rate")
{
    public override string Statement =>
        "Descent with α = 1/L under a KL inequality of exponent θ: with θ = ½ the values fall by a constant factor, with θ in (½, 1) like k^(−1/(2θ − 1)), and "
        + "with θ below ½ faster than linear. At θ = 0, at a kink, the flow arrives after a finite time, and so does the proximal point method after finitely "
        + "many steps.";

    public override string Formula => "θ = ½: Fₖ₊₁ ≤ (1 − c²/(2L))·Fₖ;   x⁴, θ = ¾: Fₖ = Θ(k⁻²);   |x|, θ = 0: F(t) = max(|x₀| − t, 0)";

    public override string Source => "H. Attouch and J. Bolte, Math. Program. 2009, theorem 5; H. Karimi, J. Nutini and M. Schmidt, ECML 2016, theorem 1";

    public override void Run(PageWriter page)
    {
        int steps = page.Pick(100_000, 10_000);
        Objective quadratic = Objective.OfScalars(x => 0.5 * ((x[0] * x[0]) + (10 * x[1] * x[1]))), quartic = Objective.OfScalars(x => Active.Pow(x[0], 4)),
            kink = Objective.OfScalars(x => Active.Abs(x[0]));
        (Trajectory linear, LinearRate rate) = page.Program("½(x² + 10y²): L = 10, μ = 1.", () =>
        {
            Trajectory run = Trajectory.Descend(quadratic, [1, 1], new ConstantStepSize(0.1), 150);
            return (run, LinearRate.Of(run, 0, KlInequality.OfModulus(1), 10));
        });
        (Trajectory sublinear, double slope) = page.Program("x⁴ from 1: L = 12 on [−1, 1].", () =>
        {
            Trajectory run = Trajectory.Descend(quartic, [1], new ConstantStepSize(1.0 / 12), steps);
            return (run, Math.Log(run.Values[steps] / run.Values[steps / 10]) / Math.Log(10));
        });
        FlowPath finite = page.Program("|x| from 1, along its subgradient flow.", () => DifferentialInclusion.Solve(kink, [1], 2));
        double[] proximal = page.Program("|x| from 1 by proximal points with step 0.3: soft thresholding.", () =>
        {
            IProximalOperator absolute = ProximalOperators.L1Norm(1);
            double[] values = new double[6], x = [1];
            for (int k = 0; k < values.Length; k++, x = absolute.Apply(x, 0.3))
                values[k] = Math.Abs(x[0]);
            return values;
        });
        page.AtMost("worst factor Fₖ₊₁/Fₖ of the quadratic", rate.Worst, rate.Bound + 1e-12);
        page.Equal("the bound 1 − μ/L", rate.Bound, 0.9, 1e-12);
        page.Equal("typical factor, (1 − αμ)²", rate.Typical, 0.81, 1e-9);
        page.Equal("slope of log F over log k of x⁴, over the last decade of k", slope, -2, 0.01);
        // xₖ₊₁ = x(1 − x²/3), so 1/x² grows by 2/3 a step.
        page.Equal("k·xₖ² of x⁴, which tends to 3/2", steps * Math.Sqrt(sublinear.Values[steps]), 1.5, 0.01);
        page.Says("the flow of |x| comes to rest", finite.IsAtRest, true);
        page.Equal("when it does", finite.Times[^1], 1, 1e-4);
        page.Equal("first step with F = 0 of the proximal points: 1/0.3, rounded up", Array.FindIndex(proximal, value => value < 1e-15), 4, 0);
        (_, IReadOnlyList<ConvergenceTheorem> theorems) = RunChecklist.Of(quadratic, linear, new ConstantStepSize(0.1), false, false, 0,
            KlInequality.OfModulus(1), "as F is 1-strongly convex", page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name is "The rate is linear" or "The iterates converge"));
        page.Certify("|x|", Tame.Certify(kink, [1]));
        page.Draw(new Picture("three", "Three exponents, three kinds of rate.", "steps k; for |x|, time in steps of 1/12", "F")
        {
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Window = (0, Math.Log10(steps), -16, 0.5),
            Series =
            [
                Picture.Line("quadratic, θ = ½", 0, Enumerable.Range(1, linear.Count - 1).Select(k => new Place(k, linear.Values[k]))),
                Picture.Line("x⁴, θ = ¾", 1, Thinned(sublinear.Count).Select(k => new Place(k, sublinear.Values[k]))),
                Picture.Line("|x| along the flow, θ = 0", 2, Enumerable.Range(1, 120).Select(i => i / 10.0)
                    .Select(k => new Place(k, Math.Max(finite.At(Math.Min(k / 12, finite.Times[^1]))[0], 1e-17)))),
                Picture.Line("(3/(2k))²", -1, Thinned(sublinear.Count).Select(k => new Place(k, Math.Pow(1.5 / k, 2))), Stroke.Dashed),
            ],
        });
    }

    private static IEnumerable<int> Thinned(int count)
    {
        for (double k = 1; k < count; k = Math.Max(k + 1, k * 1.03))
            yield return (int)k;
    }
}
