using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Forward and reverse derivatives agree with each other to rounding, and with differences of the flow.</summary>
public class FlowDerivativeTests
{
    // Two masses with a spring that only pushes, a friction and a floor.
    private static readonly Flow Mechanism = Flow.OfScalars(4, 3, (t, x, p) =>
    {
        Active force = p[0] * Active.Max(0.3, x[0] - x[2]);
        return [x[1], Active.Cos(3 * t) - force - (p[1] * Active.Sign(x[1] + 0.37)), x[3], force - (x[3] > 0.2 ? x[3] : p[2])];
    }).WithEvent(new FlowEvent("floor", (t, x, p) => x[2] + 0.4 - (0.1 * t), (t, x, p) => [x[0], x[1], x[2], 0.1 - (0.7 * (x[3] - 0.1))],
        GuardCrossing.Falling));

    public static TheoryData<FlowMethod, double?> Methods => new()
    {
        { FlowMethod.DormandPrince, null },
        { FlowMethod.DormandPrince, 0.05 },
        { FlowMethod.RungeKutta4, 0.05 },
        { FlowMethod.Radau5, 0.1 },
        { FlowMethod.TrBdf2, null },
        { FlowMethod.ImplicitMidpoint, 0.05 },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void ForwardAndReverseAgreeToRounding(FlowMethod method, double? size)
    {
        IntegrationOptions options = new() { Method = method, StepSize = size, KeptStates = 5, RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-6 };
        FlowSolution solution = Mechanism.Solve([0.5, 0.9, -0.1, -0.9], [1.3, 1.1, 0.8], 0, 3, options);
        Assert.True(solution.Events.Count >= 4 && solution.Events.Any(met => met.Kind == FlowOccurrenceKind.Reset), string.Join("; ", solution.Events));
        FlowJacobian jacobian = solution.Jacobian();
        for (int row = 0; row < 4; row++)
        {
            double[] weights = new double[4];
            weights[row] = 1;
            FlowGradient gradient = solution.Reverse(weights);
            for (int column = 0; column < 4; column++)
                Assert.Equal(jacobian.Start[row, column], gradient.Start[column], 1e-12);
            for (int column = 0; column < 3; column++)
                Assert.Equal(jacobian.Parameters[row, column], gradient.Parameters[column], 1e-12);
            Assert.Equal(jacobian.Time[row], gradient.Time);
        }

        double[] along = solution.Forward([1, 2, 3, 4], [5, 6, 7]);
        for (int row = 0; row < 4; row++)
        {
            double expected = 0;
            for (int column = 0; column < 4; column++)
                expected += (column + 1) * jacobian.Start[row, column];
            for (int column = 0; column < 3; column++)
                expected += (column + 5) * jacobian.Parameters[row, column];
            Assert.Equal(expected, along[row], 1e-11);
        }
    }

    [Fact]
    public void DerivativesAreThoseOfTheFlowAcrossManyEvents()
    {
        IntegrationOptions options = new() { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 };
        int compared = 0;
        HashSet<FlowOccurrenceKind> kinds = [];
        for (uint stream = 0; stream < 24; stream++)
        {
            double[] drawn = new double[7];
            Philox.For(24, stream).Uniform<double>(drawn, 0.2, 1);
            double[] point = [drawn[0], drawn[1], drawn[2] - 0.5, -drawn[3], drawn[4] + 0.5, 1.5 * drawn[5], drawn[6]];
            FlowSolution solution = Solved(point);
            if (!solution.Certificate.IsCertified)
                continue;
            kinds.UnionWith(solution.Events.Select(met => met.Kind));
            FlowJacobian jacobian = solution.Jacobian();
            for (int column = 0; column < 7; column++)
            {
                double step = 1e-6;
                FlowSolution above = Solved(Moved(point, column, step)), below = Solved(Moved(point, column, -step));
                // With other events in another order, differences are not derivatives.
                if (!above.Events.Select(met => (met.Kind, met.Name)).SequenceEqual(below.Events.Select(met => (met.Kind, met.Name))))
                    continue;
                for (int row = 0; row < 4; row++)
                {
                    double difference = (above.Value[row] - below.Value[row]) / (2 * step);
                    double found = column < 4 ? jacobian.Start[row, column] : jacobian.Parameters[row, column - 4];
                    Assert.True(Math.Abs(difference - found) <= 1e-4 * (1 + Math.Abs(found)), $"Stream {stream}, {row}, {column}: {found} beside {difference}; "
                        + $"{string.Join("; ", solution.Events)}.");
                    compared++;
                }
            }
        }

        Assert.True(kinds.Count >= 5, string.Join(", ", kinds));
        Assert.True(compared > 200, $"{compared} derivatives were compared.");

        FlowSolution Solved(double[] point) => Mechanism.Solve(point.AsSpan(0, 4), point.AsSpan(4), 0, 3, options);
    }

    [Fact]
    public void BallsBounceManyTimesWithExactDerivatives()
    {
        // From h with restitution e: the times of impact are s·(1 + 2e + 2e² + …), s = √(2h/g).
        Flow ball = Flow.OfScalars(2, 2, (t, x, p) => [x[1], -p[0]])
            .WithEvent(new FlowEvent("floor", (t, x, p) => x[0], (t, x, p) => [x[0], -p[1] * x[1]], GuardCrossing.Falling));
        foreach (double time in (double[])[0.3, 1, 2, 3, 3.5])
        {
            FlowSolution solution = ball.Solve([1, 0], [9.81, 0.8], 0, time);
            double[] exact = [.. new[] { 0, 1, 2 }.Select(varied => ByNumbers(varied, time))];
            Assert.Equal(exact[0], solution.Jacobian().Start[0, 0], 1e-7);
            Assert.Equal(exact[1], solution.Jacobian().Parameters[0, 0], 1e-7);
            Assert.Equal(exact[2], solution.Jacobian().Parameters[0, 1], 1e-7);
            Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
        }

        // The closed form, differentiated by the engine.
        static double ByNumbers(int varied, double time)
        {
            using ScalarTape tape = new();
            Active h = varied == 0 ? tape.Variable(1) : 1, g = varied == 1 ? tape.Variable(9.81) : 9.81, e = varied == 2 ? tape.Variable(0.8) : 0.8;
            Active at = Active.Sqrt(2 * h / g), speed = e * g * at;
            if (time < at.Value)
                return tape.Gradient(h - (g * time * time / 2))[0];
            while (at.Value + (2 * speed / g).Value < time)
            {
                at += 2 * speed / g;
                speed *= e;
            }

            Active rest = time - at;
            return tape.Gradient((speed * rest) - (g * rest * rest / 2))[0];
        }
    }

    [Fact]
    public void DenseOutputAndDerivativesGoOverEvents()
    {
        Flow friction = Flow.OfScalars(2, 1, (t, x, p) => [x[1], -p[0] * Active.Sign(x[1])]);
        FlowSolution solution = friction.Solve([0, 1], [0.5], 0, 4);
        for (double time = 0; time <= 4; time += 0.125)
        {
            double moving = Math.Min(time, 2);
            Assert.Equal(moving - (moving * moving / 4), solution.At(time)[0], 1e-12);
            Assert.Equal(time < 2 ? 1 - (time / 2) : 0, solution.RateAt(time)[0], 1e-12);
            FlowJacobian jacobian = solution.JacobianAt(time);
            Assert.Equal(moving, jacobian.Start[0, 1], 1e-12);
            Assert.Equal(-moving * moving / 2, jacobian.Parameters[0, 0], 1e-12);
            Assert.Equal(solution.RateAt(time), jacobian.Time);
        }
    }

    [Fact]
    public void SlidingFollowsAnInclinedSurface()
    {
        // On y = p·x the two fields (1, ±2) are held together: x' = 1, y' = p. The start at (0, 1) reaches it at 1 = (2 + p)·τ.
        Flow slide = Flow.OfScalars(2, 1, (t, x, p) => [1, x[1] > p[0] * x[0] ? -2 : 2]);
        FlowSolution solution = slide.Solve([0, 1], [0.5], 0, 2);
        Assert.Equal((2.0, 1.0), (Math.Round(solution.Value[0], 12), Math.Round(solution.Value[1], 12)));
        Assert.Equal(FlowOccurrenceKind.SlidingBegins, Assert.Single(solution.Events).Kind);
        FlowJacobian jacobian = solution.Jacobian();
        // y = p·x ever after.
        Assert.Equal((0.5, 0.0), (Math.Round(jacobian.Start[1, 0], 12), Math.Round(jacobian.Start[1, 1], 12)));
        Assert.Equal(1, jacobian.Start[0, 0], 1e-12);
        Assert.Equal(2, jacobian.Parameters[1, 0], 1e-12);
    }

    [Fact]
    public void SlidingAlongACurveIsFollowed()
    {
        // The field points to the unit circle from both sides and turns.
        Flow circle = Flow.OfScalars(2, 0, (t, x, p) =>
        {
            Active pull = (x[0] * x[0]) + (x[1] * x[1]) > 1 ? -1 : 1;
            return [-x[1] + (pull * x[0]), x[0] + (pull * x[1])];
        });
        FlowSolution solution = circle.Solve([0.5, 0], [], 0, 2);
        Assert.Equal(Math.Cos(2), solution.Value[0], 1e-7);
        Assert.Equal(Math.Sin(2), solution.Value[1], 1e-7);
        // The angle is what is left of the start: it turns by δy/½.
        FlowJacobian jacobian = solution.Jacobian();
        Assert.Equal(0, jacobian.Start[0, 0], 1e-6);
        Assert.Equal(0, jacobian.Start[1, 0], 1e-6);
        Assert.Equal(-2 * Math.Sin(2), jacobian.Start[0, 1], 1e-6);
        Assert.Equal(2 * Math.Cos(2), jacobian.Start[1, 1], 1e-6);
        Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
    }

    [Fact]
    public void SlidingMeetsAnotherSurface()
    {
        // Stuck at y = 0 while x passes 1, where the push changes: x' = 1, then 3.
        Flow slide = Flow.OfScalars(2, 0, (t, x, p) => [x[0] < 1 ? 1 : 3, -2 * Active.Sign(x[1])]);
        FlowSolution solution = slide.Solve([0, 1], [], 0, 2);
        Assert.Equal(4, solution.Value[0], 1e-12);
        Assert.Equal(3, solution.Jacobian().Start[0, 0], 1e-12);
        Assert.Equal(2, solution.Events.Count);
    }

    [Fact]
    public void SeveralBodiesStickOneAfterTheOther()
    {
        // Speeds fall by μᵢ and stop; bodies that stopped stay, and one that is pulled harder and harder comes loose when the pull is μ.
        Flow bodies = Flow.OfScalars(6, 3, (t, x, p) =>
        [
            x[1], -p[0] * Active.Sign(x[1]), x[3], -p[1] * Active.Sign(x[3]), x[5], t - (p[2] * Active.Sign(x[5])),
        ]);
        FlowSolution solution = bodies.Solve([0, 1, 0, 2, 0, 0.1], [1, 0.8, 2], 0, 4);
        Assert.Equal(0.5, solution.Value[0], 1e-9);
        Assert.Equal(2.5, solution.Value[2], 1e-9);
        Assert.Equal(2, solution.Value[5], 1e-8);
        Assert.Equal(3, solution.Events.Count(met => met.Kind == FlowOccurrenceKind.SlidingBegins));
        Assert.Equal(2, Assert.Single(solution.Events, met => met.Kind == FlowOccurrenceKind.SlidingEnds).Time, 1e-9);
        FlowJacobian jacobian = solution.Jacobian();
        Assert.Equal(1, jacobian.Start[0, 1], 1e-9);
        Assert.Equal(2.5, jacobian.Start[2, 3], 1e-9);
        Assert.Equal(-0.5, jacobian.Parameters[0, 0], 1e-9);
        Assert.Equal(-3.125, jacobian.Parameters[2, 1], 1e-9);
        // x′ = (t − μ)²/2 after it came loose.
        Assert.Equal(-2, jacobian.Parameters[5, 2], 1e-7);
        Assert.Equal(FlowClaim.Derivative, solution.Certificate.Claim);
    }

    [Fact]
    public void ADragThatDependsOnAnotherIsNotDetermined()
    {
        // The jump of one surface is scaled by the side of the other.
        Flow bound = Flow.OfScalars(2, 0, (t, x, p) => [-Active.Sign(x[0]), -Active.Sign(x[1]) * (2 + Active.Sign(x[0]))]);
        Assert.Equal(FlowFailure.NotDetermined, Assert.Throws<FlowException>(() => bound.Solve([1, 5], [], 0, 6)).Failure);
    }

    private static double[] Moved(double[] point, int place, double step)
    {
        double[] moved = [.. point];
        moved[place] += step;
        return moved;
    }
}
