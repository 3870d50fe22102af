using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Constrained problems whose solutions are known exactly.</summary>
public class ConstrainedExactTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Methods => [.. ConstrainedMethods.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheNonsmoothRosenbrockFunctionIsMinimised(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(Rosenbrock,
            x => [Active.Max(Math.Sqrt(2) * x[0], 2 * x[1]) - 1]), [-1, 1]);
        Verify(result, 0.085786437626905);
        Assert.Equal(Math.Sqrt(0.5), result.Point[0], 1e-6);
        Assert.Equal(0.5, result.Point[1], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnEqualityThatFixesThePointIsMet(string method)
    {
        ConstrainedResult result = Solve(method, ConstrainedProblem.OfScalars(Rosenbrock, equalities: x => [x[0] - 1, x[1] - 1]), [-1, 1]);
        Verify(result, 0);
        Assert.Equal(1, result.Point[0], 1e-9);
        Assert.Equal(1, result.Point[1], 1e-9);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheLargestEigenvalueIsFoundOnTheSphere(string method)
    {
        // The eigenvalues of the second difference of n points are 2 − 2cos(kπ/(n + 1)).
        const int n = 8;
        ConstrainedProblem problem = ConstrainedProblem.OfTensor(
            x =>
            {
                Var<double> differences = x.Slice(0, 1, n - 1) - x.Slice(0, 0, n - 1);
                return -0.5 * ((differences * differences).Sum() + (x.Slice(0, 0, 1).Sum() * x.Slice(0, 0, 1).Sum())
                    + (x.Slice(0, n - 1, 1).Sum() * x.Slice(0, n - 1, 1).Sum()));
            },
            equalities: x => (x * x).Sum() - 1);
        ConstrainedResult result = Solve(method, problem, [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? 1.0 : -0.7)]);
        Verify(result, -0.5 * (2 - (2 * Math.Cos(n * Math.PI / (n + 1)))));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheSumOfTheLargestEigenvaluesIsFoundOnTheStiefelManifold(string method)
    {
        // diag(1, …, 5), turned by a reflection; X is 5 × 2.
        double[] axis = [1, 2, -1, 0.5, 1];
        double square = axis.Sum(v => v * v);
        double[,] matrix = new double[5, 5];
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 5; j++)
            {
                for (int k = 0; k < 5; k++)
                    matrix[i, j] += (k + 1) * ((i == k ? 1 : 0) - (2 * axis[i] * axis[k] / square)) * ((j == k ? 1 : 0) - (2 * axis[j] * axis[k] / square));
            }
        }

        Active Product(Active[] x, int a, int b, Func<int, int, double> weight)
        {
            Active sum = 0;
            for (int i = 0; i < 5; i++)
            {
                for (int j = 0; j < 5; j++)
                {
                    if (weight(i, j) != 0)
                        sum += weight(i, j) * x[(2 * i) + a] * x[(2 * j) + b];
                }
            }

            return sum;
        }

        ConstrainedProblem problem = ConstrainedProblem.OfScalars(
            x => -Product(x, 0, 0, (i, j) => matrix[i, j]) - Product(x, 1, 1, (i, j) => matrix[i, j]),
            equalities: x => [Product(x, 0, 0, Identity) - 1, Product(x, 1, 1, Identity) - 1, Product(x, 0, 1, Identity)]);
        ConstrainedResult result = Solve(method, problem, [1, 0, 0.2, 1, 0.3, -0.2, 0.1, 0.4, -0.3, 0.1]);
        Verify(result, -9);
    }

    private static double Identity(int i, int j) => i == j ? 1 : 0;

    private static Active Rosenbrock(Active[] x) => (8 * Active.Abs((x[0] * x[0]) - x[1])) + ((1 - x[0]) * (1 - x[0]));

    private static ConstrainedResult Solve(string method, ConstrainedProblem problem, double[] start) =>
        ConstrainedMethods.Named(method).Minimize(problem, start, cancellation: Cancellation);

    private static void Verify(ConstrainedResult result, double optimum)
    {
        Assert.True(result.Reason == StopReason.Stationary, result.Explanation + " " + result);
        Assert.True(result.IsFeasible);
        Assert.Equal(optimum, result.Value, 1e-6);
        Assert.All(result.InequalityMultipliers, multiplier => Assert.True(multiplier >= 0));
    }
}
