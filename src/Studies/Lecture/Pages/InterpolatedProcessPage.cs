using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>The run in continuous time against the flow.</summary>
internal sealed class InterpolatedProcessPage() : LecturePage("interpolated-process", "The interpolated process against the flow")
{
    private const double Noise = 0.5;

    public override string Statement =>
        "Join the iterates of a stochastic subgradient method by segments, the k-th of duration αₖ. With steps of Robbins and Monro, noise of mean 0 and "
        + "bounded iterates, this process is an asymptotic pseudotrajectory of the flow θ′ ∈ −∂F(θ): over windows of a fixed length its distance from "
        + "solutions goes to 0. With constant steps it does not.";

    public override string Formula => "sup over 0 ≤ s ≤ T of ‖w(t + s) − S(w(t), s)‖ → 0 as t → ∞";

    public override string Source => "M. Benaïm, SIAM J. Control Optim. 1996; M. Benaïm, J. Hofbauer and S. Sorin, SIAM J. Control Optim. 2005, theorem 4.2";

    public override void Run(PageWriter page)
    {
        int steps = page.Pick(20_000, 3000), windows = page.Pick(12, 5);
        Objective f = Objective.OfScalars(x => (0.5 * x[0] * x[0]) + Active.Abs(x[1] - (0.5 * x[0])));
        RobbinsMonro vanishing = new(0.15, 10, 0.75);
        ConstantStepSize constant = new(0.05);
        DescentOptions noisy = new() { Gradient = SubgradientChoice.Clarke, NoiseDeviation = Noise, Seed = page.Seed };
        FlowOptions coarse = new() { Tolerance = 1e-5, ActiveRadius = 4e-5 };
        (Trajectory run, FlowTracking tracking) = page.Program("½x₁² + |x₂ − ½x₁| with noise and vanishing steps, beside the flow over windows of length 1.",
            () =>
        {
            Trajectory run = Trajectory.Descend(f, [2, -1], vanishing, steps, noisy, page.Cancellation);
            return (run, FlowTracking.Of(f, run, 1, windows, coarse, page.Cancellation));
        });
        (Trajectory still, FlowTracking kept) = page.Program("The same with constant steps.", () =>
        {
            Trajectory run = Trajectory.Descend(f, [2, -1], constant, 400, noisy, page.Cancellation);
            return (run, FlowTracking.Of(f, run, 1, windows, coarse, page.Cancellation));
        });
        FlowPath exact = page.Program("The flow of ½x² from 1 is e⁻ᵗ.", () => DifferentialInclusion.Solve(Objective.OfScalars(x => 0.5 * x[0] * x[0]), [1], 1));
        page.Equal("S(1, 1) of ½x²", exact.At(1)[0], Math.Exp(-1), 1e-5);
        page.AtMost("distance in the last window, vanishing steps, beside a fifth of that in the first", tracking.Errors[^1].Distance,
            tracking.Errors[0].Distance / 5);
        page.AtLeast("distance in the last window, constant steps, beside a fifth of that in the first", kept.Errors[^1].Distance, kept.Errors[0].Distance / 5);
        (_, IReadOnlyList<ConvergenceTheorem> theorems) = RunChecklist.Of(f, run, vanishing, true, false, cancellation: page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name == "The iterates follow the differential inclusion"));
        (_, theorems) = RunChecklist.Of(f, still, constant, true, false, cancellation: page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name == "The iterates follow the differential inclusion").Select(theorem =>
            theorem with { Name = $"{theorem.Name}, with constant steps" }));
        FlowPath flow = DifferentialInclusion.Solve(f, [2, -1], 6, coarse, page.Cancellation);
        page.Draw(new Picture("run", "The flow comes down to the line of kinks and slides along it; the noisy run stays around it.", "x₁", "x₂")
        {
            Window = (-0.3, 2.2, -1.1, 1),
            Levels = (x, y) => f.Value([x, y]),
            Series =
            [
                Picture.Line("the run, vanishing steps", 0, Enumerable.Range(0, Math.Min(run.Count, 3000)).Select(k => new Place(run.Point(k)[0],
                    run.Point(k)[1])),
                    Stroke.Thin),
                Picture.Line("the flow", 1, Enumerable.Range(0, 301).Select(k => flow.At(Math.Min(k / 50.0, flow.Times[^1]))).Select(x => new Place(x[0],
                    x[1]))),
            ],
        });
        page.Draw(new Picture("distance", "Distance from the flow over windows of length 1, as time goes on.", "time: the sum of the steps", "distance")
        {
            IsYLogarithmic = true,
            Series =
            [
                Picture.Line("vanishing steps", 0, tracking.Errors.Select(error => new Place(error.Time, error.Distance))),
                Picture.Line("constant steps", 1, kept.Errors.Select(error => new Place(error.Time, error.Distance))),
            ],
        });
    }
}
