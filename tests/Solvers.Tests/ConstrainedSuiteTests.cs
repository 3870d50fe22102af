using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers.Tests;

/// <summary>The catalogue of constrained problems, and both methods on it.</summary>
public class ConstrainedSuiteTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> All => [.. ConstrainedTestProblems.Names.SelectMany(name => ConstrainedMethods.Names.Select(method =>
        new TheoryDataRow<string, string>(name, method)))];

    public static TheoryData<string> Names => [.. ConstrainedTestProblems.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void KnownMinimisersAreFeasibleAndHaveTheOptimum(string name)
    {
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named(name);
        Assert.True(problem.Problem.Bounds is null || problem.Problem.Bounds.Dimension == problem.Dimension);
        if (problem.Minimizer is not { } minimizer)
            return;
        ConstrainedValues values = problem.Problem.At([.. minimizer]);
        Assert.Equal(problem.Optimum, values.Objective, 1e-12);
        Assert.InRange(values.InequalityViolation, 0, 1e-12);
        Assert.InRange(values.EqualityViolation, 0, 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TheOptimumIsFound(string name, string method)
    {
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named(name);
        ConstrainedResult result = ConstrainedMethods.Named(method).Minimize(problem.Problem, [.. problem.Start],
            new SolverOptions { EvaluationLimit = 20_000 }, cancellation: Cancellation);
        Assert.True(result.IsFeasible && Math.Abs(problem.Gap(result.Value)) < 1e-6,
            $"{result.Value:R} {problem.Optimum:R} after {result.Evaluations}: {result.Explanation}");
        Assert.True(result.Reason == StopReason.Stationary, $"{problem.Gap(result.Value):E1} after {result.Evaluations}: {result.Explanation}");
    }
}
