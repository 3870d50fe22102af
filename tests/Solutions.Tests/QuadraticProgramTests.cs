using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;

namespace ConservativeAD.Solutions.Tests;

/// <summary>Quadratic programs and projections.</summary>
public class QuadraticProgramTests
{
    [Fact]
    public void TheProjectionOnTheSimplexHasTheJacobianOfItsSupport()
    {
        QuadraticProgram projection = Simplex(3);
        ImplicitSolution solution = projection.AsFunction().At([-0.5, -0.3, 0.4, 0, 0, 0, 1]);
        Assert.Equal([0.6, 0.4, 0], solution.Value.Take(3), Near);
        // I − 11′/|S| on the support S = {1, 2}; the parameter is c = −x.
        double[,] expected = { { 0.5, -0.5, 0 }, { -0.5, 0.5, 0 }, { 0, 0, 0 } };
        double[,] jacobian = solution.Jacobian();
        IProximalOperator direct = ProximalOperators.Simplex();
        for (int row = 0; row < 3; row++)
        {
            double[] unit = new double[3];
            unit[row] = 1;
            Assert.Equal(direct.JacobianProduct([0.5, 0.3, -0.4], unit), [.. Enumerable.Range(0, 3).Select(column => -jacobian[row, column])], Near);
            for (int column = 0; column < 3; column++)
                Assert.Equal(expected[row, column], -jacobian[row, column], 1e-12);
        }

        Assert.Equal(ImplicitClaim.Derivative, solution.Certificate().Claim);
    }

    [Fact]
    public void WhereAConstraintIsWeaklyActiveBothSidesAreLimits()
    {
        // (0.625, 0.375, 0) projects on itself, and the third multiplier is 0 as well: all numbers are exact.
        ImplicitSolution solution = Simplex(3).Equation.At([0.625, 0.375, 0, 0, 0, 0, 0], [-0.625, -0.375, 0, 0, 0, 0, 1]);
        ImplicitJacobians set = solution.ClarkeJacobians();
        Assert.True(set.Certificate.IsCertified, set.ToString());
        double[] corner = [.. set.Generators.Select(generator => -generator[2, 2]).Order()];
        // Off the support 0, on it 1 − 1/3.
        Assert.Equal([0, 2.0 / 3], corner, Near);
    }

    [Fact]
    public void SolutionsSatisfyTheConditionsOfOptimality()
    {
        Random random = new(7);
        for (int trial = 0; trial < 60; trial++)
        {
            int n = 1 + random.Next(6), inequalities = random.Next(9), equalities = random.Next(Math.Min(n, 3));
            double[,] root = Matrix(n, n), quadratic = new double[n, n], g = Matrix(inequalities, n), a = Matrix(equalities, n);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    quadratic[i, j] = (i == j ? 0.1 : 0) + Enumerable.Range(0, n).Sum(k => root[i, k] * root[j, k]);
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < i; j++)
                    quadratic[i, j] = quadratic[j, i];
            }

