using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Flows with kinks whose derivatives are known exactly.</summary>
public class FlowExactTests
{
    private static readonly Flow Modulus = Flow.OfScalars(1, 0, (t, x, p) => [Active.Abs(x[0])]);

    private static readonly Flow Joined = Flow.OfScalars(1, 0, (t, x, p) => [Active.Relu(x[0]) - Active.Relu(-x[0])]);

    private static readonly IntegrationOptions TenSteps = new() { Method = FlowMethod.Euler, StepSize = 0.1 };

    [Fact]
    public void TheModulusRestsAtItsKinkAndTheSelectionDecides()
    {
        FlowSolution rest = Modulus.Solve([0], [], 0, 1);
        Assert.Equal(0, rest.Value[0]);
        Assert.Equal(1, rest.Jacobian().Start[0, 0]);
        Assert.Equal(FlowClaim.ConservativeJacobian, rest.Certificate.Claim);
        Assert.Contains("abs", rest.Certificate.Rests);
        // Clarke's Jacobian of the flow is [1/e, e].
        IntegrationOptions up = new() { Direction = [1], MaximumStepSize = 0.02 };
        Assert.Equal(Math.E, Modulus.Solve([0], [], 0, 1, up).Jacobian().Start[0, 0], 1e-9);
        Assert.Equal(1 / Math.E, Modulus.Solve([0], [], 0, 1, up with { Direction = [-1] }).Jacobian().Start[0, 0], 1e-9);
        IntegrationOptions selected = new() { Selections = Selections.PyTorch with { AbsAtZero = 1 }, MaximumStepSize = 0.02 };
        Assert.Equal(Math.E, Modulus.Solve([0], [], 0, 1, selected).Jacobian().Start[0, 0], 1e-9);
    }

