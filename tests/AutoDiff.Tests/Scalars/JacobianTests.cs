using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Jacobians of programs with several results, by all methods.</summary>
public class JacobianTests
{
    [Fact]
    public void AllWaysAgree()
    {
        Active[] Program(Active[] x) => [x[0] * x[1], Active.Sin(x[2]) + x[0], Active.Exp(x[1]) / x[2], 3.0, x[3] * x[3]];
        double[] point = [0.5, -1.2, 2.3, 0.7];
        double[,] expected = new double[,]
        {
            { -1.2, 0.5, 0, 0 },
            { 1, 0, Math.Cos(2.3), 0 },
            { 0, Math.Exp(-1.2) / 2.3, -Math.Exp(-1.2) / (2.3 * 2.3), 0 },
            { 0, 0, 0, 0 },
            { 0, 0, 0, 1.4 },
        };
        AssertClose(expected, Jacobian.ByRows(Program, point));
        AssertClose(expected, Jacobian.ByColumns(Program, point));
        AssertClose(expected, Jacobian.Of(Program, point));
        AssertClose(expected, Jacobian.Lexicographic(Program, point));
        SparseJacobian sparse = Jacobian.Compressed(Program, point);
        AssertClose(expected, sparse.ToDense());
        Assert.Equal(7, sparse.Entries.Count);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2000)]
    public void ATridiagonalJacobianTakesThreePasses(int size)
    {
        // Burgers' equation by central differences.
        Active[] Program(Active[] u) => [.. Enumerable.Range(0, u.Length).Select(i =>
        {
            Active left = i == 0 ? 0.0 : u[i - 1], right = i == u.Length - 1 ? 0.0 : u[i + 1];
            return (u[i] * (right - left)) - (left - (2 * u[i]) + right);
        })];
        double[] point = [.. Enumerable.Range(0, size).Select(i => Math.Sin(i))];
        SparseJacobian sparse = Jacobian.Compressed(Program, point);
        Assert.Equal(3, sparse.Passes);
        Assert.Equal((3 * size) - 2, sparse.Entries.Count);
        if (size <= 10)
            AssertClose(Jacobian.ByRows(Program, point), sparse.ToDense());
        foreach ((int row, int column, double value) in sparse.Entries)
        {
            double left = row == 0 ? 0 : point[row - 1], right = row == size - 1 ? 0 : point[row + 1];
            double expected = column == row ? right - left + 2 : column > row ? point[row] - 1 : -point[row] - 1;
            Assert.Equal(expected, value, 1e-12);
        }
    }

    [Fact]
    public void AnArrowIsCompressedFromTheSideThatIsCheaper()
    {
        // Every result depends on its own variable, and the first on all.
        Active[] Program(Active[] x)
        {
            Active[] results = [.. x.Select(value => value * value)];
            foreach (Active value in x)
                results[0] += value;
            return results;
        }

        SparseJacobian rows = Jacobian.Compressed(Program, new double[50]);
        Assert.False(rows.IsByColumns);
        Assert.Equal(2, rows.Passes);
        AssertClose(Jacobian.ByRows(Program, new double[50]), rows.ToDense());
    }

    [Fact]
    public void ColouringsOfRandomPatternsGiveTheJacobian() =>
    Samples.Check(Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8], Gen.Bool.Array[64], Gen.Double[-2, 2].Array[64]), 100, drawn =>
    {
        (int rows, int columns, bool[] pattern, double[] weights) = drawn;
        Active[] Program(Active[] x) => [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, columns)
            .Where(column => pattern[(row * 8) + column])
            .Aggregate(Active.Zero, (sum, column) => sum + (weights[(row * 8) + column] * x[column] * x[column])))];
        double[] point = [.. Enumerable.Range(1, columns).Select(i => (double)i)];
        AssertClose(Jacobian.ByRows(Program, point), Jacobian.Compressed(Program, point).ToDense());
    });

    [Fact]
    public void LexicographicDerivativesFollowTheRules()
    {
        // |x| along (0, −1): the first direction does not decide. max along a full tie is the common row. hypot at the origin uses the first direction that is
        // not 0.
        double[,] abs = Jacobian.Lexicographic(x => [Active.Abs(x[0])], [0], [0], [-1], [5]);
        Assert.Equal(new double[,] { { 0, 1, -5 } }, abs);
        double[,] tie = Jacobian.Lexicographic(x => [Active.Max(x[0] + x[1], x[1] + x[0])], [0, 0], [1, 2], [3, 4]);
        Assert.Equal(new double[,] { { 3, 7 } }, tie);
        double[,] hypot = Jacobian.Lexicographic(x => [Active.Hypot(x[0], x[1])], [0, 0], [0, 0], [3, 4], [1, 0]);
        AssertClose(new double[,] { { 0, 5, 0.6 } }, hypot);
        double[,] min = Jacobian.Lexicographic(x => [Active.Min(x[0], x[1])], [1, 1], [1, 1], [0, 1], [1, 0]);
        Assert.Equal(new double[,] { { 1, 0, 1 } }, min);
    }

    [Fact]
    public void WithTheUnitMatrixTheLexicographicDerivativeIsAnElementOfTheBouligandJacobian()
    {
        Active[] Program(Active[] x) => [Active.Max(x[0], x[1]) + Active.Abs(x[0] - (2 * x[1]))];
        double[,] lexicographic = Jacobian.Lexicographic(Program, [0, 0]);
        ClarkeElement element = Clarke.LexicographicGradient(Objective.OfScalars(x => Program(x)[0]), [0, 0]);
        Assert.Equal(element.Gradient[0], lexicographic[0, 0]);
        Assert.Equal(element.Gradient[1], lexicographic[0, 1]);
    }

    [Fact]
    public void WrongInputIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Jacobian.ByRows(x => x, []));
        Assert.Contains("1 elements", Assert.Throws<ArgumentException>(() => Jacobian.Lexicographic(x => x, [1, 2], [1])).Message, StringComparison.Ordinal);
    }

    private static void AssertClose(double[,] expected, double[,] actual)
    {
        Assert.Equal((expected.GetLength(0), expected.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        for (int row = 0; row < expected.GetLength(0); row++)
        {
            for (int column = 0; column < expected.GetLength(1); column++)
                Assert.Equal(expected[row, column], actual[row, column], 1e-12);
        }
    }
}
