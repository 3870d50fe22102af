using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Single steps rise, windows of time fall.</summary>
internal sealed class DescentInTheLimitPage() : LecturePage("descent-in-the-limit", "Descent in the limit")
{
    private const double Window = 0.5;

    public override string Statement =>
        "A step of a stochastic subgradient method may raise F. Over a window of time T, away from critical points, F falls all the same once steps are small: "
        + "the run follows a solution of the inclusion, along which dF/dt = −dist(0, ∂F)². So F cannot stay away from critical values, and it converges.";

    public override string Formula => "F(w(t + T)) − F(w(t)) → −∫ dist(0, ∂F(θ(s)))² ds over 0 ≤ s ≤ T, for the solution θ from w(t)";

    public override string Source => "D. Davis, D. Drusvyatskiy, S. Kakade and J. Lee, Found. Comput. Math. 2020, section 3; J. Bolte and E. Pauwels, Math. "
        + "Program. 2021, lemma 2";

    public override void Run(PageWriter page)
    {
        int steps = page.Pick(20_000, 4000);
        Objective f = Objective.OfScalars(x => (0.5 * ((x[0] * x[0]) + (x[1] * x[1]))) + Active.Abs(x[0] - x[1]));
        RobbinsMonro schedule = new(0.002, 2000, 0.75);
        (Trajectory run, WindowDescent windows) = page.Program("½‖x‖² + |x₁ − x₂| with strong noise and small steps, cut into windows.", () =>
        {
            DescentOptions noisy = new() { Gradient = SubgradientChoice.Clarke, NoiseDeviation = 3, Seed = page.Seed };
            Trajectory run = Trajectory.Descend(f, [6, 2], schedule, steps, noisy, page.Cancellation);
            return (run, WindowDescent.Of(run, Window));
        });
        FlowPath flow = page.Program("The flow from the same start over the first window, and its energy.", () =>
            DifferentialInclusion.Solve(f, [6, 2], Window, cancellation: page.Cancellation));
        double energy = 0;
        for (int i = 1; i < flow.Times.Count; i++)
            energy += (flow.Times[i] - flow.Times[i - 1]) * (flow.SquaredDistances[i] + flow.SquaredDistances[i - 1]) / 2;
        int rises = Enumerable.Range(0, run.Count - 1).Count(k => run.Values[k + 1] > run.Values[k]);
        // From (6, 2) the gradient is (x₁ + 1, x₂ − 1), so x₁ = 7e⁻ᵗ − 1 and x₂ = e⁻ᵗ + 1 as long as x₁ > x₂.
        double x1 = (7 * Math.Exp(-Window)) - 1, x2 = Math.Exp(-Window) + 1, fall = f.Value([6, 2]) - f.Value([x1, x2]);
        page.Equal("fall of F along the flow over the first window", flow.Values[0] - flow.Values[^1], fall, 1e-5);
        page.Equal("∫ dist(0, ∂F)² over it", energy, fall, 1e-2);
        page.Equal("energy error of the flow", flow.EnergyError, 0, 1e-5);
        page.Equal("fall of F along the run over its first window, relative to that", windows.Falls[0].Fall / fall, 1, 0.1);
        page.AtLeast("share of single steps that raise F", (double)rises / (run.Count - 1), 0.2);
        int early = windows.Falls.TakeWhile(window => run.Values[window.Index] > 1).Count();
        page.Equal("windows that raise F, of those that begin with F above 1", windows.Falls.Take(early).Count(window => window.Fall < 0), 0, 0);
        (_, IReadOnlyList<ConvergenceTheorem> theorems) = RunChecklist.Of(f, run, schedule, true, false, cancellation: page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name == "Accumulation points are Clarke-critical"));
        page.Certify("F", Tame.Certify(f, [6, 2]));
        double time = 0;
        List<Place> values = [], ends = [];
        HashSet<int> cuts = [.. windows.Falls.Select(window => window.Index)];
        for (int k = 0; k < run.Count && time < 4; k++)
        {
            values.Add(new Place(time, run.Values[k]));
            if (cuts.Contains(k))
                ends.Add(new Place(time, run.Values[k]));
            time += run.StepSizes[k];
        }

        page.Draw(new Picture("windows", "Every other step goes up; from window to window F goes down.", "time: the sum of the steps", "F")
        {
            Series =
            [
                Picture.Line("each step", -1, values, Stroke.Thin),
                Picture.Line("ends of windows", 0, ends),
                Picture.Line("", 0, ends, Stroke.Dots),
            ],
        });
    }
}
