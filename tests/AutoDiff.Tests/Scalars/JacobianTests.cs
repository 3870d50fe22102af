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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(19)]
    public void SeveralSeedsGiveTheBitsOfOneAtATime(int count)
    {
        using ScalarTape tape = new();
        Active[] x = [.. Enumerable.Range(0, 6).Select(i => tape.Variable(0.3 + i)), tape.Variable(0)];
        Active[] outputs = [.. Enumerable.Range(0, count).Select(i => i == 3 ? 2.5 : Active.Sin(x[i % 6]) * x[(i + 1) % 6] / (1 + (x[i % 5] * x[i % 5])))];
        outputs[^1] += Active.Relu(x[6]) * 3;
        Active late = tape.Variable(7);
        double[,] gradients = tape.Gradients(outputs);
        double[,] weights = new double[count, count], directions = new double[count, 8];
        Assert.Equal((count, 8), (gradients.GetLength(0), gradients.GetLength(1)));
        for (int k = 0; k < count; k++)
        {
            Assert.Equal(tape.Gradient(outputs[k]), Row(gradients, k));
            for (int i = 0; i < count; i++)
                weights[k, i] = (i * k % 5) - 2;
            for (int i = 0; i < 8; i++)
                directions[k, i] = (i * k % 3) - 1;
        }

        double[,] pulled = tape.Pull(outputs, weights), pushed = tape.Push(directions, outputs);
        double[] gradient = new double[8];
        for (int k = 0; k < count; k++)
        {
            tape.Pull(outputs, Row(weights, k), gradient);
            Assert.Equal(gradient, Row(pulled, k));
            Assert.Equal(tape.Push(Row(directions, k), outputs), Row(pushed, k));
        }

        Assert.Equal(1, tape.Gradients(late)[0, 7]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void ASeedOfZeroAbsorbsAnInfiniteSlopeBesideOthers(int others)
    {
        // The slope of a root at 0 is infinite.
        using ScalarTape tape = new();
        Active x = tape.Variable(0), y = tape.Variable(2), root = Active.Sqrt(x);
        Active[] outputs = [root, .. Enumerable.Range(0, others).Select(i => (0 * root) + ((i + 1) * y))];
        double[,] gradients = tape.Gradients(outputs);
        Assert.Equal(double.PositiveInfinity, gradients[0, 0]);
        double[,] pushed = tape.Push(new double[,] { { 0, 1 }, { 1, 0 }, { 0, -1 } }, outputs);
        Assert.Equal([0, double.PositiveInfinity, 0], [pushed[0, 0], pushed[1, 0], pushed[2, 0]]);
        for (int i = 1; i <= others; i++)
        {
            Assert.Equal(tape.Gradient(outputs[i]), Row(gradients, i));
            Assert.Equal([0, i], Row(gradients, i));
            Assert.Equal((i, -i), (pushed[0, i], pushed[2, i]));
        }
    }

    [Fact]
    public void NoOutputsAndNoSeedsGiveEmptyMatrices()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(3);
        Assert.Equal((0, 1), Size(tape.Gradients()));
        Assert.Equal((0, 1), Size(tape.Pull([x, x], new double[0, 2])));
        Assert.Equal((2, 1), Size(tape.Pull([], new double[2, 0])));
        Assert.Equal((0, 2), Size(tape.Push(new double[0, 1], x, x)));
        Assert.Equal((1, 0), Size(tape.Push(new double[1, 1])));
        Assert.Equal((0, 3), Size(Jacobian.Of(_ => [], [1, 2, 3])));
        SparseJacobian none = Jacobian.Compressed(_ => [], [1, 2, 3]), constants = Jacobian.Compressed(_ => [4, 5], [1, 2, 3]);
        Assert.Equal((0, 0), (none.Entries.Count, constants.Entries.Count));
        Assert.Equal((2, 3), Size(constants.ToDense()));
    }

    [Fact]
    public void WrongSeedsAreRefused()
    {
        using ScalarTape tape = new(), other = new();
        Active x = tape.Variable(3);
        Assert.Contains("1 × 2", Assert.Throws<ArgumentException>(() => tape.Pull([x], new double[1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("2 × 3", Assert.Throws<ArgumentException>(() => tape.Push(new double[2, 3], x)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.Gradients(x, other.Variable(1)));
    }

    [Fact]
    public void DependenciesThatManyOutputsShareAreMarkedAtOnce()
    {
        // Searching from each of 1200 outputs through a shared chain would visit it 1200 times.
        Active[] Program(Active[] x)
        {
            Active chain = x[0];
            for (int i = 0; i < 3000; i++)
                chain += x[i % 7];
            return [.. Enumerable.Range(0, 1200).Select(i => i % 3 == 0 ? chain * x[7 + (i % 13)] : i % 3 == 1 ? x[i % 20] : 1.5)];
        }

        double[] point = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        SparseJacobian sparse = Jacobian.Compressed(Program, point);
        Assert.Equal(400 * (1 + 8), sparse.Entries.Count);
        AssertClose(Jacobian.ByRows(Program, point), sparse.ToDense());
    }

    [Fact]
    public void RowsOfALongProgramAreComputedAlone()
    {
        // The last result depends on a root at 0 with a weight of 0, and on no variable twice.
        Active[] Program(Active[] x)
        {
            Active[] results = new Active[x.Length - 2];
            for (int i = 0; i < results.Length; i++)
            {
                Active a = x[i + 2], b = x[i], c = x[i + 1];
                results[i] = i % 50 == 7 ? 3 : (a * b) + Active.Exp(c - a) + (b * b * 1.5) - 2;
            }

            results[^1] = x[5] + (0 * Active.Sqrt(x[0]));
            return results;
        }

        double[] point = [0, .. Enumerable.Range(1, 12000).Select(i => Math.Cos(i))];
        using ScalarTape tape = new();
        tape.Variable(1);
        SparseJacobian sparse = Jacobian.Compressed(Program, point, tape);
        Assert.Equal(sparse.Entries, Jacobian.Compressed(Program, point, tape).Entries);
        Assert.Equal((0, false), (sparse.Passes, sparse.IsByColumns));
        Assert.Equal((3 * (11998 - 240)) + 2, sparse.Entries.Count);
        foreach ((int row, int column, double value) in sparse.Entries)
        {
            if (row == 11998)
                Assert.Equal(column == 5 ? 1 : 0, value);
            else
            {
                double a = point[row + 2], b = point[row], c = point[row + 1], e = Math.Exp(c - a);
                Assert.Equal(column == row ? a + (3 * b) : column == row + 1 ? e : b - e, value, 1e-12);
            }
        }
    }

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

    private static double[] Row(double[,] matrix, int row) => [.. Enumerable.Range(0, matrix.GetLength(1)).Select(column => matrix[row, column])];

    private static (int Rows, int Columns) Size(double[,] matrix) => (matrix.GetLength(0), matrix.GetLength(1));

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
