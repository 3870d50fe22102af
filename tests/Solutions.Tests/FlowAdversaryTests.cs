using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Flows that could make a derivative lie: they are refused or told.</summary>
public class FlowAdversaryTests
{
    private static readonly Flow Falling = Flow.OfScalars(2, 0, (t, x, p) => [x[1], -1]);

    [Fact]
    public void ASolutionThatBlowsUpIsToldWithItsTime()
    {
        Flow square = Flow.OfScalars(1, 0, (t, x, p) => [x[0] * x[0]]);
        FlowException chosen = Assert.Throws<FlowException>(() => square.Solve([1], [], 0, 2));
        Assert.Equal(FlowFailure.StepTooSmall, chosen.Failure);
        Assert.Equal(1, chosen.Time, 1e-6);
        Assert.True(chosen.State[0] > 1e6);
        IntegrationOptions fixedSteps = new() { Method = FlowMethod.RungeKutta4, StepSize = 0.01 };
        FlowException given = Assert.Throws<FlowException>(() => square.Solve([1], [], 0, 2, fixedSteps));
        Assert.Equal(FlowFailure.NotFinite, given.Failure);
        Assert.InRange(given.Time, 1, 1.1);
    }

    [Fact]
    public void WhatIsNotFiniteIsTold()
    {
        Flow root = Flow.OfScalars(1, 0, (t, x, p) => [-Active.Sqrt(x[0])]);
        Assert.Equal(FlowFailure.NotFinite, Assert.Throws<FlowException>(() => root.Solve([-1], [], 0, 1)).Failure);
        Assert.Equal(FlowFailure.NotFinite, Assert.Throws<FlowException>(() => root.Solve([double.NaN], [], 0, 1)).Failure);
        // It reaches 0 at t = 2, where the field is not Lipschitz and the solution stops being one.
        Assert.Throws<FlowException>(() => root.Solve([1], [], 0, 3));
        Assert.Throws<ArgumentException>(() => root.Solve([1], [], 0, double.PositiveInfinity));
    }

    [Fact]
    public void AFieldThatIsNotLipschitzIsNotCertified()
    {
        // x' = √x from 0 has many solutions.
        Flow root = Flow.OfScalars(1, 0, (t, x, p) => [Active.Sqrt(x[0])]);
        FlowSolution rest = root.Solve([0], [], 0, 1, new IntegrationOptions { Method = FlowMethod.Euler, StepSize = 0.1 });
        Assert.Equal(FlowClaim.None, rest.Certificate.Claim);
        Assert.Contains("sqrt", rest.Certificate.Reason, StringComparison.Ordinal);
        // It may be passed, but derivatives near it are not accurate; √|x| has many solutions from 0 on.
        Flow passed = Flow.OfScalars(1, 0, (t, x, p) => [2 + Active.Cbrt(x[0])]);
        Assert.Contains("cube root", passed.Solve([-1], [], 0, 2).Certificate.Reason, StringComparison.Ordinal);
        Flow branching = Flow.OfScalars(1, 0, (t, x, p) => [Active.Sqrt(Active.Abs(x[0]))]);
        Assert.Equal(FlowClaim.None, branching.Solve([-1], [], 0, 3).Certificate.Claim);
    }

    [Fact]
    public void TimeMayRunBackwards()
    {
        Flow flow = Flow.OfScalars(1, 1, (t, x, p) => [p[0] + Active.Abs(x[0])]);
        FlowSolution forth = flow.Solve([-0.7], [1.2], 0, 1.6), back = flow.Solve([forth.Value[0]], [1.2], 1.6, 0);
        Assert.Equal(-0.7, back.Value[0], 1e-7);
        Assert.Equal(1, forth.Jacobian().Start[0, 0] * back.Jacobian().Start[0, 0], 1e-6);
        Assert.Equal(forth.Events[0].Time, Assert.Single(back.Events).Time, 1e-7);
        // The sliding of one direction is not determined in the other.
        Flow friction = Flow.OfScalars(1, 0, (t, x, p) => [-Active.Sign(x[0])]);
        Assert.Equal(FlowFailure.NotDetermined, Assert.Throws<FlowException>(() => friction.Solve([0], [], 1, 0)).Failure);
        Assert.Equal(2, friction.Solve([1], [], 1, 0).Value[0], 1e-12);
    }

