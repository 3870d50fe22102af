using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Studies.Inspection;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>The chain rule along curves, by quadrature.</summary>
internal sealed class ChainRulePage() : LecturePage("chain-rule", "The chain rule along curves")
{
    public override string Statement =>
        "F is path differentiable if along every absolutely continuous curve γ, for almost every t, d/dt F(γ(t)) = ⟨v, γ′(t)⟩ for all v of Clarke's set at "
            + "once. "
        + "Convex, concave, regular and tame locally Lipschitz functions are. So the integral of any selection along any curve gives the change of F, also of "
        + "curves that run inside kinks. A straight-through slope is no selection, and the integral shows it.";

    public override string Formula => "F(γ(1)) − F(γ(0)) = ∫ ⟨v(t), γ′(t)⟩ dt for all v(t) ∈ D(γ(t))";

    public override string Source => "J. Bolte and E. Pauwels, Math. Program. 2021, theorem 2 and corollary 2";

    public override void Run(PageWriter page)
    {
        int pieces = page.Pick(20_000, 4000);
        Objective f = Objective.OfScalars(x => Active.Max(x[0], x[1]) + Active.Relu(x[0] - 1) - (2 * Active.Abs(x[1])));
        (double change, double first, double even) = page.Program("Along a curve through many kinks, by midpoints, with two selections.", () =>
        {
            double[] Curve(double t) => [2 * Math.Cos(5 * t), (1.5 * Math.Sin(7 * t)) + (0.3 * t)];
            double Integral(Selections selections)
            {
                double sum = 0;
                for (int i = 0; i < pieces; i++)
                {
                    double[] from = Curve((double)i / pieces), to = Curve((i + 1.0) / pieces), gradient = f.Gradient(Curve((i + 0.5) / pieces),
                        selections).Gradient;
                    sum += (gradient[0] * (to[0] - from[0])) + (gradient[1] * (to[1] - from[1]));
                }

                return sum;
            }

            return (f.Value(Curve(1)) - f.Value(Curve(0)), Integral(Selections.PyTorch), Integral(Selections.MinimalNorm));
        });
        (double inside, double wild) = page.Program("Along the diagonal, which lies inside the kink of the maximum, and with relu'(0) = 1000.", () =>
        {
            Objective max = Objective.OfScalars(x => Active.Max(x[0], x[1]));
            Objective relu = Objective.OfScalars(x => Active.Relu(x[0] - x[1]) + x[1]);
            double[] along = max.Gradient([0.3, 0.3], Selections.PyTorch).Gradient;
            double[] wild = relu.Gradient([0.3, 0.3], Selections.PyTorch with { ReluAtZero = 1000 }).Gradient;
            return (along[0] + along[1], wild[0] + wild[1]);
        });
        ConservativityReport right = Conservativity.Check(f, Box.Cube(2, -2, 2), new ConservativityOptions { Seed = page.Seed });
        ConservativityReport wrong = page.Program("A sign with slope 1, the straight-through estimator, under the engine's own check.", () =>
            Conservativity.Check(Objective.OfScalars(x => x[0].Apply(default(StraightThroughSign))), Box.Cube(1),
                new ConservativityOptions { Seed = page.Seed }));
        double straight = page.Program("The straight-through slope along [−2, 2], beside the change of the sign.", () =>
        {
            Objective sign = Objective.OfScalars(x => x[0].Apply(default(StraightThroughSign)));
            double integral = Enumerable.Range(0, 1000).Sum(i => sign.Gradient([-2 + ((i + 0.5) / 250)]).Gradient[0] / 250);
            return integral - (sign.Value([2]) - sign.Value([-2]));
        });
        page.Equal("∫⟨v, γ′⟩ − change of F, selections of PyTorch", first - change, 0, 20.0 / pieces);
        page.Equal("∫⟨v, γ′⟩ − change of F, selections of least norm", even - change, 0, 20.0 / pieces);
        page.Equal("derivative of max(x, y) along the diagonal", inside, 1, 0);
        page.Equal("derivative of relu(x − y) + y along the diagonal, relu'(0) = 1000", wild, 1, 0);
        page.Says("F passes the check of conservativity", right.IsConservative, true);
        page.Says("the straight-through sign passes it", wrong.IsConservative, false);
        page.Equal("∫ of the straight-through slope along [−2, 2] − change of the sign: 4 − 2", straight, 2, 1e-9);
        page.Certify("F", Tame.Certify(f, [0.3, 0.2]));
        page.Assume("F is path differentiable", Tame.Certify(f, [0.3, 0.2]).IsPathDifferentiable, "tame and locally Lipschitz");
        page.Assume("the selection of the straight-through sign is conservative", wrong.IsConservative, wrong.ToString());
        double running = 0;
        List<Place> values = [], sums = [];
        for (int i = 0; i < 400; i++)
        {
            double[] Curve(double t) => [2 * Math.Cos(5 * t), (1.5 * Math.Sin(7 * t)) + (0.3 * t)];
            double[] from = Curve(i / 400.0), to = Curve((i + 1) / 400.0), gradient = f.Gradient(Curve((i + 0.5) / 400)).Gradient;
            values.Add(new Place(i / 400.0, f.Value(from) - f.Value(Curve(0))));
            sums.Add(new Place(i / 400.0, running));
            running += (gradient[0] * (to[0] - from[0])) + (gradient[1] * (to[1] - from[1]));
        }

        page.Draw(new Picture("curve", "F along the curve, and the integral of backpropagation's gradients: one line.", "t", "change since t = 0")
        {
            Series = [Picture.Line("F(γ(t)) − F(γ(0))", 0, values), Picture.Line("∫⟨v, γ′⟩", 1, sums, Stroke.Dashed)],
        });
    }
}
