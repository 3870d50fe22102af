using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>What is said of constrained problems that have no solution, or one without multipliers, or functions of very different sizes.</summary>
public class ConstrainedDegenerateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Methods => [.. ConstrainedMethods.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void ASmoothContradictionIsToldAtTheLeastViolation(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => x[0], x => [(x[0] * x[0]) + 1]), [3]);
        Assert.True(result.Reason == StopReason.InfeasibleStationary, result.Explanation);
        Assert.False(result.IsFeasible);
        Assert.Equal(0, result.Point[0], 1e-5);
        Assert.Contains("Infeasible", result.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ContradictingInequalitiesAreTold(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => x[0] + (x[1] * x[1]), x => [1 - x[0], x[0] + 1]), [5, 5]);
        Assert.True(result.Reason == StopReason.InfeasibleStationary, result.Explanation);
        Assert.InRange(result.Point[0], -1.001, 1.001);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnUnboundedProblemIsTold(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => x[0] - Active.Abs(x[1]), x => [x[0] - x[1]]), [0, 1]);
        Assert.True(result.Reason == StopReason.UnboundedBelow, result.Explanation);
        Assert.True(result.Value <= -1e8);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ASolutionWithoutMultipliersIsApproachedAndTheLargePenaltyTold(string method)
    {
        // min x subject to x² ≤ 0: 0 is the only feasible point, and 1 + λ·2x = 0 has no solution there.
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => x[0], x => [x[0] * x[0]]), [2]);
        Assert.InRange(result.Point[0], -1e-4, 1e-4);
        if (result.Reason == StopReason.Stationary)
        {
            Assert.True(result.InequalityMultipliers[0] > 1e4, result.Explanation);
            Assert.Contains("multipliers may not exist", result.Explanation, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnEqualityWithAKinkAtItsOnlySolutionIsMet(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => (x[0] * x[0]) + x[0] + x[1], equalities: x => [Active.Abs(x[0])],
            bounds: VariableBounds.Uniform(2, -3, 3)), [2, 2]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(0, result.Point[0], 1e-6);
        Assert.Equal(-3, result.Point[1]);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ComplementarityEndsAtOneOfItsTwoSolutions(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => ((x[0] - 1) * (x[0] - 1)) + ((x[1] - 1) * (x[1] - 1)),
            x => [x[0] * x[1]], bounds: VariableBounds.Uniform(2, 0, double.PositiveInfinity)), [2, 0.5]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(1, result.Value, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void RepeatedConstraintsShareTheirMultiplier(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => (x[0] * x[0]) + (x[1] * x[1]),
            x => [1 - x[0], 1 - x[0], 2 - (2 * x[0])], x => [x[1], x[1]]), [4, 3]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(1, result.Point[0], 1e-6);
        Assert.Equal(2, result.InequalityMultipliers[0] + result.InequalityMultipliers[1] + (2 * result.InequalityMultipliers[2]), 1e-5);
    }

    [Theory]
    [InlineData("bfgs-sqp", 1e-8)]
    [InlineData("bfgs-sqp", 1e8)]
    [InlineData("penalty-bundle", 1e-8)]
    [InlineData("penalty-bundle", 1e8)]
    public void TheSizeOfAConstraintDoesNotChangeTheSolution(string method, double size)
    {
        // The solution is (0.5, 0.5) with the multiplier 1/size.
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => (x[0] * x[0]) + (x[1] * x[1]), x => [size * (1 - x[0] - x[1])]), [-2, 1]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(0.5, result.Point[0], 1e-5);
        Assert.Equal(0.5, result.Point[1], 1e-5);
        Assert.Equal(1, result.InequalityMultipliers[0] * size, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ALargePenaltyIsReachedWhereItIsNeeded(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => 1e6 * (x[0] + x[1]), x => [1 - x[0], (x[0] * x[0]) - x[1]]), [0, 0]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(2e6, result.Value, 0.1);
        Assert.Equal(3e6, result.InequalityMultipliers[0], 1.0);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void PointsOutsideTheDomainOfAConstraintAreNotTaken(string method)
    {
        // log(x) ≥ −2 with log not defined for x ≤ 0: x = e⁻².
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => (5 * x[0]) + (x[1] * x[1]), x => [-2 - Active.Log(x[0])]), [3, 1]);
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation);
        Assert.Equal(Math.Exp(-2), result.Point[0], 1e-6);
    }

    [Fact]
    public void AStartWhereAConstraintIsNotANumberIsRefused()
    {
        ConstrainedProblem problem = ConstrainedProblem.OfScalars(x => x[0], x => [Active.Log(x[0])]);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => new BfgsSqp().Minimize(problem, [-1], cancellation: Cancellation)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AFlatConstraintIsNotCalledContradicting(string method)
    {
        // x⁴ ≤ 0 holds at 0 alone; everything is flat around it.
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(x => x[0], x => [x[0] * x[0] * x[0] * x[0]]), [1]);
        Assert.NotEqual(StopReason.InfeasibleStationary, result.Reason);
        Assert.InRange(result.Point[0], -0.1, 0.1);
    }

    [Theory]
    [InlineData("bfgs-sqp", true)]
    [InlineData("bfgs-sqp", false)]
    [InlineData("penalty-bundle", true)]
    [InlineData("penalty-bundle", false)]
    public void AConstraintThatIsMetOnlyAtInfinityMakesNothingStationary(string method, bool isEquality)
    {
        // exp(−x) is within rounding of 0 for x > 32, with a multiplier of 10¹⁵.
        Func<Active[], Active[]> constraint = x => [Active.Exp(-x[0])];
        ConstrainedResult result = Solve(method, isEquality
            ? ConstrainedProblem.OfScalars(x => x[0] * x[0], equalities: constraint)
            : ConstrainedProblem.OfScalars(x => x[0] * x[0], constraint), [1]);
        Assert.NotEqual(StopReason.Stationary, result.Reason);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void APointThatIsCriticalForBackpropagationAloneIsNotCalledStationary(string method)
    {
        // x, written so that backpropagation gives 0 at 0.
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(
            x => Active.Max(x[0], 0) - Active.Max(-x[0], 0) + Active.Abs(x[1]), x => [-5 - x[0]]), [0, 0]);
        Assert.True(result.Reason != StopReason.Stationary || result.Value < -4.9, result.Explanation);
    }

    private static ConstrainedResult Solve(string method, ConstrainedProblem problem, double[] start) =>
        ConstrainedMethods.Named(method).Minimize(problem, start, new SolverOptions { EvaluationLimit = 20_000 }, cancellation: Cancellation);
}
