namespace ConservativeAD.Solvers.Tests;
public class ConstrainedOneTests
{
    [Fact]
    public void OneProblem()
    {
        string[] parts = (Environment.GetEnvironmentVariable("CAD_ONE") ?? "hs78,penalty-bundle").Split(',');
        ConstrainedTestProblem problem = ConstrainedTestProblems.Named(parts[0]);
        ConstrainedResult result = ConstrainedMethods.Named(parts[1]).Minimize(problem.Problem, [.. problem.Start], new SolverOptions { EvaluationLimit = 20_000 }, cancellation: TestContext.Current.CancellationToken);
        Console.Error.WriteLine($"END {result.Evaluations} {result.Explanation} [{string.Join(", ", result.Point)}] [{string.Join(", ", result.InequalityMultipliers)}] [{string.Join(", ", result.EqualityMultipliers)}]");
    }
}
