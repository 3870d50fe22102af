using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Subgradient flows: kinks are reached, and slid along.</summary>
internal sealed class DifferentialInclusionPage() : LecturePage("differential-inclusion", "Differential inclusions: sliding along kinks")
{
    private const double Time = 4;
    private const double Rate = 0.8;

    public override string Statement =>
        "θ′ ∈ −∂F(θ) has a solution from every start, since ∂F has a closed graph and convex compact values; for convex F it is unique. Where the chain rule "
            + "holds, "
        + "the velocity is minus the element of least norm of ∂F at almost every time. Solutions reach kinks in finite time and slide along them.";

    public override string Formula => "½x₁² + |x₂ − ½x₁| on its line of kinks: ∂F = {(x₁ − λ/2, λ)}, least at λ = 2x₁/5, so x₁′ = −(4/5)x₁;   "
        + "‖x‖₁: xᵢ(t) = sign(xᵢ)·max(|xᵢ| − t, 0)";

    public override string Source => "J.-P. Aubin and A. Cellina, Differential Inclusions, 1984, chapter 2, theorem 3; H. Brezis, Opérateurs maximaux "
        + "monotones, 1973, theorem 3.1";

    public override void Run(PageWriter page)
    {
        Objective f = Objective.OfScalars(x => (0.5 * x[0] * x[0]) + Active.Abs(x[1] - (0.5 * x[0])));
        FlowPath flow = page.Program("The flow from (2, −1); the solver is not told where the kinks are.", () =>
            DifferentialInclusion.Solve(f, [2, -1], Time, new FlowOptions { Tolerance = 1e-6, ActiveRadius = 4e-6 }, page.Cancellation));
        // Before the line x₁ = 2.5e⁻ᵗ − ½ and x₂ = t − 1, which meet it where t = 0.75 + 1.25e⁻ᵗ.
        double arrival = 1;
        for (int k = 0; k < 100; k++)
            arrival = 0.75 + (1.25 * Math.Exp(-arrival));
        double there = (2.5 * Math.Exp(-arrival)) - 0.5;
        double End(double time) => there * Math.Exp(-Rate * (time - arrival));
        int first = Enumerable.Range(0, flow.Times.Count).First(i => Math.Abs(flow.Point(i)[1] - (0.5 * flow.Point(i)[0])) < 1e-5);
        page.Equal("time at which it reaches the line of kinks", flow.Times[first], arrival, 1e-3);
        page.Equal("x₁ there", flow.Point(first)[0], there, 1e-3);
        page.Equal("x₁ at the end, after sliding", flow.At(Time)[0], End(Time), 1e-4);
        page.Equal("x₂ − ½x₁ at the end", flow.At(Time)[1] - (0.5 * flow.At(Time)[0]), 0, 1e-5);
        page.Equal("F(0) − F(T) − ∫ dist(0, ∂F)²", flow.EnergyError, 0, 1e-4);
        double[] soft = page.Program("The flow of ‖x‖₁ is soft thresholding.", () =>
            DifferentialInclusion.Solve(Objective.OfScalars(x => Active.Abs(x[0]) + Active.Abs(x[1]) + Active.Abs(x[2])), [1, -0.6, 0.25], 0.5).At(0.5));
        page.Equal("x₁ of the flow of ‖x‖₁ from (1, −0.6, 0.25) at t = ½", soft[0], 0.5, 1e-5);
        page.Equal("x₂", soft[1], -0.1, 1e-5);
        page.Equal("x₃", soft[2], 0, 1e-5);
        page.Certify("F", Tame.Certify(f, [2, -1]));
        page.Assume("F is convex, so that the solution is unique", Convexity.Certify(f, [2, -1]) == Curvature.Unknown ? null : true,
            $"curvature by the rules of composition: {Convexity.Certify(f, [2, -1])}");
        List<List<Place>> arrows = [];
        for (double x = -0.4; x <= 2.2; x += 0.2)
        {
            for (double y = -1.2; y <= 1.2; y += 0.2)
            {
                double[] least = [.. Clarke.Subdifferential(f, [x, y]).MinimalNormElement];
                double size = Math.Max(1, Math.Sqrt((least[0] * least[0]) + (least[1] * least[1])));
                arrows.Add([new Place(x, y), new Place(x - (0.13 * least[0] / size), y - (0.13 * least[1] / size))]);
            }
        }

        page.Draw(new Picture("sliding", "Two solutions: they come to the line of kinks from either side and slide along it. Arrows: minus the element of "
            + "least norm.",
            "x₁", "x₂")
        {
            Window = (-0.5, 2.4, -1.4, 1.4),
            Series =
            [
                Picture.Lines("", -1, arrows, Stroke.Arrows),
                Picture.Line("line of kinks", 6, [new Place(-0.5, -0.25), new Place(2.4, 1.2)], Stroke.Dashed),
                Picture.Lines("solutions", 1, new[] { flow, DifferentialInclusion.Solve(f, [1.6, 1.3], Time) }.Select(path =>
                    Enumerable.Range(0, 201).Select(k => path.At(Math.Min(Time * k / 200, path.Times[^1]))).Select(x => new Place(x[0], x[1])))),
            ],
        });
    }
}
