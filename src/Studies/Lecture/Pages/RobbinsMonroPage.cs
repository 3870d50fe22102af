using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.Lecture.Pages;

/// <summary>Steps of Robbins and Monro under noise.</summary>
internal sealed class RobbinsMonroPage() : LecturePage("robbins-monro", "Noise, and the steps of Robbins and Monro")
{
    private const double Constant = 0.1;

    public override string Statement =>
        "With noisy gradients steps must vanish, or the noise stays; but their sum must diverge, or the run stops short of the minimum. Σα = ∞ with Σα² < ∞ "
        + "suffices (Robbins and Monro). On ½θ² all three cases have exact answers: α = 1/(k + 1) makes θ the mean of the noise, constant steps leave "
        + "a variance, and steps that halve stop on the way.";

    public override string Formula => "θₖ₊₁ = θₖ − αₖ(θₖ + ξₖ): αₖ = 1/(k + 1): E θₙ² = σ²/n;   αₖ = α: E θ² → ασ²/(2 − α);   αₖ = 2^(−k−1), σ = 0: θ → Π(1 − "
        + "2⁻ʲ)";

    public override string Source => "H. Robbins and S. Monro, Ann. Math. Statist. 1951";

    public override void Run(PageWriter page)
    {
        int runs = page.Pick(400, 60), steps = page.Pick(1000, 300);
        Objective f = Objective.OfScalars(x => 0.5 * x[0] * x[0]);
        Trajectory Noisy(IStepSizeSchedule schedule, int run, int length) =>
            Trajectory.Descend(f, [1], schedule, length, new DescentOptions { NoiseDeviation = 1, Seed = page.Seed + (ulong)run }, page.Cancellation);

        double vanishing = page.Program("Many runs with α = 1/(k + 1) and noise of deviation 1.", () =>
            Enumerable.Range(0, runs).Average(i => Math.Pow(Noisy(new RobbinsMonro(1), i, steps).Last[0], 2)));
        double constant = page.Program("As many with α = 0.1.", () =>
            Enumerable.Range(0, runs).Average(i => Math.Pow(Noisy(new ConstantStepSize(Constant), i, steps).Last[0], 2)));
        double stopped = page.Program("Steps that halve, without noise.", () =>
            Trajectory.Descend(f, [1], new ExponentialDecay(0.5, 0.5), 200).Last[0]);
        // The mean of n squares of normal numbers deviates by √(2/n) of its mean.
        double spread = 4 * Math.Sqrt(2.0 / runs);
        page.Equal("n·E θₙ² with α = 1/(k + 1)", vanishing * steps, 1, spread);
        page.Equal("E θ² with α = 0.1, relative to ασ²/(2 − α)", constant / (Constant / (2 - Constant)), 1, spread);
        page.Equal("limit with halving steps, Π(1 − 2⁻ʲ)", stopped, 0.2887880950866024, 1e-12);
        IStepSizeSchedule[] schedules = [new RobbinsMonro(1), new RobbinsMonro(1, 10, 0.75), new InverseSquareRoot(1), new ConstantStepSize(Constant),
            new ExponentialDecay(0.5, 0.5)];
        bool[] expected = [true, true, false, false, false];
        for (int i = 0; i < schedules.Length; i++)
            page.Says($"{schedules[i]}: Σα = ∞ and Σα² < ∞", schedules[i].SatisfiesRobbinsMonro, expected[i]);
        page.Equal("Σα² of 1/(k + 1)", new RobbinsMonro(1).SumOfSquares.Value, Math.PI * Math.PI / 6, 1e-12);
        Trajectory shown = Noisy(new RobbinsMonro(1), 0, steps), other = Noisy(new ConstantStepSize(Constant), 0, steps);
        (_, IReadOnlyList<ConvergenceTheorem> theorems) = RunChecklist.Of(f, shown, new RobbinsMonro(1), true, false, cancellation: page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name == "The iterates follow the gradient flow"));
        (_, theorems) = RunChecklist.Of(f, other, new ConstantStepSize(Constant), true, false, cancellation: page.Cancellation);
        page.Assume(theorems.Where(theorem => theorem.Name == "The iterates follow the gradient flow").Select(theorem =>
            theorem with { Name = $"{theorem.Name}, with constant steps" }));
        Trajectory halving = Trajectory.Descend(f, [1], new ExponentialDecay(0.5, 0.5), steps);
        page.Draw(new Picture("steps", "The same noise under three kinds of steps.", "steps k", "|θ|")
        {
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Window = (0, Math.Log10(steps), -5, 1),
            Series =
            [
                Along("α = 1/(k + 1)", 0, shown),
                Along("α = 0.1", 1, other),
                Along("α = 2^(−k−1), no noise", 2, halving),
                Picture.Line("σ/√k", -1, Enumerable.Range(1, steps).Select(k => new Place(k, 1 / Math.Sqrt(k))), Stroke.Dashed),
            ],
        });
    }

    private static Series Along(string label, int color, Trajectory run) =>
        Picture.Line(label, color, Enumerable.Range(1, run.Count - 1).Select(k => new Place(k, Math.Abs(run.Point(k)[0]))), Stroke.Thin);
}
