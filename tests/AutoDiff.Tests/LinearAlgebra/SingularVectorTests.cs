using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>Singular value decompositions and pseudo-inverses: values, derivatives, and where they jump.</summary>
public sealed class SingularVectorTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(7, 3)]
    [InlineData(3, 8)]
    [InlineData(40, 25)]
    public void TheDecompositionIsTheMatrix(int rows, int columns)
    {
        double[] elements = LinearSystemTests.Random(2 * rows * columns, 81);
        AssertDecomposes(tape.Variable([2, rows, columns], elements));
        AssertDecomposes(tape.Variable([rows, columns], new double[rows * columns]));
        AssertDecomposes(tape.Variable([rows, columns], [.. Enumerable.Repeat(0.1, rows * columns)]));
        AssertDecomposes(tape.Variable([rows, columns], [.. Enumerable.Range(0, rows * columns).Select(i => i % (columns + 1) == 0 ? 3.0 : 0)]));
    }

    [Fact]
    public void GradientsAgreeWithDifferences()
    {
        foreach (Shape shape in (Shape[])[[3, 3], [5, 2], [2, 4], [2, 3, 2]])
        {
            LinearSystemTests.AssertGradients(v => Weighed(v[0].Svd().U), [shape], 82);
            LinearSystemTests.AssertGradients(v => Weighed(v[0].Svd().Vt), [shape], 83);
            LinearSystemTests.AssertGradients(
                v => v[0].Svd() is var (u, s, vt) ? Weighed(u * s.Exp().Unsqueeze(-2)) + Weighed(vt.Sin() * s.Unsqueeze(-1)) : default, [shape], 84);
            LinearSystemTests.AssertGradients(v => Weighed(v[0].PseudoInverse()), [shape], 85);
        }
    }

    [Fact]
    public void TheProductOfAllPartsHasTheGradientOfTheMatrix()
    {
        Var<double> a = tape.Variable([4, 3], LinearSystemTests.Random(12, 86));
        (Var<double> u, Var<double> s, Var<double> vt) = a.Svd();
        double[] expected = tape.Backward(Weighed(a))[a].ToArray();
        LinearSystemTests.AssertClose(expected, tape.Backward(Weighed((u * s.Unsqueeze(-2)).MatMul(vt)))[a].ToArray(), 1e-12);
    }

    [Fact]
    public void FunctionsOfTheSpacesAloneHaveTheirGradientWhereSingularValuesMeet()
    {
        // The polar factor U·Vᵀ of a matrix without singular value 0 is smooth: at 2·I it is A/2 up to the antisymmetric part that a change turns by.
        Objective polar = Objective.OfTensors([[3, 3]], v => v[0].Svd() is var (u, _, vt) ? Weighed(u.MatMul(vt)) : default);
        double[] at = [2, 0, 0, 0, 2, 0, 0, 0, 2], gradient = polar.Gradient(at).Gradient;
        for (int i = 0; i < 9; i++)
        {
            double[] there = (double[])at.Clone(), back = (double[])at.Clone();
            there[i] += 1e-5;
            back[i] -= 1e-5;
            Assert.Equal((polar.Gradient(there).Value - polar.Gradient(back).Value) / 2e-5, gradient[i], 1e-9);
        }

        Assert.False(Clarke.Gradient(polar, at).Certificate.IsCertified);
    }

    [Fact]
    public void WhereSingularValuesMeetOrVanishTheVectorsAreNotCertified()
    {
        AssertRefused([2, 2], [1, 0, 0, 1], v => Weighed(v.Svd().U));
        AssertRefused([2, 2], [1, 0, 0, -1], v => Weighed(v.Svd().Vt));
        AssertRefused([2, 2], [1, 0, 0, 0], v => Weighed(v.Svd().Vt));
        AssertRefused([3, 2], [1, 0, 0, 0, 0, 0], v => Weighed(v.Svd().U));
        AssertRefused([1, 2], [0, 0], v => Weighed(v.Svd().Vt));
        AssertRefused([2, 2], [0.1, 0.2, 0.3, 0.6], v => Weighed(v.Svd().U));

        // The largest elements of a vector change places, and one of them is negative.
        AssertRefused([2, 1], [1, -1], v => Weighed(v.Svd().Vt));
        Assert.True(Certificate([2, 2], [3, 1, 0, 2], v => Weighed(v.Svd().U)).IsCertified);

        // The singular values have their own kinks, and those vectors that do not meet are certified.
        Assert.True(Certificate([2, 2], [1, 0, 0, 1], v => v.Svd().S.Sum()).IsCertified);
        Assert.True(Certificate([3, 3], [1, 0, 0, 0, 3, 0, 0, 0, 1], v => Weighed(v.Svd().U.Slice(-1, 0, 1))).IsCertified);
    }

    [Fact]
    public void PseudoInversesSolveTheirFourEquations()
    {
        foreach ((int m, int n) in ((int, int)[])[(3, 3), (5, 2), (2, 6), (4, 4)])
        {
            double[] left = LinearSystemTests.Random(m * 2, 87), right = LinearSystemTests.Random(2 * n, 88);
            Var<double> full = tape.Variable([m, n], LinearSystemTests.Random(m * n, 89));
            Var<double> deficient = tape.Variable([m, 2], left).MatMul(tape.Variable([2, n], right));
            foreach (Var<double> a in (Var<double>[])[full, deficient, tape.Variable([m, n], new double[m * n])])
            {
                Var<double> x = a.PseudoInverse();
                Assert.Equal([n, m], x.Shape.ToArray());
                Var<double> ax = a.MatMul(x), xa = x.MatMul(a);
                LinearSystemTests.AssertClose(a.ToArray(), ax.MatMul(a).ToArray(), 1e-11);
                LinearSystemTests.AssertClose(x.ToArray(), xa.MatMul(x).ToArray(), 1e-11);
                LinearSystemTests.AssertClose(ax.ToArray(), ax.Transpose().ToArray(), 1e-11);
                LinearSystemTests.AssertClose(xa.ToArray(), xa.Transpose().ToArray(), 1e-11);
            }
        }

        Var<double> square = tape.Variable([3, 3], LinearSystemTests.Random(9, 90));
        LinearSystemTests.AssertClose(square.Inverse().ToArray(), square.PseudoInverse().ToArray(), 1e-11);
        Assert.All(tape.Variable([2, 2], [1, double.NaN, 0, 1]).PseudoInverse().ToArray(), element => Assert.True(double.IsNaN(element)));
        Assert.Equal([2, 0], tape.Variable([0, 2], []).PseudoInverse().Shape.ToArray());
    }

    [Fact]
    public void WhereTheRankChangesThePseudoInverseIsNotCertified()
    {
        AssertRefused([2, 2], [1, 0, 0, 0], v => Weighed(v.PseudoInverse()));
        AssertRefused([2, 3], [1, 2, 3, 2, 4, 6], v => Weighed(v.PseudoInverse()));
        AssertRefused([1, 1], [0], v => v.PseudoInverse().Sum());
        Assert.True(Certificate([2, 3], [1, 2, 3, 2, 4, 7], v => Weighed(v.PseudoInverse())).IsDifferentiable);
        Assert.True(Certificate([2, 2], [1, 0, 0, 1], v => Weighed(v.PseudoInverse())).IsDifferentiable);
    }

    [Fact]
    public void AlongChangesThatKeepTheRankThePseudoInverseHasItsDerivative()
    {
        // A = x·yᵀ has the pseudo-inverse y·xᵀ/(|x|²·|y|²), which is smooth in x and y.
        double[] x = [1, 2, -1], y = [0.5, 3];
        Var<double> left = tape.Variable([3, 1], x), right = tape.Variable([1, 2], y);
        Gradients<double> ours = tape.Backward(Weighed(left.MatMul(right).PseudoInverse()));
        double[] ofLeft = ours[left].ToArray(), ofRight = ours[right].ToArray();
        Var<double> known = right.Transpose().MatMul(left.Transpose()) / (left.Square().Sum() * right.Square().Sum());
        Gradients<double> theirs = tape.Backward(Weighed(known));
        LinearSystemTests.AssertClose(theirs[left].ToArray(), ofLeft, 1e-12);
        LinearSystemTests.AssertClose(theirs[right].ToArray(), ofRight, 1e-12);
    }

    [Fact]
    public void PowersAreRepeatedProducts()
    {
        Var<double> a = tape.Variable([2, 2, 2], LinearSystemTests.Random(8, 91));
        LinearSystemTests.AssertClose(a.MatMul(a).MatMul(a).MatMul(a).MatMul(a).ToArray(), a.MatrixPower(5).ToArray(), 1e-12);
        LinearSystemTests.AssertClose(a.Inverse().MatMul(a.Inverse()).ToArray(), a.MatrixPower(-2).ToArray(), 1e-11);
        Assert.Equal([1, 0, 0, 1, 1, 0, 0, 1], a.MatrixPower(0).ToArray());
        Assert.Equal(a, a.MatrixPower(1));
        LinearSystemTests.AssertGradients(v => Weighed(v[0].MatrixPower(3)), [[2, 3, 3]], 92);
        LinearSystemTests.AssertGradients(v => Weighed(v[0].MatrixPower(-3)), [[2, 2]], 93);
        LinearSystemTests.Contains(() => tape.Variable([2, 3], new double[6]).MatrixPower(2), "matrix power", "[2, 3]");
    }

    [Fact]
    public void KroneckersProductHoldsEveryProduct()
    {
        Var<double> a = tape.Variable([2, 2], [1, 2, 3, 4]), b = tape.Variable([1, 2], [10, 100]);
        Var<double> product = a.Kronecker(b);
        Assert.Equal([2, 4], product.Shape.ToArray());
        Assert.Equal([10, 100, 20, 200, 30, 300, 40, 400], product.ToArray());
        Assert.Equal([3, 4, 6], tape.Variable([3, 2, 2], new double[12]).Kronecker(tape.Variable([2, 3], new double[6])).Shape.ToArray());
        LinearSystemTests.AssertGradients(v => Weighed(v[0].Kronecker(v[1])), [[2, 2, 3], [2, 1, 2]], 94);
    }

    [Fact]
    public void NormsOfMatricesAreThoseOfTheirNames()
    {
        Var<double> a = tape.Variable([2, 2], [1, -2, 3, 4]);
        Assert.Equal(Math.Sqrt(30), a.FrobeniusNorm().GetScalar(), 1e-15);
        Assert.Equal(6, a.OperatorNorm1().GetScalar());
        Assert.Equal(7, a.OperatorNormInfinity().GetScalar());
        (Var<double> sign, Var<double> logAbs) = tape.Variable([2, 2], [1, 2, 3, 4]).SignAndLogDeterminant();
        Assert.Equal(-1, sign.GetScalar());
        Assert.Equal(Math.Log(2), logAbs.GetScalar(), 1e-15);
        Assert.Equal([2], tape.Variable([2, 3, 3], new double[18]).FrobeniusNorm().Shape.ToArray());
    }

    private static Var<double> Weighed(Var<double> x)
    {
        Var<double> weights = x.Tape.Constant(x.Shape, [.. Enumerable.Range(0, x.Shape.Count).Select(i => Math.Sin(1 + (2.3 * i)))]);
        return (x * weights).Sum();
    }

    private void AssertDecomposes(Var<double> a)
    {
        (Var<double> u, Var<double> s, Var<double> vt) = a.Svd();
        int k = Math.Min(a.Shape[-2], a.Shape[-1]);
        double[] identity = [.. Enumerable.Range(0, k * k * (a.Shape.Count / (a.Shape[-1] * a.Shape[-2]))).Select(i => i % (k * k) % (k + 1) == 0 ? 1.0 : 0)];
        LinearSystemTests.AssertClose(a.ToArray(), (u * s.Unsqueeze(-2)).MatMul(vt).ToArray(), 1e-12);
        LinearSystemTests.AssertClose(identity, u.Transpose().MatMul(u).ToArray(), 1e-12);
        LinearSystemTests.AssertClose(identity, vt.MatMul(vt.Transpose()).ToArray(), 1e-12);
        Assert.Equal(a.SingularValues().ToArray(), s.ToArray());
    }

    private static ClarkeCertificate Certificate(Shape shape, double[] at, Func<Var<double>, Var<double>> program)
    {
        using Tape<double> own = new();
        return own.ClarkeGradient(program(own.Variable(shape, at))).Certificate;
    }

    private static void AssertRefused(Shape shape, double[] at, Func<Var<double>, Var<double>> program) =>
        Assert.Equal(ObstacleKind.Jump, Certificate(shape, at, program).Obstacles[0].Kind);
}
