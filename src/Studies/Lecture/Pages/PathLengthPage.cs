using System.Numerics.Tensors;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>The trap argument: paths of finite length, and one without end.</summary>
internal sealed class PathLengthPage() : LecturePage("path-length", "The trap: paths of finite length")
{
    private const double FirstAngle = 2;

    public override string Statement =>
        "Where a KL inequality holds, descent with α = 1/L cannot go farther than 2φ(F(x) − F*): once ‖x − x̄‖ + 2φ(F(x) − F*) is below the radius of a ball "
            + "on "
        + "which the inequality holds, the run is trapped in it, its path is finite, and it converges to one point. Without KL this fails: a smooth function "
        + "of the plane has a gradient flow that winds round a whole circle for ever.";

    public override string Formula => "Σ‖xₖ₊₁ − xₖ‖ ≤ 2φ(F(x₀) − F*);   ½(x₁² + 10x₂²) from (1, 1), α = 1/10: φ = 2√(F/2), the bound is 2√11";

    public override string Source => "P.-A. Absil, R. Mahony and B. Andrews, SIAM J. Optim. 2005, theorem 3.2, and the Mexican hat; constant of "
        + "H. Attouch, J. Bolte and B. Svaiter, Math. Program. 2013";

    public override void Run(PageWriter page)
    {
        Objective quadratic = Objective.OfScalars(x => 0.5 * ((x[0] * x[0]) + (10 * x[1] * x[1])));
        (Trajectory run, PathLength length, int? trapped) = page.Program("Descent on the quadratic: its length, and when the ball of radius 1 traps it.", () =>
        {
            Trajectory run = Trajectory.Descend(quadratic, [1, 1], new ConstantStepSize(0.1), 400);
            KlInequality inequality = KlInequality.OfModulus(1);
            return (run, PathLength.Of(run, 0, inequality), PathLength.TrappedFrom(run, [0, 0], 1, 0, inequality));
        });
        page.Equal("length of the path", length.Length, 1.9049875621, 1e-9);
        page.AtMost("the same, beside 2φ(F(x₀))", length.Length, 2 * Math.Sqrt(11));
        page.Equal("2φ(F(x₀)) as the engine has it", length.Bound, 2 * Math.Sqrt(11), 1e-12);
        // After the first step x₂ = 0 and x₁ = 0.9ᵏ: ‖x‖ + 2φ = 0.9ᵏ·(1 + 2).
        page.Equal("first step from which the unit ball traps the run: 3·0.9ᵏ < 1", trapped ?? -1, 11, 0);
        page.AtMost("largest ‖xₖ‖ from there on", Enumerable.Range(trapped ?? 0, run.Count - (trapped ?? 0)).Max(k => TensorPrimitives.Norm(run.Point(k))), 1);
        Objective hat = page.Program("The Mexican hat, C^∞: the curve of angle θ = 1/(1 − r²) in the unit disc is an orbit of its flow.",
            () => Objective.OfScalars(x =>
        {
            Active square = (x[0] * x[0]) + (x[1] * x[1]), r = Active.Sqrt(square), inside = 1 - square, angle = 1 / inside;
            Active weight = 4 * square * square / ((4 * square * square) + Active.Pow(inside, 4));
            // sin(θ − 1/(1 − r²)), from the coordinates.
            Active wave = ((x[1] * Active.Cos(angle)) - (x[0] * Active.Sin(angle))) / r;
            return Active.Exp(-angle) * (1 - (weight * wave));
        }));
        double end = FirstAngle + (2 * Math.PI * page.Pick(8, 4));
        double[] Orbit(double angle) => [Math.Sqrt(1 - (1 / angle)) * Math.Cos(angle), Math.Sqrt(1 - (1 / angle)) * Math.Sin(angle)];
        (double aslant, double apart) = page.Program("Along that curve ∇F is tangent to it, and F = e^(−θ).", () =>
        {
            double aslant = 0, apart = 0;
            for (double angle = FirstAngle; angle < end; angle += 0.05)
            {
                (double value, double[] gradient) = hat.Gradient(Orbit(angle));
                double r = Math.Sqrt(1 - (1 / angle)), outward = 1 / (2 * angle * angle * r);
                double[] tangent = [(outward * Math.Cos(angle)) - (r * Math.Sin(angle)), (outward * Math.Sin(angle)) + (r * Math.Cos(angle))];
                double sine = ((gradient[0] * tangent[1]) - (gradient[1] * tangent[0]))
                    / (TensorPrimitives.Norm<double>(gradient) * TensorPrimitives.Norm<double>(tangent));
                (aslant, apart) = (Math.Max(aslant, Math.Abs(sine)), Math.Max(apart, Math.Abs((value * Math.Exp(angle)) - 1)));
            }

            return (aslant, apart);
        });
        double[][] spiral = [.. Enumerable.Range(0, 4001).Select(k => Orbit(FirstAngle + ((end - FirstAngle) * k / 4000)))];
        double way = 0;
        for (int i = 1; i < spiral.Length; i++)
            way += TensorPrimitives.Distance<double>(spiral[i - 1], spiral[i]);
        page.AtMost("sine of the angle between ∇F and the curve, at most", aslant, 1e-7);
        page.AtMost("relative difference of F and e^(−θ) along it", apart, 1e-9);
        page.AtLeast("length of this part of the orbit, beside least radius times angle", way, Math.Sqrt(1 - (1 / FirstAngle)) * (end - FirstAngle));
        page.Certify("the quadratic", Tame.Certify(quadratic, [1, 1]));
        page.Certify("the Mexican hat", Tame.Certify(hat, [0.5, 0.2], isDomainBounded: true));
        page.Remark("The certificate names what is wrong with the hat: a sine of 1/(1 − r²), which is not bounded on the disc. Each turn adds about 2π to the "
            + "path, so that it has no end, and every point of the unit circle is an accumulation point.");
        int[] steps = [.. Enumerable.Range(0, 60)];
        page.Draw(new Picture("trap", "The length so far, and what the inequality allows for the rest: the sum stays below the bound at the start.", "steps k",
            "length")
        {
            Series =
            [
                Picture.Line("length so far", 0, steps.Select(k => new Place(k, length.Cumulative[k]))),
                Picture.Line("length so far + 2φ(F(xₖ))", 1,
                    steps.Select(k => new Place(k, length.Cumulative[k] + (2 * KlInequality.OfModulus(1).Desingularize(run.Values[k]))))),
                Picture.Line("2φ(F(x₀))", -1, [new Place(0, length.Bound), new Place(60, length.Bound)], Stroke.Dashed),
            ],
        });
        page.Draw(new Picture("hat", "An orbit of the gradient flow of the Mexican hat: it winds towards the whole unit circle.", "x₁", "x₂")
        {
            IsSquare = true,
            Series =
            [
                Picture.Line("the orbit", 1, spiral.Select(x => new Place(x[0], x[1])), Stroke.Thin),
                Picture.Line("unit circle, all minima", 0, Enumerable.Range(0, 361)
                    .Select(k => new Place(Math.Cos(k * Math.PI / 180), Math.Sin(k * Math.PI / 180))), Stroke.Dashed),
            ],
        });
    }
}