    [Fact]
    public void NoTimeIsTheIdentity()
    {
        FlowSolution none = Falling.Solve([2, 3], [], 5, 5);
        Assert.Equal(0, none.Steps);
        Assert.Equal([2, 3], none.Value);
        Assert.Equal(new double[,] { { 1, 0 }, { 0, 1 } }, none.Jacobian().Start);
        Assert.Equal([3, -1], none.Jacobian().Time);
        Assert.Equal([2, 3], none.At(5));
        FlowGradient gradient = none.Reverse([1, 10]);
        Assert.Equal([1, 10], gradient.Start);
        Assert.Equal(-7, gradient.Time);
    }

    [Fact]
    public void AnEndAtAJumpIsNotCertified()
    {
        Flow flow = Flow.OfScalars(1, 1, (t, x, p) => [t < p[0] ? 1 : 0]);
        Assert.Equal(FlowClaim.None, flow.Solve([0], [1], 0, 1).Certificate.Claim);
        Assert.Equal(FlowClaim.None, flow.Solve([0], [0.1 + 0.2], 0, 0.3).Certificate.Claim);
        Assert.Equal(FlowClaim.None, flow.Solve([0], [0.3], 0, 0.1 + 0.2).Certificate.Claim);
        Assert.Equal(FlowClaim.None, flow.Solve([0], [0], 0, 1).Certificate.Claim);
        Assert.Equal(FlowClaim.Derivative, flow.Solve([0], [0.99], 0, 1).Certificate.Claim);
        // A kink at the end leaves the flow differentiable.
        Flow kink = Flow.OfScalars(1, 0, (t, x, p) => [1 + Active.Abs(x[0])]);
        Assert.Equal(FlowClaim.Derivative, kink.Solve([0], [], 0, 1).Certificate.Claim);
    }

    [Fact]
    public void AGrazedJumpHasNoDerivative()
    {
        // Thrown up at 1, it rises to exactly ½ and falls: a field that jumps there is grazed.
        Flow ceiling = Flow.OfScalars(3, 1, (t, x, p) => [x[1], -1, x[0] < p[0] ? 0 : 1]);
        IntegrationOptions[] several = [new(), new() { Method = FlowMethod.RungeKutta4, StepSize = 0.3 }, new() { MaximumStepSize = 0.25 }];
        foreach (IntegrationOptions options in several)
        {
            FlowSolution grazing = ceiling.Solve([0, 1, 0], [0.5], 0, 2, options);
            Assert.Equal(FlowClaim.None, grazing.Certificate.Claim);
            Assert.Equal(FlowClaim.Derivative, ceiling.Solve([0, 1, 0], [0.6], 0, 2, options).Certificate.Claim);
            // The top is at the end of a step.
            Assert.Equal(FlowClaim.None, ceiling.Solve([0, 1, 0], [0.5], 0, 2, options with { StepSize = 0.25 }).Certificate.Claim);
            // Above the ceiling for 2·√(1 − 2c): the derivative of x₂ in c is −2/√(1 − 2c).
            FlowSolution crossing = ceiling.Solve([0, 1, 0], [0.4], 0, 2, options);
            Assert.Equal(2 * Math.Sqrt(0.2), crossing.Value[2], 1e-9);
            Assert.Equal(-2 / Math.Sqrt(0.2), crossing.Jacobian().Parameters[2, 0], 1e-9);
            Assert.Equal(2, crossing.Certificate.Jumps);
        }
    }

    [Fact]
    public void TwoCrossingsWithinAStepAreSeen()
    {
        Flow ceiling = Flow.OfScalars(3, 0, (t, x, p) => [x[1], -1, x[0] < 0.49 ? 0 : 1]);
        FlowSolution solution = ceiling.Solve([0, 1, 0], [], 0, 2, new IntegrationOptions { Method = FlowMethod.RungeKutta4, StepSize = 2 });
        Assert.Equal(2, solution.Events.Count);
        Assert.Equal(2 * Math.Sqrt(0.02), solution.Value[2], 1e-12);
    }

