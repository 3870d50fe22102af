using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>The exponential of matrices against formulas and differences.</summary>
public sealed class MatrixExponentialTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(0.3)]
    [InlineData(3)]
    [InlineData(40)]
    public void ARotationHasSinesAndCosines(double angle)
    {
        Var<double> a = tape.Variable([2, 2], [0, -angle, angle, 0]), e = a.MatrixExponential();
        LinearSystemTests.AssertClose([Math.Cos(angle), -Math.Sin(angle), Math.Sin(angle), Math.Cos(angle)], e.ToArray(), 1e-13);
    }

    [Fact]
    public void DiagonalNilpotentAndEmptyMatricesAreExact()
    {
        LinearSystemTests.AssertClose([Math.E, 0, 0, Math.Exp(-2)], tape.Variable([2, 2], [1, 0, 0, -2]).MatrixExponential().ToArray(), 1e-14);
        LinearSystemTests.AssertClose([1, 2, 3, 0, 1, 2, 0, 0, 1], tape.Variable([3, 3], [0, 2, 1, 0, 0, 2, 0, 0, 0]).MatrixExponential().ToArray(), 1e-14);
        LinearSystemTests.AssertClose([1, 0, 0, 1], tape.Variable([2, 2], new double[4]).MatrixExponential().ToArray());
        LinearSystemTests.AssertClose([Math.Exp(100), Math.Exp(-100)], tape.Variable([2, 1, 1], [100, -100]).MatrixExponential().ToArray(), 1e-12);
    }

    [Fact]
    public void ItsDeterminantIsTheExponentialOfTheTrace()
    {
        Var<double> a = tape.Variable([6, 6], LinearSystemTests.Random(36, 81));
        Assert.Equal(a.Trace().GetScalar(), a.MatrixExponential().LogAbsDeterminant().GetScalar(), 1e-12);
        LinearSystemTests.AssertClose(LinearSystemTests.Eye(a, 1).ToArray(), a.MatrixExponential().MatMul((-a).MatrixExponential()).ToArray(), 1e-12);
    }

    [Fact]
    public void GradientsAgreeWithDifferences()
    {
        LinearSystemTests.AssertGradients(v => v[0].MatrixExponential().Sin().Sum(), [[4, 4]], 82);
        LinearSystemTests.AssertGradients(v => (v[0] * 3.0).MatrixExponential().Tanh().Sum(), [[2, 3, 3]], 83);
        LinearSystemTests.Contains(() => tape.Variable([2, 3], new double[6]).MatrixExponential(), "matrix exponential", "[2, 3]");
    }
}
