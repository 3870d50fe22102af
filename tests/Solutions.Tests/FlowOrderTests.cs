using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Every method has its order: on smooth fields, across kinks and jumps, in values and in derivatives.</summary>
public class FlowOrderTests
{
    public static TheoryData<FlowMethod, double, double> Methods => new()
    {
        { FlowMethod.Euler, 1, 0.02 },
        { FlowMethod.RungeKutta4, 4, 0.2 },
        { FlowMethod.DormandPrince, 5, 0.25 },
        { FlowMethod.BackwardEuler, 1, 0.02 },
        { FlowMethod.ImplicitMidpoint, 2, 0.1 },
        { FlowMethod.Trapezoid, 2, 0.1 },
        { FlowMethod.TrBdf2, 2, 0.1 },
        { FlowMethod.Radau5, 5, 0.25 },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void StepHalvingShowsTheOrderOnASmoothField(FlowMethod method, double order, double size)
    {
        // x' = p·x·(1 − x) from ½: x = 1/(1 + e^(−p·t)); in t it turns with cos t.
        Flow logistic = Flow.OfScalars(1, 1, (t, x, p) => [p[0] * Active.Cos(t) * x[0] * (1 - x[0])]);
        double exact = 1 / (1 + Math.Exp(-1.5 * Math.Sin(2))), slope = exact * (1 - exact) * Math.Sin(2);
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Value[0] - exact));
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Jacobian().Parameters[0, 0] - slope));

        FlowSolution Solved(double h) => logistic.Solve([0.5], [1.5], 0, 2, new IntegrationOptions { Method = method, StepSize = h });
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void StepHalvingShowsTheOrderAcrossAKink(FlowMethod method, double order, double size)
    {
        // x' = 1 + |x|, which passes 0 once: x = e^(t − τ) − 1 after τ, and 1 − e^(τ − t) before, with τ = ln(1 − x₀).
        Flow flow = Flow.OfScalars(1, 0, (t, x, p) => [1 + Active.Abs(x[0])]);
        double start = -0.7, crossing = Math.Log(1 - start), exact = Math.Exp(1.6 - crossing) - 1, slope = Math.Exp(1.6 - crossing) / (1 - start);
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Value[0] - exact));
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Jacobian().Start[0, 0] - slope));
        FlowOccurrence kink = Assert.Single(Solved(size).Events);
        Assert.Equal((FlowOccurrenceKind.Kink, "abs"), (kink.Kind, kink.Name));

        FlowSolution Solved(double h) => flow.Solve([start], [], 0, 1.6, new IntegrationOptions { Method = method, StepSize = h });
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void StepHalvingShowsTheOrderAcrossAJump(FlowMethod method, double order, double size)
    {
        // x' = −x + 3 below 1 and −x + 5 above, from 0: τ = ln 3/2, x = 5 − 4e^(τ − t), and dx/dx₀ = e^(−t)·(f⁺/f⁻) with f⁺ = 4, f⁻ = 2.
        Flow flow = Flow.OfScalars(1, 0, (t, x, p) => [x[0] < 1 ? 3 - x[0] : 5 - x[0]]);
        double exact = 5 - (4 * Math.Exp(Math.Log(1.5) - 1.3)), slope = 2 * Math.Exp(-1.3);
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Value[0] - exact));
        ShowsOrder(order, size, h => Math.Abs(Solved(h).Jacobian().Start[0, 0] - slope));
        Assert.Equal(FlowOccurrenceKind.Jump, Assert.Single(Solved(size).Events).Kind);

        FlowSolution Solved(double h) => flow.Solve([0], [], 0, 1.3, new IntegrationOptions { Method = method, StepSize = h });
    }

    [Theory]
    [InlineData(FlowMethod.RungeKutta4, 4, 0.2)]
    [InlineData(FlowMethod.DormandPrince, 5, 0.3)]
    [InlineData(FlowMethod.Radau5, 4, 0.2)]
    [InlineData(FlowMethod.ImplicitMidpoint, 2, 0.1)]
    public void DenseOutputHasItsOrderBetweenSteps(FlowMethod method, double order, double size)
    {
        Flow flow = Flow.OfScalars(2, 0, (t, x, p) => [x[1], -x[0]]);
        double time = 1.2;
        ShowsOrder(order, size, h => Enumerable.Range(1, 9).Max(i => Math.Abs(Solved(h).At(time + (h * i / 10))[0] - Math.Sin(time + (h * i / 10)))));
        ShowsOrder(Math.Min(order, 5) - 1, size,
            h => Enumerable.Range(1, 9).Max(i => Math.Abs(Solved(h).RateAt(time + (h * i / 10))[0] - Math.Cos(time + (h * i / 10)))));

        FlowSolution Solved(double h) => flow.Solve([0, 1], [], 0, 2.4, new IntegrationOptions { Method = method, StepSize = h });
    }

    [Theory]
    [InlineData(FlowMethod.DormandPrince)]
    [InlineData(FlowMethod.TrBdf2)]
    public void ChosenStepsKeepTheTolerance(FlowMethod method)
    {
        Flow flow = Flow.OfScalars(1, 0, (t, x, p) => [1 + Active.Abs(x[0])]);
        double start = -0.7, exact = Math.Exp(3 - Math.Log(1 - start)) - 1;
        int before = 0;
        foreach (double tolerance in (double[])[1e-3, 1e-5, 1e-7])
        {
            IntegrationOptions options = new() { Method = method, RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
            FlowSolution solution = flow.Solve([start], [], 0, 3, options);
            Assert.InRange(Math.Abs(solution.Value[0] - exact), 0, 500 * tolerance * exact);
            Assert.True(solution.Steps > before);
            before = solution.Steps;
        }
    }

    // The error falls by 2^order, and does not stay at rounding.
    private static void ShowsOrder(double order, double size, Func<double, double> error)
    {
        double[] errors = [error(size), error(size / 2), error(size / 4), error(size / 8)];
        Assert.True(errors[^1] > 1e-14, $"The errors {string.Join(", ", errors)} are rounding.");
        double shown = Math.Log2(errors[0] / errors[^1]) / (errors.Length - 1);
        Assert.True(shown > order - 0.5, $"The errors {string.Join(", ", errors)} show an order of {shown}.");
    }
}