    [Fact]
    public void JumpsAtTheSameTimeAreTold()
    {
        // Which of two surfaces comes first decides what is between them.
        Flow corner = Flow.OfScalars(2, 0, (t, x, p) => [1, x[0] < 1 ? 1 : t < 1 ? 3 : 2]);
        FlowSolution solution = corner.Solve([0, 0], [], 0, 2);
        Assert.Equal(FlowClaim.None, solution.Certificate.Claim);
        // One surface that the program asks for twice is one event.
        Flow twice = Flow.OfScalars(1, 0, (t, x, p) => [(x[0] < 1 ? 1 : 2) + (2 * x[0] - 2 < 0 ? 1 : 2)]);
        FlowSolution once = twice.Solve([0], [], 0, 1);
        Assert.Equal(FlowClaim.Derivative, once.Certificate.Claim);
        Assert.Single(once.Events);
        // Two bodies that stop at the same time.
        Flow bodies = Flow.OfScalars(2, 0, (t, x, p) => [-Active.Sign(x[0]), -Active.Sign(x[1])]);
        FlowSolution stopped = bodies.Solve([1, 1], [], 0, 2);
        Assert.Equal(0, stopped.Value[0], 1e-12);
        Assert.Equal(0, stopped.Value[1], 1e-12);
        Assert.Equal(FlowClaim.None, stopped.Certificate.Claim);
    }

    [Theory]
    [InlineData(FlowMethod.BackwardEuler, 0.1)]
    [InlineData(FlowMethod.Radau5, 0.1)]
    [InlineData(FlowMethod.TrBdf2, 0.1)]
    [InlineData(FlowMethod.TrBdf2, null)]
    public void AStiffFieldTakesFewSteps(FlowMethod method, double? size)
    {
        // x' = −10⁶(x − p·cos t), which follows p·cos t after a moment.
        Flow stiff = Flow.OfScalars(1, 1, (t, x, p) => [-1e6 * (x[0] - (p[0] * Active.Cos(t)))]);
        IntegrationOptions options = new() { Method = method, StepSize = size, RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-6 };
        FlowSolution solution = stiff.Solve([0], [2], 0, 1, options);
        Assert.InRange(solution.Steps, 10, 2000);
        Assert.Equal(2 * Math.Cos(1), solution.Value[0], 1e-3);
        Assert.Equal(Math.Cos(1), solution.Jacobian().Parameters[0, 0], 1e-3);
        Assert.Equal(solution.Jacobian().Parameters[0, 0], solution.Reverse([1]).Parameters[0], 1e-12);
    }

    [Fact]
    public void ImplicitStepsWithoutSolutionAreTold()
    {
        // z = 1 + 0.9(z² + 1) has no real root.
        Flow square = Flow.OfScalars(1, 0, (t, x, p) => [(x[0] * x[0]) + 1]);
        IntegrationOptions oneStep = new() { Method = FlowMethod.BackwardEuler, StepSize = 0.9 };
        FlowException failed = Assert.Throws<FlowException>(() => square.Solve([1], [], 0, 0.9, oneStep));
        Assert.Equal(FlowFailure.NoConvergence, failed.Failure);
        Assert.Equal((0, 1), (failed.Time, failed.State[0]));
    }

