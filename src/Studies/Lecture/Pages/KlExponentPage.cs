using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Diagnosis;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Exponents of the KL inequality.</summary>
internal sealed class KlExponentPage() : LecturePage("kl-exponent", "Exponents of the Kurdyka–Łojasiewicz inequality")
{
    public override string Statement =>
        "Near a critical point a semi-algebraic function satisfies ‖∇F‖ ≥ c·(F − F*)^θ with some θ below 1 (Łojasiewicz for analytic functions, Kurdyka for "
        + "definable ones). The exponent measures how sharp the function is: 0 for a kink, ½ for a quadratic, near 1 for something very flat. exp(−1/x²) is "
        + "definable but not semi-algebraic, and no exponent below 1 serves it.";

    public override string Formula => "|x|ᵖ: |F′| = p·F^(1 − 1/p), so θ = 1 − 1/p and c = p;   φ(t) = t^(1 − θ)/(c(1 − θ)) gives φ′(F)·|F′| = 1";

    public override string Source => "S. Łojasiewicz 1963; K. Kurdyka, Ann. Inst. Fourier 1998; J. Bolte, A. Daniilidis and A. Lewis, SIAM J. Optim. 2007";

    public override void Run(PageWriter page)
    {
        double[] powers = [1, 1.5, 2, 3, 4, 6];
        List<Series> drawn = [];
        foreach ((double power, int color) in powers.Select((power, i) => (power, i)))
        {
            Objective f = Objective.OfScalars(x => Active.Pow(Active.Abs(x[0]), power));
            Trajectory points = Along(f, [.. Enumerable.Range(0, 60).Select(k => Math.Pow(0.8, k))]);
            KlFit fit = KlFit.Of(points, 0);
            page.Equal($"exponent of |x|^{PageWriter.Text(power)}", fit.Exponent, 1 - (1 / power), 1e-9);
            page.Equal($"constant of |x|^{PageWriter.Text(power)}", fit.Constant, power, 1e-6 * power);
            drawn.Add(Picture.Line($"p = {PageWriter.Text(power)}", color, Enumerable.Range(0, points.Count)
                .Select(k => new Place(points.Values[k], points.GradientNorms[k]))));
        }

        KlFit quartic = page.Program("One of them in full: x⁴ at a sequence of points, a line through log|F′| over log F.", () =>
        {
            Objective f = Objective.OfScalars(x => Active.Pow(x[0], 4));
            Trajectory points = new(SubgradientChoice.Conservative);
            for (double x = 1; x > 1e-4; x *= 0.8)
            {
                (double value, double[] gradient) = f.Gradient([x]);
                points.Add([x], value, Math.Abs(gradient[0]), 0);
            }

            return KlFit.Of(points, optimum: 0);
        });
        page.Equal("φ′(F)·|F′| of x⁴ at x = 0.3", DesingularizedSlope(quartic.Inequality, 0.0081, 0.108), 1, 1e-6);
        double valley = page.Program("(x/2 − y²)² has a curve of minima: ‖∇F‖² ≥ F, so θ = ½ although F is not convex.", () =>
        {
            Objective f = Objective.OfScalars(x => ((0.5 * x[0]) - (x[1] * x[1])) * ((0.5 * x[0]) - (x[1] * x[1])));
            double least = double.PositiveInfinity;
            for (int i = 0; i < 200; i++)
            {
                (double value, double[] gradient) = f.Gradient(page.Point(i, 2, 2));
                least = Math.Min(least, ((gradient[0] * gradient[0]) + (gradient[1] * gradient[1])) / value);
            }

            return least;
        });
        page.AtLeast("least ‖∇F‖²/F of (x/2 − y²)² at drawn points, where it is 1 + 16y²", valley, 1 - 1e-9);
        RunDiagnosis kinked = page.Program("With kinks it is read along the subgradient flow after its last kink, as diagnose does.", () =>
            RunDiagnosis.Of(DiagnosedPrograms.Named("kinked", 2), new DiagnosisSettings { Pictures = [DiagnosisPicture.Kl] }, page.Cancellation));
        page.Equal("exponent of ½x₁² + |x₂ − ½x₁| along the flow", kinked.Kl!.Exponent, 0.5, 0.02);
        KlFit flat = page.Program("exp(−1/x²): the slope of log|F′| over log F.", () =>
            KlFit.Of(Along(Objective.OfScalars(x => Active.Exp(-1 / (x[0] * x[0]))), [.. Enumerable.Range(0, 40).Select(k => 0.12 * Math.Pow(0.98, k))]), 0,
                leastGap: 1e-300));
        page.Equal("exponent of exp(−1/x²), at values from 1e−30 on", flat.Exponent, 1, 0.02);
        page.Certify("|x|^{3/2}", Tame.Certify(Objective.OfScalars(x => Active.Pow(Active.Abs(x[0]), 1.5)), [1]));
        page.Certify("exp(−1/x²)", Tame.Certify(Objective.OfScalars(x => Active.Exp(-1 / (x[0] * x[0]))), [1]));
        page.Certify("½x₁² + |x₂ − ½x₁|", Tame.Certify(DiagnosedPrograms.Named("kinked", 2).Objective, [2, -1]));
        page.Draw(new Picture("exponents", "|F′| over F of |x|ᵖ: lines of slope 1 − 1/p.", "F", "|F′|")
        {
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Window = (-12, 0, -11, 1),
            Series = drawn,
        });
    }

    private static Trajectory Along(Objective f, double[] places)
    {
        Trajectory points = new(SubgradientChoice.Conservative);
        foreach (double x in places)
        {
            (double value, double[] gradient) = f.Gradient([x]);
            points.Add([x], value, Math.Abs(gradient[0]), 0);
        }

        return points;
    }

    private static double DesingularizedSlope(KlInequality inequality, double gap, double gradient)
    {
        double step = 1e-5 * gap;
        return (inequality.Desingularize(gap + step) - inequality.Desingularize(gap - step)) / (2 * step) * gradient;
    }
}
