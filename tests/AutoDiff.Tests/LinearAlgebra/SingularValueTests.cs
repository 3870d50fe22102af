using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>Singular values and the norms made of them, alone, where they meet and where they are 0.</summary>
public sealed class SingularValueTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(30, 11)]
    [InlineData(9, 40)]
    public void ThePlantedSingularValuesAreFound(int rows, int columns)
    {
        int count = Math.Min(rows, columns);
        double[] planted = [.. Enumerable.Range(0, count).Select(i => 5 * Math.Pow(0.6, i))];
        Var<double> left = tape.Variable([rows, count], LinearSystemTests.Random(rows * count, 31)).Qr().Q;
        Var<double> right = tape.Variable([columns, count], LinearSystemTests.Random(columns * count, 32)).Qr().Q;
        Var<double> a = (left * tape.Constant([count], planted)).MatMul(right.Transpose());
        LinearSystemTests.AssertClose(planted, a.SingularValues().ToArray(), 1e-13);
        Assert.Equal(5, a.SpectralNorm().GetScalar(), 1e-13);
        Assert.Equal(planted.Sum(), a.NuclearNorm().GetScalar(), 1e-13);
    }

    [Fact]
    public void GradientsAgreeWithDifferences()
    {
        LinearSystemTests.AssertGradients(v => v[0].SingularValues().Exp().Sum(), [[5, 5]], 41);
        LinearSystemTests.AssertGradients(v => v[0].SingularValues().Tanh().Sum(), [[2, 4, 6]], 42);
        LinearSystemTests.AssertGradients(v => v[0].SumOfLargestSingularValues(2).Square().Sum(), [[2, 6, 4]], 43);
        LinearSystemTests.AssertGradients(v => v[0].SpectralNorm(), [[7, 7]], 44);
        LinearSystemTests.AssertGradients(v => v[0].NuclearNorm(), [[5, 3]], 45);
    }

    [Fact]
    public void TheNuclearNormAtARankDeficientMatrixHasAnInterval()
    {
        // The Clarke set at diag(1, 0) is {diag(1, w), |w| ≤ 1}.
        Objective nuclear = Objective.OfTensors([[2, 2]], v => v[0].NuclearNorm());
        ClarkeSubdifferential set = Clarke.Subdifferential(nuclear, [1, 0, 0, 0]);
        Assert.True(set.Certificate.IsCertified, set.Certificate.ToString());
        Assert.True(set.Contains([1, 0, 0, 0.9]));
        Assert.True(set.Contains([1, 0, 0, -0.9]));
        Assert.False(set.Contains([1, 0, 0, 1.1]));
        Assert.False(set.Contains([1, 0.1, 0, 0]));
        Assert.False(set.Contains([0.9, 0, 0, 0]));
        for (ulong seed = 0; seed < 10; seed++)
        {
            ClarkeElement element = Clarke.Gradient(nuclear, [1, 0, 0, 0], Evaluation.Random(4, seed, 230));
            Assert.True(element.Certificate.IsCertified);
            Assert.Equal(1, Math.Abs(element.Gradient[3]), 1e-14);
            LinearSystemTests.AssertClose([1, 0, 0], element.Gradient[..3]);
        }
    }

    [Fact]
    public void TheNuclearNormAtZeroHasTheUnitBallOfTheSpectralNorm()
    {
        Objective nuclear = Objective.OfTensors([[3, 2]], v => v[0].NuclearNorm());
        for (ulong seed = 0; seed < 10; seed++)
        {
            double[] direction = Evaluation.Random(6, seed, 231);
            ClarkeElement element = Clarke.Gradient(nuclear, new double[6], direction);
            Assert.True(element.Certificate.IsCertified);
            LinearSystemTests.AssertClose([1, 1], tape.Variable([3, 2], element.Gradient).SingularValues().ToArray());
            Assert.Equal(tape.Variable([3, 2], direction).NuclearNorm().GetScalar(), Evaluation.Dot(element.Gradient, direction), 1e-13);
        }
    }

    [Fact]
    public void TheSpectralNormAtTheIdentityIsTheConvexHullOfItsPairs()
    {
        Objective spectral = Objective.OfTensors([[2, 2]], v => v[0].SpectralNorm());
        ClarkeSubdifferential set = Clarke.Subdifferential(spectral, [1, 0, 0, 1]);
        Assert.True(set.Certificate.IsCertified, set.Certificate.ToString());
        Assert.True(set.Contains([0.5, 0, 0, 0.5]));
        Assert.True(set.Contains([1, 0, 0, 0]));
        Assert.True(set.Contains([0.5, 0.45, 0.45, 0.5]));
        Assert.False(set.Contains([0.5, 0.1, -0.1, 0.5]));
        Assert.False(set.Contains([0.5, 0, 0, 0.4]));
    }

    [Fact]
    public void WhereRoundingHidesWhetherTheyVanishNothingIsCertified()
    {
        Var<double> rankOne = tape.Variable([2, 2], [0.1, 0.2, 0.3, 0.6]);
        ClarkeGradient<double> nuclear = tape.ClarkeGradient(rankOne.NuclearNorm());
        Assert.Equal(ObstacleKind.MayMeet, Assert.Single(nuclear.Certificate.Obstacles).Kind);
        Assert.True(tape.ClarkeGradient(rankOne.SpectralNorm()).Certificate.IsDifferentiable);

        // A column of zeros shows that a singular value is 0, a row of zeros below more columns does not matter to the others.
        Assert.True(tape.ClarkeGradient(tape.Variable([2, 2], [1, 0, 2, 0]).NuclearNorm()).Certificate.IsCertified);
        Assert.True(tape.ClarkeGradient(tape.Variable([1, 3], [1, 2, 2]).NuclearNorm()).Certificate.IsDifferentiable);
    }

    [Fact]
    public void NoCertificateAtSingularMatricesIsFalse()
    {
        int certified = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            double[] factors = Evaluation.Random(36, seed, 240), diagonal = [.. Evaluation.Random(3, seed, 241).Select(value => Math.Round(value))];
            Objective objective = Objective.OfTensors([[3]], v =>
            {
                Var<double> a = v[0].Tape.Constant([4, 3], [.. Enumerable.Range(0, 12).Select(i => i % 4 == 0 ? diagonal[i / 4] : 0)]);
                for (int k = 0; k < 3; k++)
                    a += v[0].Tape.Constant([4, 3], factors.AsSpan(12 * k, 12)) * v[0].Select(0, k);
                Var<double> weights = v[0].Tape.Constant([3], [1, -2, 3]);
                return (a.SingularValues() * weights).Sum() - a.SumOfLargestSingularValues(2);
            });
            double[] direction = Evaluation.Random(3, seed, 242);
            ClarkeElement element = Clarke.Gradient(objective, [0, 0, 0], direction);
            if (!element.Certificate.IsCertified)
                continue;
            certified++;
            double[] beside = objective.Gradient([.. direction.Select(d => 1e-6 * d)]).Gradient;
            for (int i = 0; i < 3; i++)
                Evaluation.AssertClose(beside[i], element.Gradient[i], 1e-3, $"seed {seed}, {element.Certificate}");
        }

        Assert.True(certified > 30);
    }

    [Fact]
    public void NormsAreConvex()
    {
        Assert.Equal(RegularitySense.Regular, Sense(a => a.NuclearNorm()));
        Assert.Equal(RegularitySense.Regular, Sense(a => a.SingularValues().Sum()));
        Assert.Equal(RegularitySense.NegativeRegular, Sense(a => -a.SingularValues().Select(-1, 2)));
        Assert.Equal(RegularitySense.Regular, Sense(a => a.SpectralNorm()));
        LinearSystemTests.Contains(() => tape.Variable([2], [1, 2]).NuclearNorm(), "[2]", "matrices");
        LinearSystemTests.Contains(() => tape.Variable([2, 1], [1, 2]).SumOfLargestSingularValues(2), "2 singular values", "[2, 1]");

        RegularitySense Sense(Func<Var<double>, Var<double>> function) =>
            Regularity.Certify(function(tape.Variable([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 0]))).Sense;
    }
}