            // Constraints around a point, so that they can hold.
            double[] inside = Vector(n), c = Vector(n), b = Times(a, inside), h = Times(g, inside);
            for (int i = 0; i < h.Length; i++)
                h[i] += random.Next(3) == 0 ? 0 : random.NextDouble();
            QuadraticProgram program = new(quadratic, g, a);
            ImplicitSolution solution = program.AsFunction().At([.. c, .. h, .. b]);
            Assert.InRange(solution.Residual, 0, 1e-9);
            Assert.All(solution.Value.Skip(n).Take(inequalities), multiplier => Assert.True(multiplier >= 0));
        }

        double[,] Matrix(int rows, int columns)
        {
            double[,] matrix = new double[rows, columns];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                    matrix[i, j] = (2 * random.NextDouble()) - 1;
            }

            return matrix;
        }

        double[] Vector(int length) => [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextDouble()) - 1)];

        double[] Times(double[,] matrix, double[] vector) =>
            [.. Enumerable.Range(0, matrix.GetLength(0)).Select(row => vector.Select((value, column) => matrix[row, column] * value).Sum())];
    }

    [Fact]
    public void AVertexDoesNotMoveWithItsObjective()
    {
        // min −z₁ − z₂ + a small square, in the unit square: the vertex (1, 1).
        QuadraticProgram program = new(new double[,] { { 0.01, 0 }, { 0, 0.01 } }, new double[,] { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } });
        double[] bounds = [1, 1, 0, 0];
        ImplicitSolution solution = program.AsFunction().At([-1, -1, .. bounds]);
        Assert.Equal([1, 1], solution.Value.Take(2), Near);
        Assert.True(program.IsVertex([.. solution.Value], bounds));
        double[,] jacobian = solution.Jacobian();
        Assert.Equal((0, 0, 0, 0), (jacobian[0, 0], jacobian[0, 1], jacobian[1, 0], jacobian[1, 1]));
        // It moves with its bounds.
        Assert.Equal((1, 0), (jacobian[0, 2], jacobian[0, 3]));
        Assert.False(program.IsVertex([0.5, 0.5, 0, 0, 0, 0], bounds));
    }

    [Fact]
    public void WrongProgramsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new QuadraticProgram(new double[,] { { 1, 2 }, { 0, 1 } }));
        Assert.Throws<ArgumentException>(() => new QuadraticProgram(new double[,] { { 1 } }, new double[,] { { 1, 2 } }));
        Assert.Throws<ArgumentException>(() => new QuadraticProgram(new double[,] { { double.NaN } }));
        QuadraticProgram flat = new(new double[,] { { 0 } });
        Assert.Contains("positive definite", Assert.Throws<InvalidOperationException>(() => flat.Solve([1])).Message, StringComparison.Ordinal);
        // z ≤ −1 and z ≥ 1.
        QuadraticProgram contradictory = new(new double[,] { { 1 } }, new double[,] { { 1 }, { -1 } });
        Assert.Contains("contradict", Assert.Throws<InvalidOperationException>(() => contradictory.Solve([0], [-1, -1])).Message, StringComparison.Ordinal);
        QuadraticProgram twice = new(new double[,] { { 1, 0 }, { 0, 1 } }, null, new double[,] { { 1, 1 }, { 1, 1 } });
        Assert.Contains("equalities", Assert.Throws<InvalidOperationException>(() => twice.Solve([0, 0], [], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => contradictory.Solve([0], [1]));
        Assert.Throws<ArgumentException>(() => contradictory.Solve([double.PositiveInfinity], [1, 1]));
    }

    [Fact]
    public void TheSimplexOfManyElementsIsProjectedOnInLinearTime()
    {
        // The level found by sorting, on drawn, equal, ascending and descending elements.
        Random random = new(3);
        foreach (int count in (ReadOnlySpan<int>)[1, 2, 3, 10, 1000])
        {
            double[] drawn = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
            foreach (double[] x in (ReadOnlySpan<double[]>)[drawn, [.. drawn.Order()], [.. drawn.OrderDescending()], new double[count],
                [.. drawn.Select(value => Math.Round(value, 1))], [.. drawn.Select(value => 1e6 + value)], [.. drawn.Select(value => -1e-9 * value)]])
            {
                double[] projected = ProximalOperators.Simplex().Apply(x), sorted = [.. x.OrderDescending()];
                double level = double.NaN, total = 0;
                for (int i = 0; i < count; i++)
                {
                    total += sorted[i];
                    if (sorted[i] > (total - 1) / (i + 1))
                        level = (total - 1) / (i + 1);
                }

                // Each element is rounded like the largest one.
                double rounding = 1e-14 * (1 + x.Max(Math.Abs));
                Assert.All(x.Zip(projected), pair => Assert.Equal(Math.Max(0, pair.First - level), pair.Second, rounding));
                Assert.Equal(1, projected.Sum(), rounding);
            }
        }
    }

    [Fact]
    public void LargeElementsAreProjectedOnTheSimplexToo()
    {
        IProximalOperator simplex = ProximalOperators.Simplex();
        Assert.Equal([1, 0], simplex.Apply([1e17, 0]));
        Assert.Equal([1, 0, 0], simplex.Apply([1e308, -1e308, 0]));
        Assert.Equal([0.5, 0.5], simplex.Apply([1e300, 1e300]));
        Assert.Equal([0.5, -0.5], simplex.JacobianProduct([1e300, 1e300], [1, 0]));
        Assert.Throws<ArgumentException>(() => simplex.Apply([]));
    }

    // min ½‖z − x‖² on the simplex, as a quadratic program with c = −x.
    private static QuadraticProgram Simplex(int n)
    {
        double[,] identity = new double[n, n], minus = new double[n, n], ones = new double[1, n];
        for (int i = 0; i < n; i++)
            (identity[i, i], minus[i, i], ones[0, i]) = (1, -1, 1);
        return new QuadraticProgram(identity, minus, ones);
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-12;
}
