using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Certificates of semi-algebraic programs: powers, ℓ₀, rank.</summary>
internal sealed class SemiAlgebraicPage() : LecturePage("semi-algebraic", "Semi-algebraic and tame programs, certified")
{
    public override string Statement =>
        "A function is semi-algebraic if polynomial equations and inequalities describe its graph. Sums, products, compositions, maxima, inverses and rational "
        + "powers of such functions are semi-algebraic (Tarski and Seidenberg), so a program made of such operations is, and its operations are the "
        + "certificate. "
        + "ℓ₀ and the rank are semi-algebraic too, but not continuous. With exp and log the program is definable in a larger o-minimal structure; a sine on "
        + "the "
        + "whole line is in none.";

    public override string Formula => "polynomial ⊂ semi-algebraic ⊂ globally subanalytic ⊂ definable from exp and log;   sin on ℝ: in none, it has "
        + "infinitely many zeros";

    public override string Source => "J. Bolte, A. Daniilidis and A. Lewis, SIAM J. Optim. 2007; L. van den Dries and C. Miller, Duke Math. J. 1996";

    public override void Run(PageWriter page)
    {
        (string Name, TameCertificate Certificate, TameClass Expected)[] certified = page.Program("Each program is certified from the operations that it "
            + "runs.", () =>
        {
            (string, Func<Active[], Active>, double[], bool, TameClass)[] programs =
            [
                ("x²", x => x[0] * x[0], [2], false, TameClass.Polynomial),
                ("x^{3/2}", x => Active.Pow(x[0], 1.5), [4], false, TameClass.SemiAlgebraic),
                ("max(x, 0) − |y|", x => Active.Relu(x[0]) - Active.Abs(x[1]), [1, 1], false, TameClass.SemiAlgebraic),
                ("log(1 + eˣ)", x => Active.Log(1 + Active.Exp(x[0])), [1], false, TameClass.LogExp),
                ("sin x on a bounded set", x => Active.Sin(x[0]), [1], true, TameClass.GloballySubanalytic),
                ("sin x on the line", x => Active.Sin(x[0]), [1], false, TameClass.NotTame),
                ("‖x‖₀ by branches", x => Count(x), [0, 1], false, TameClass.SemiAlgebraic),
                ("rank of a 2 × 2 matrix by branches", x => Rank(x), [1, 2, 2, 4], false, TameClass.SemiAlgebraic),
            ];
            return programs.Select(one => (one.Item1, Tame.Certify(Objective.OfScalars(one.Item2), one.Item3, one.Item4), one.Item5)).ToArray();
        });
        foreach ((string name, TameCertificate certificate, TameClass expected) in certified)
            page.Says($"class of {name}", certificate.Class, expected);
        TameCertificate zeroNorm = certified[^2].Certificate, rank = certified[^1].Certificate;
        page.Says("‖x‖₀ is continuous", zeroNorm.IsContinuous, false);
        page.Equal("jump of ‖x‖₀ where a coordinate is 0", Math.Abs(zeroNorm.Jump ?? 0), 1, 0);
        page.Says("the rank is continuous", rank.IsContinuous, false);
        page.Equal("jump of the rank at a singular matrix", Math.Abs(rank.Jump ?? 0), 1, 0);
        double slope = page.Program("The derivative of x^{3/2} at 4 is 3.", () => Objective.OfScalars(x => Active.Pow(x[0], 1.5)).Gradient([4]).Gradient[0]);
        page.Equal("derivative of x^{3/2} at 4", slope, 3, 1e-12);
        foreach ((string name, TameCertificate certificate, _) in certified)
            page.Assume($"{name} is tame and locally Lipschitz", certificate.IsPathDifferentiable, certificate.ToString());
        page.Remark("A branch shows one path at a time: of ‖x‖₀ and the rank the certificate says that they branch, and finds the jump by running the program "
            + "on the other side of the comparison.");
        page.Draw(new Picture("powers", "|x|ᵖ from convex to discontinuous: the last curve is ‖x‖₀, 0 at 0 and 1 elsewhere.", "x", "|x|ᵖ")
        {
            Series =
            [
                .. new[] { 2, 1.5, 1, 0.5, 0.1 }.Select((p, i) =>
                    Picture.Line($"p = {PageWriter.Text(p)}", i, Enumerable.Range(-100, 201).Select(k => new Place(k / 100.0, Math.Pow(Math.Abs(k / 100.0),
                        p))))),
                Picture.Lines("‖x‖₀", 6, [[new Place(-1, 1), new Place(-0.005, 1)], [new Place(0.005, 1), new Place(1, 1)]]),
                Picture.Line("", 6, [new Place(0, 0)], Stroke.Dots),
            ],
        });
    }

    private static Active Count(Active[] x)
    {
        Active count = 0;
        foreach (Active coordinate in x)
            count += coordinate == 0 ? 0 : 1;
        return count;
    }

    private static Active Rank(Active[] x)
    {
        Active determinant = (x[0] * x[3]) - (x[1] * x[2]);
        return determinant != 0 ? 2 : Count(x) == 0 ? 0 : 1;
    }
}