    [Fact]
    public void WrongArgumentsAreTold()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Flow.OfScalars(0, 0, (t, x, p) => []));
        Assert.Throws<ArgumentException>(() => Falling.Solve([1], [], 0, 1));
        Assert.Throws<ArgumentException>(() => Falling.Solve([1, 1], [], 0, 1, new IntegrationOptions { Method = FlowMethod.Euler }));
        Assert.Throws<ArgumentException>(() => Falling.Solve([1, 1], [], 0, 1, new IntegrationOptions { Direction = [1] }));
        Assert.Throws<InvalidOperationException>(() => Flow.OfScalars(2, 0, (t, x, p) => [1]).Solve([1, 1], [], 0, 1));
        FlowSolution solution = Falling.Solve([1, 1], [], 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => solution.At(1.5));
        Assert.Throws<ArgumentException>(() => solution.Reverse([1]));
        Assert.Throws<ArgumentException>(() => solution.Forward([1, 1], [1]));
        Assert.Equal(FlowFailure.TooMany, Assert.Throws<FlowException>(() => Falling.Solve([1, 1], [], 0, 1,
            new IntegrationOptions { Method = FlowMethod.Euler, StepSize = 1e-3, MaximumSteps = 10 })).Failure);
    }

    [Fact]
    public void JumpsThatCannotBeWatchedAreTold()
    {
        Flow rounded = Flow.OfScalars(1, 0, (t, x, p) => [1 + Active.Round(x[0])]);
        Assert.Equal(FlowClaim.None, rounded.Solve([0], [], 0, 1).Certificate.Claim);
        // At its third stage a step lands on the one point where the field is 100.
        Flow equal = Flow.OfScalars(1, 0, (t, x, p) => [x[0] == 0.5 ? 100 : 1]);
        Assert.Equal(FlowClaim.None, equal.Solve([0], [], 0, 1, new IntegrationOptions { Method = FlowMethod.RungeKutta4, StepSize = 0.25 }).Certificate.Claim);
        // Floors are watched: x' = 1 + ⌊x⌋ doubles its rate at every integer.
        Flow floors = Flow.OfScalars(1, 0, (t, x, p) => [1 + Active.Floor(x[0])]);
        FlowSolution solution = floors.Solve([0.5], [], 0, 1.25);
        Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
        Assert.Equal(2, solution.Events.Count);
        Assert.Equal(2.75, solution.Value[0], 1e-12);
        Assert.Equal(3, solution.Jacobian().Start[0, 0], 1e-12);
    }

    [Fact]
    public void TheBorderBetweenPassingAndSlidingIsNotCertified()
    {
        // Beyond x = 0 the field is p: with p > 0 the solution passes, with p < 0 it stays.
        Flow border = Flow.OfScalars(1, 1, (t, x, p) => [x[0] < 0 ? 1 : p[0]]);
        Assert.Equal(FlowClaim.None, border.Solve([-1], [0], 0, 2).Certificate.Claim);
        FlowSolution passed = border.Solve([-1], [0.5], 0, 2), stays = border.Solve([-1], [-0.5], 0, 2);
        Assert.Equal((0.5, 0.0), (Math.Round(passed.Value[0], 12), Math.Round(stays.Value[0], 12)));
        Assert.Equal((0.5, 1.0), (Math.Round(passed.Jacobian().Start[0, 0], 12), Math.Round(passed.Jacobian().Parameters[0, 0], 12)));
        Assert.Equal((0.0, 0.0), (Math.Round(stays.Jacobian().Start[0, 0], 12), Math.Round(stays.Jacobian().Parameters[0, 0], 12)));
    }

    [Fact]
    public void ABranchForTheTieAloneIsNotFollowed()
    {
        // On either side of x = 0 the other number grows as eᵗ; at the tie the program has it stand still.
        Flow tie = Flow.OfScalars(2, 0, (t, x, p) => [0, x[0] > 0 ? x[1] : x[0] < 0 ? x[1] : 0 * x[1]]);
        FlowSolution solution = tie.Solve([0, 1], [], 0, 1);
        Assert.Equal(Math.E, solution.Value[1], 1e-6);
        Assert.Equal(FlowClaim.None, solution.Certificate.Claim);
    }

    [Fact]
    public void TheFlowOfASubgradientSlidesToTheMinimum()
    {
        // x' ∈ −∂|x|, by a tape within the field.
        Flow descent = Flow.OfScalars(1, 0, (t, x, p) => [-NestedTape.Derivative(u => Active.Abs(u), x[0])]);
        FlowSolution solution = descent.Solve([1], [], 0, 2);
        Assert.Equal(0, solution.Value[0], 1e-14);
        Assert.Equal(0, solution.Jacobian().Start[0, 0]);
        Assert.Equal((FlowOccurrenceKind.SlidingBegins, "abs"), (Assert.Single(solution.Events).Kind, solution.Events[0].Name));
    }

    [Fact]
    public void ABallWithoutBounceIsRefused()
    {
        Flow dead = Falling.WithEvent(new FlowEvent("floor", (t, x, p) => x[0], (t, x, p) => [0, 0], GuardCrossing.Falling));
        Assert.Equal(FlowFailure.NotDetermined, Assert.Throws<FlowException>(() => dead.Solve([1, 0], [], 0, 3)).Failure);
    }
}