    [Fact]
    public void ARestAtTheOriginOfANormIsAtAKink()
    {
        Flow norm = Flow.OfScalars(2, 0, (t, x, p) => [Active.Hypot(x[0], x[1]), 0]);
        Assert.Equal(FlowClaim.ConservativeJacobian, norm.Solve([0, 0], [], 0, 1).Certificate.Claim);
        Assert.Equal(FlowClaim.Derivative, norm.Solve([1, 0], [], 0, 1).Certificate.Claim);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 2.5937424601)]
    [InlineData(1, 6.1917364224)]
    public void EulersStepsAtAJoinedKinkDependOnTheSelection(double slope, double expected)
    {
        FlowSolution solution = Joined.Solve([0], [], 0, 1, TenSteps with { Selections = Selections.PyTorch with { ReluAtZero = slope } });
        Assert.Equal(10, solution.Steps);
        Assert.Equal(expected, solution.Jacobian().Start[0, 0], 1e-10);
        Assert.Equal(solution.Jacobian().Start[0, 0], solution.Reverse([1]).Start[0], 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void APieceBesideAJoinedKinkHasTheTrueDerivative(double direction)
    {
        FlowSolution solution = Joined.Solve([0], [], 0, 1, TenSteps with { Direction = [direction] });
        Assert.Equal(2.5937424601, solution.Jacobian().Start[0, 0], 1e-10);
    }

    [Theory]
    [InlineData(FlowMethod.DormandPrince, null)]
    [InlineData(FlowMethod.RungeKutta4, 0.3)]
    [InlineData(FlowMethod.Euler, 0.3)]
    [InlineData(FlowMethod.Radau5, 0.3)]
    [InlineData(FlowMethod.TrBdf2, null)]
    public void ARightSideThatEndsIsAJumpWhoseTimeHasDerivativeOne(FlowMethod method, double? size)
    {
        // x' = 1 before T, 0 after: x(2) = T, which backpropagation through the steps calls constant.
        Flow flow = Flow.OfScalars(1, 1, (t, x, p) => [t < p[0] ? 1 : 0]);
        FlowSolution solution = flow.Solve([0], [1.1], 0, 2, new IntegrationOptions { Method = method, StepSize = size });
        Assert.Equal(1.1, solution.Value[0], 1e-14);
        Assert.Equal(1, solution.Jacobian().Parameters[0, 0], 1e-14);
        Assert.Equal(1, solution.Reverse([1]).Parameters[0], 1e-14);
        Assert.Equal(1, solution.Jacobian().Start[0, 0], 1e-14);
        Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
        FlowOccurrence jump = Assert.Single(solution.Events);
        Assert.Equal((FlowOccurrenceKind.Jump, 1), (jump.Kind, jump.JumpSize));
        Assert.Equal(1.1, jump.Time, 1e-14);
    }

    [Theory]
    [InlineData(FlowMethod.DormandPrince, null)]
    [InlineData(FlowMethod.RungeKutta4, 0.07)]
    [InlineData(FlowMethod.ImplicitMidpoint, 0.07)]
    public void CoulombFrictionStopsAndSticks(FlowMethod method, double? size)
    {
        // x'' = −sign(x'): stops after v at v²/2.
        Flow friction = Flow.OfScalars(2, 0, (t, x, p) => [x[1], -Active.Sign(x[1])]);
        foreach (double speed in (double[])[1.3, -1.3])
        {
            FlowSolution solution = friction.Solve([0, speed], [], 0, 3, new IntegrationOptions { Method = method, StepSize = size });
            Assert.Equal(Math.Sign(speed) * speed * speed / 2, solution.Value[0], 1e-12);
            Assert.Equal(0, solution.Value[1], 1e-14);
            FlowJacobian jacobian = solution.Jacobian();
            Assert.Equal(Math.Abs(speed), jacobian.Start[0, 1], 1e-12);
            Assert.Equal((1, 0, 0), (jacobian.Start[0, 0], jacobian.Start[1, 0], jacobian.Start[1, 1]));
            Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
            FlowOccurrence stop = Assert.Single(solution.Events);
            Assert.Equal(FlowOccurrenceKind.SlidingBegins, stop.Kind);
            Assert.Equal(Math.Abs(speed), stop.Time, 1e-12);
        }
    }

    [Fact]
    public void AStuckBodyMovesAgainWhenItIsPulledHarder()
    {
        // x'' = t − μ·sign(x') from rest: sticks until t = μ; then x' = (t − μ)²/2.
        Flow friction = Flow.OfScalars(2, 1, (t, x, p) => [x[1], t - (p[0] * Active.Sign(x[1]))]);
        FlowSolution solution = friction.Solve([0, 0.1], [1], 0, 3, new IntegrationOptions { MaximumStepSize = 0.1 });
        Assert.Equal(FlowOccurrenceKind.SlidingBegins, solution.Events[0].Kind);
        Assert.Equal(FlowOccurrenceKind.SlidingEnds, solution.Events[1].Kind);
        Assert.Equal(1, solution.Events[1].Time, 1e-9);
        Assert.Equal(2, solution.Value[1], 1e-9);
        Assert.Equal(-2, solution.Jacobian().Parameters[1, 0], 1e-8);
        Assert.Equal(0, solution.Jacobian().Start[1, 1], 1e-9);
    }

    [Fact]
    public void FieldsThatLeadAwayFromAJumpOnBothSidesAreRefused()
    {
        Flow apart = Flow.OfScalars(1, 0, (t, x, p) => [Active.Sign(x[0])]);
        Assert.Equal(FlowFailure.NotDetermined, Assert.Throws<FlowException>(() => apart.Solve([0], [], 0, 1)).Failure);
        Assert.Equal(2, apart.Solve([1], [], 0, 1).Value[0], 1e-12);
    }

    [Fact]
    public void ABouncingBallHasItsClosedForm()
    {
        // Falls from h, bounces at s = √(2h/g) and again after 2e·s.
        FlowSolution solution = Ball.Solve([1, 0], [9.81, 0.8], 0, 1);
        double h = 1, g = 9.81, e = 0.8, first = Math.Sqrt(2 * h / g), rest = 1 - first, up = e * g * first;
        Assert.Equal((up * rest) - (g * rest * rest / 2), solution.Value[0], 1e-9);
        // Derivatives by hand.
        double dfirst = first / (2 * h), dup = e * g * dfirst;
        Assert.Equal((dup * rest) - (up * dfirst) + (g * rest * dfirst), solution.Jacobian().Start[0, 0], 1e-9);
        Assert.Equal(g * first * rest, solution.Jacobian().Parameters[0, 1], 1e-9);
        double gfirst = -first / (2 * g), gup = (e * first) + (e * g * gfirst);
        Assert.Equal((gup * rest) - (up * gfirst) - (rest * rest / 2) + (g * rest * gfirst), solution.Jacobian().Parameters[0, 0], 1e-9);
        Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
        Assert.Equal(FlowOccurrenceKind.Reset, Assert.Single(solution.Events).Kind);
    }

    [Fact]
    public void BouncesThatAccumulateAreTold()
    {
        FlowException zeno = Assert.Throws<FlowException>(() => Ball.Solve([1, 0], [9.81, 0.5], 0, 5));
        Assert.Equal(FlowFailure.Accumulation, zeno.Failure);
        double first = Math.Sqrt(2 / 9.81);
        Assert.Equal(first * (1 + (2 * 0.5 / (1 - 0.5))), zeno.Time, 1e-5);
    }

    private static Flow Ball => Flow.OfScalars(2, 2, (t, x, p) => [x[1], -p[0]])
        .WithEvent(new FlowEvent("floor", (t, x, p) => x[0], (t, x, p) => [x[0], -p[1] * x[1]], GuardCrossing.Falling));
}
