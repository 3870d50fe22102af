using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>Linear systems, factorisations and determinants: exact answers, large and small numbers, and what is refused.</summary>
public sealed class LinearSystemTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Fact]
    public void ASystemAndItsGradientsAreExact()
    {
        Var<double> a = tape.Variable([2, 2], [2, 1, 1, 3]), b = tape.Variable([2], [3, 5]), x = a.Solve(b);
        AssertClose([0.8, 1.4], x.ToArray());
        Gradients<double> gradients = tape.Backward(x.Sum());
        AssertClose([0.4, 0.2], gradients[b].ToArray());
        AssertClose([-0.4 * 0.8, -0.4 * 1.4, -0.2 * 0.8, -0.2 * 1.4], gradients[a].ToArray());
    }

    [Fact]
    public void TheInverseTimesTheMatrixIsTheIdentity()
    {
        Var<double> a = tape.Variable([2, 3, 3], Random(18, 1)) + Identity(3, 3);
        AssertClose([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1], a.MatMul(a.Inverse()).ToArray(), 1e-13);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(60, 25)]
    [InlineData(1, 1)]
    public void QrHasOrthonormalColumnsAndGivesBackTheMatrix(int rows, int columns)
    {
        Var<double> a = tape.Variable([rows, columns], Random(rows * columns, 2));
        (Var<double> q, Var<double> r) = a.Qr();
        AssertClose(a.ToArray(), q.MatMul(r).ToArray(), 1e-12);
        AssertClose(Identity(columns, 1).ToArray(), q.Transpose().MatMul(q).ToArray(), 1e-13);
        double[] triangle = r.ToArray();
        for (int i = 0; i < columns; i++)
        {
            Assert.True(triangle[(i * columns) + i] > 0);
            Assert.All(triangle.Skip(i * columns).Take(i), element => Assert.Equal(0, element));
        }
    }

    [Fact]
    public void CholeskyGivesBackTheMatrix()
    {
        Var<double> x = tape.Variable([50, 50], Random(2500, 3)), a = x.MatMul(x.Transpose()) + Identity(50, 1), l = a.Cholesky();
        AssertClose(a.ToArray(), l.MatMul(l.Transpose()).ToArray(), 1e-12);
    }

    [Fact]
    public void LeastSquaresSolvesTheNormalEquations()
    {
        Var<double> a = tape.Variable([7, 3], Random(21, 4)), b = tape.Variable([7, 2], Random(14, 5)), x = a.LeastSquares(b);
        AssertClose(new double[6], a.Transpose().MatMul(a.MatMul(x) - b).ToArray(), 1e-13);
        Var<double> wide = a.Transpose(), c = tape.Variable([3], [1, 2, 3]), least = wide.LeastSquares(c);
        AssertClose([1, 2, 3], wide.MatMul(least).ToArray(), 1e-13);

        // Of least norm: a combination of the rows.
        AssertClose(least.ToArray(), a.MatMul(a.LeastSquares(least)).ToArray(), 1e-12);
        AssertGradients(v => v[0].LeastSquares(v[1]).Square().Sum(), [[7, 3], [7, 2]], 6);
        AssertGradients(v => v[0].LeastSquares(v[1]).Square().Sum(), [[2, 3, 5], [2, 3, 1]], 7);
        AssertGradients(v => (v[0].LeastSquares(v[1]) * v[0].LeastSquares(v[1])).Sum(), [[4, 3], [4]], 8);
    }

    [Fact]
    public void DeterminantsAreSmoothAtSingularMatrices()
    {
        Var<double> zero = tape.Variable([2, 2], [0, 0, 0, 0]), rankOne = tape.Variable([3, 3], [1, 2, 3, 2, 4, 6, 1, 2, 3]);
        Var<double> rankTwo = tape.Variable([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        AssertClose(new double[4], tape.Backward(zero.Determinant())[zero].ToArray());
        AssertClose(new double[9], tape.Backward(rankOne.Determinant())[rankOne].ToArray(), 1e-13);
        AssertClose([-3, 6, -3, 6, -12, 6, -3, 6, -3], tape.Backward(rankTwo.Determinant())[rankTwo].ToArray(), 1e-12);
        Assert.Equal(0, zero.Determinant().GetScalar());

        // The second derivative of x₁₁x₂₂ − x₁₂x₂₁ is constant.
        HessianVectorProduct<double> product = tape.HessianVectorProduct(zero.Determinant(), (zero, [1, 2, 3, 4]));
        AssertClose([4, -3, -2, 1], product.Product[zero].ToArray(), 1e-14);
    }

    [Fact]
    public void DeterminantsDoNotOverflowOnTheWay()
    {
        Var<double> a = tape.Variable([4, 4], [1e200, 0, 0, 0, 0, 1e200, 0, 0, 0, 0, 1e-200, 0, 0, 0, 0, 1e-200]);
        AssertClose([1], a.Determinant().ToArray());
        AssertClose([0], a.LogAbsDeterminant().ToArray());
        Var<double> large = tape.Variable([300, 300], Identity(300, -1e10).ToArray());
        AssertClose([300 * Math.Log(1e10)], large.LogAbsDeterminant().ToArray(), 1e-12);
        Assert.Equal(1, large.DeterminantSign().GetScalar());
        Assert.Equal(-1, tape.Variable([2, 2], [0, 1, 1, 0]).DeterminantSign().GetScalar());
    }

    [Fact]
    public void TheGradientOfLogDetIsTheInverse()
    {
        Var<double> a = tape.Variable([2, 2], [4, 1, 2, 3]);
        AssertClose([0.3, -0.2, -0.1, 0.4], tape.Backward(a.LogAbsDeterminant())[a].ToArray());
    }

    [Fact]
    public void WhatHasNoSolutionIsNamed()
    {
        Var<double> b = tape.Variable([2], [1, 1]);
        Contains(() => tape.Variable([2, 2], [1, 2, 2, 4]).Solve(b), "solve", "[2, 2]", "singular", "pivot 1 of 2");
        Contains(() => tape.Variable([2, 2, 2], [1, 0, 0, 1, 0, 0, 0, 1]).Inverse(), "matrix 1", "[2, 2, 2]", "pivot 0 of 2");
        Contains(() => tape.Variable([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]).LogAbsDeterminant(), "reciprocal condition number");
        Contains(() => tape.Variable([2, 2], [1, 7, 0, 0]).TriangularSolve(b), "triangular solve", "pivot 1");
        Contains(() => tape.Variable([2, 2], [1, 2, 2, 1]).Cholesky(), "not positive definite", "pivot 1 of 2 is -3");
        Contains(() => tape.Variable([2, 2], [1, 2, 3, 1]).Cholesky(), "not symmetric", "element (1, 0) is 3 and element (0, 1) is 2");
        Contains(() => tape.Variable([3, 2], [1, 2, 2, 4, 3, 6]).Qr(), "linearly dependent", "pivot 1 of 2");
        Contains(() => tape.Variable([2, 3], new double[6]).Qr(), "[2, 3]", "at least as many rows");
        Contains(() => tape.Variable([2, 3], new double[6]).Solve(b), "[2, 3]", "square");
        Contains(() => tape.Variable([3, 3], new double[9]).Solve(b), "[3, 3]", "[2]", "as many rows");
        Contains(() => tape.Variable([3, 2], new double[6]).LeastSquares(b), "[3, 2]", "[2]");
    }

    [Fact]
    public void NanInOneMatrixLeavesTheOthersAlone()
    {
        Var<double> a = tape.Variable([2, 2, 2], [double.NaN, 0, 0, 1, 2, 0, 0, 4]), x = a.Solve(tape.Constant([2], [1, 1]));
        Assert.True(double.IsNaN(x.ToArray()[0]));
        AssertClose([0.5, 0.25], x.ToArray()[2..]);
        Assert.False(tape.ClarkeGradient(x.Sum()).Certificate.IsCertified);
        double[] gradient = tape.Backward(x.Select(0, 1).Sum())[a].ToArray();
        AssertClose([0, 0, 0, 0, -0.25, -0.125, -0.125, -0.0625], gradient);
    }

    [Fact]
    public void GradientsOfLargerMatricesAgreeWithDifferences()
    {
        AssertGradients(v => (v[0] + Eye(v[0], 5)).Solve(v[1]).Tanh().Sum(), [[9, 9], [9, 4]], 11);
        AssertGradients(v => (v[0] + Eye(v[0], 5)).Inverse().Tanh().Sum(), [[2, 5, 5]], 12);
        AssertGradients(v => (v[0].MatMul(v[0].Transpose()) + Eye(v[0], 1)).Cholesky().Tanh().Sum(), [[6, 6]], 13);
        AssertGradients(v => (v[0] + Eye(v[0], 5)).LogAbsDeterminant().Sum(), [[3, 5, 5]], 14);
        AssertGradients(v => v[0].Determinant().Sum(), [[3, 4, 4]], 15);
        AssertGradients(v => v[0].Qr().Q.Tanh().Sum() + v[0].Qr().R.Tanh().Sum(), [[8, 5]], 16);
        AssertGradients(v => (v[0] + Eye(v[0], 5)).TriangularSolve(v[1], true).Tanh().Sum(), [[5, 5], [5]], 17);
    }

    internal static void AssertClose(double[] expected, double[] actual, double tolerance = 1e-14)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(expected[i], actual[i], tolerance, $"element {i}");
    }

    internal static void AssertGradients(Func<Var<double>[], Var<double>> program, Shape[] shapes, ulong seed)
    {
        Objective objective = Objective.OfTensors(shapes, program);
        double[] x = Random(shapes.Sum(shape => shape.Count), seed);
        ClarkeElement element = Clarke.Gradient(objective, x);
        Assert.True(element.Certificate.IsDifferentiable, element.Certificate.ToString());
        for (int i = 0; i < x.Length; i++)
        {
            double kept = x[i];
            double At(double step)
            {
                x[i] = kept + step;
                double value = objective.Value(x);
                x[i] = kept;
                return value;
            }

            const double H = 1e-3;
            double difference = ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
            Evaluation.AssertClose(difference, element.Gradient[i], 1e-7, $"coordinate {i}");
        }
    }

    internal static double[] Random(int count, ulong seed) => Evaluation.Random(count, seed, 200);

    internal static Var<double> Eye(Var<double> like, double factor)
    {
        int n = like.Shape[-1];
        double[] elements = new double[n * n];
        for (int i = 0; i < elements.Length; i += n + 1)
            elements[i] = factor;
        return like.Tape.Constant([n, n], elements);
    }

    internal static void Contains(Action action, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private Var<double> Identity(int n, double factor)
    {
        double[] elements = new double[n * n];
        for (int i = 0; i < elements.Length; i += n + 1)
            elements[i] = factor;
        return tape.Constant([n, n], elements);
    }
}
