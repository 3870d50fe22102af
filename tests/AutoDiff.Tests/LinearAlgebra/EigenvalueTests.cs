using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>Eigenvalues of symmetric matrices, alone and where they meet.</summary>
public sealed class EigenvalueTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(60)]
    public void TheEigenvaluesOfAPlantedMatrixAreFound(int n)
    {
        double[] planted = [.. Enumerable.Range(0, n).Select(i => (i * 0.7) - 3)];
        Var<double> q = tape.Variable([n, n], LinearSystemTests.Random(n * n, 3)).Qr().Q, scaled = q * tape.Constant([n], planted);
        Var<double> a = scaled.MatMul(q.Transpose()).SymmetricPart();
        LinearSystemTests.AssertClose(planted, a.SymmetricEigenvalues().ToArray(), 1e-12);
        Assert.Equal(planted[^1], a.LargestEigenvalue().GetScalar(), 1e-12);
        Assert.Equal(planted[0], a.SmallestEigenvalue().GetScalar(), 1e-12);
        Assert.Equal(planted.Sum(), a.SumOfLargestEigenvalues(n).GetScalar(), 1e-11);
    }

    [Fact]
    public void GradientsAgreeWithDifferences()
    {
        LinearSystemTests.AssertGradients(v => v[0].SymmetricPart().SymmetricEigenvalues().Tanh().Sum(), [[6, 6]], 21);
        LinearSystemTests.AssertGradients(v => v[0].SymmetricPart().SymmetricEigenvalues().Exp().Sum(), [[3, 4, 4]], 22);
        LinearSystemTests.AssertGradients(v => v[0].SymmetricPart().SumOfLargestEigenvalues(3).Square().Sum(), [[2, 5, 5]], 23);
        LinearSystemTests.AssertGradients(v => v[0].SymmetricPart().SmallestEigenvalue(), [[8, 8]], 24);
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    [InlineData(1e-310)]
    public void HugeAndTinyMatricesAreRight(double scale)
    {
        Var<double> a = tape.Variable([2, 2], [0, scale, scale, 0]);
        LinearSystemTests.AssertClose([-1, 1], [.. a.SymmetricEigenvalues().ToArray().Select(value => value / scale)], 1e-12);
        LinearSystemTests.AssertClose([0.5, 0.5, 0.5, 0.5], tape.Backward(a.LargestEigenvalue())[a].ToArray(), 1e-12);
    }

    [Fact]
    public void TheLargestEigenvalueOfTwoByTwoIsANorm()
    {
        Objective norm = Matrix(v => [v[0], v[1], v[1], -v[0]], 2, a => a.LargestEigenvalue());
        Assert.Equal(5, norm.Value([3, 4]), 1e-14);
        LinearSystemTests.AssertClose([0.6, 0.8], Clarke.Gradient(norm, [3, 4]).Gradient);
        ClarkeElement element = Clarke.Gradient(norm, [0, 0], [0.6, -0.8]);
        Assert.True(element.Certificate.IsCertified, element.Certificate.ToString());
        LinearSystemTests.AssertClose([0.6, -0.8], element.Gradient);
        ClarkeSubdifferential disk = Clarke.Subdifferential(norm, [0, 0]);
        Assert.True(disk.Certificate.IsCertified, disk.Certificate.ToString());
        Assert.True(disk.IsStationary());
        Assert.True(disk.Contains([0.3, 0.9]));
        Assert.False(disk.Contains([0.8, 0.7]));
        for (int i = 0; i < 16; i++)
        {
            (double sine, double cosine) = Math.SinCos(i);
            Assert.Equal(1, Clarke.DirectionalDerivative(norm, [0, 0], [cosine, sine]), 1e-14);
        }
    }

    [Fact]
    public void TheClarkeSetAtTheIdentityIsTheSpectraplex()
    {
        Objective largest = Matrix(v => [v[0], v[1], v[1], v[2]], 3, a => a.LargestEigenvalue());
        ClarkeSubdifferential set = Clarke.Subdifferential(largest, [1, 0, 1]);
        Assert.True(set.Certificate.IsCertified, set.Certificate.ToString());

        // ⟨M, A'⟩ for M = (a, b; b, 1 − a) is (a, 2b, 1 − a), and M ⪰ 0 if b² ≤ a(1 − a).
        Assert.True(set.Contains([0.5, 0, 0.5]));
        Assert.True(set.Contains([0.5, 0.98, 0.5]));
        Assert.True(set.Contains([1, 0, 0]));
        Assert.False(set.Contains([0.5, 1.05, 0.5]));
        Assert.False(set.Contains([1.1, 0, -0.1]));
        Assert.False(set.Contains([0.6, 0, 0.6]));
        for (ulong seed = 0; seed < 20; seed++)
        {
            double[] direction = Evaluation.Random(3, seed, 210);
            ClarkeElement element = Clarke.Gradient(largest, [1, 0, 1], direction);
            Assert.True(element.Certificate.IsCertified);
            double a = element.Gradient[0], b = element.Gradient[1] / 2, c = element.Gradient[2];
            Assert.Equal(1, a + c, 1e-14);
            Assert.Equal(0, (a * c) - (b * b), 1e-14);
            Assert.Equal(((direction[0] + direction[2]) / 2) + double.Hypot((direction[0] - direction[2]) / 2, direction[1]),
                Evaluation.Dot(element.Gradient, direction), 1e-13);
        }
    }

    [Fact]
    public void TheLargestIsConvexTheSmallestConcaveAndTheirWeightsDecide()
    {
        Assert.Equal(RegularitySense.Regular, Sense(a => (-a).LargestEigenvalue()));
        Assert.Equal(RegularitySense.NegativeRegular, Sense(a => a.SmallestEigenvalue()));
        Assert.Equal(RegularitySense.Smooth, Sense(a => a.SumOfLargestEigenvalues(1)));
        Assert.Equal(RegularitySense.Regular, Sense(a => a.SumOfLargestEigenvalues(2)));
        Assert.Equal(RegularitySense.Regular, Sense(a => a.SymmetricEigenvalues().Select(-1, 1)));
        Assert.Equal(RegularitySense.NegativeRegular, Sense(a => a.SymmetricEigenvalues().Select(-1, 0)));
        Assert.Equal(RegularitySense.Smooth, Sense(a => a.SymmetricEigenvalues().Select(-1, 2)));
        RegularitySense Sense(Func<Var<double>, Var<double>> function) =>
            Regularity.Certify(function(tape.Variable([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 2]))).Sense;
    }

    [Fact]
    public void ASumIsSmoothUnlessItsLastMeetsTheNext()
    {
        Var<double> a = tape.Variable([3, 3], [1, 0, 0, 0, 2, 0, 0, 0, 2]);
        Assert.True(tape.ClarkeGradient(a.SumOfLargestEigenvalues(2)).Certificate.IsDifferentiable);
        Assert.False(tape.ClarkeGradient(a.LargestEigenvalue()).Certificate.IsDifferentiable);
        Assert.True(tape.ClarkeGradient(a.LargestEigenvalue()).Certificate.IsCertified);
        LinearSystemTests.AssertClose([0, 0, 0, 0, 1, 0, 0, 0, 1], tape.Backward(a.SumOfLargestEigenvalues(2))[a].ToArray());
    }

    [Fact]
    public void WhereRoundingHidesWhetherTheyMeetNothingIsCertified()
    {
        // The eigenvalues are 0, 0 and 3, and the rounded ones differ.
        Var<double> ones = tape.Variable([3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
        ClarkeGradient<double> smallest = tape.ClarkeGradient(ones.SmallestEigenvalue());
        Assert.Equal(ObstacleKind.MayMeet, Assert.Single(smallest.Certificate.Obstacles).Kind);
        Assert.True(tape.ClarkeGradient(ones.LargestEigenvalue()).Certificate.IsDifferentiable);

        // The eigenvalues of a diagonal are exact; with 1e-20 beside them they are not equal although they are rounded to the same number.
        Var<double> almost = tape.Variable([2, 2], [1, 1e-20, 1e-20, 1]);
        Assert.False(tape.ClarkeGradient(almost.LargestEigenvalue()).Certificate.IsCertified);
        Var<double> blocks = tape.Variable([4, 4], [2, 1, 0, 0, 1, 3, 0, 0, 0, 0, 2, 1, 0, 0, 1, 3]);
        ClarkeGradient<double> twin = tape.ClarkeGradient(blocks.LargestEigenvalue());
        Assert.True(twin.Certificate.IsCertified && !twin.Certificate.IsDifferentiable, twin.Certificate.ToString());
    }

    [Fact]
    public void NoCertificateAtRepeatedEigenvaluesIsFalse()
    {
        // Along the direction of the certificate, the gradient a small step beside the point is the certified one.
        for (ulong seed = 0; seed < 60; seed++)
        {
            double[] factors = Evaluation.Random(36, seed, 220), diagonal = [.. Evaluation.Random(4, seed, 221).Select(value => Math.Round(value))];
            Objective objective = Objective.OfTensors([[3]], v =>
            {
                Var<double> a = v[0].Tape.Constant([4, 4], [.. Enumerable.Range(0, 16).Select(i => i % 5 == 0 ? diagonal[i / 5] : 0)]);
                for (int k = 0; k < 3; k++)
                {
                    Var<double> part = v[0].Tape.Constant([4, 4], [.. Enumerable.Range(0, 16).Select(i => factors[(12 * k) + (i % 12)])]);
                    a += part.SymmetricPart() * v[0].Select(0, k);
                }

                Var<double> weights = v[0].Tape.Constant([4], [1, -2, 0.5, 3]);
                return (a.SymmetricEigenvalues() * weights).Sum() + a.LargestEigenvalue().Abs();
            });
            double[] direction = Evaluation.Random(3, seed, 222);
            ClarkeElement element = Clarke.Gradient(objective, [0, 0, 0], direction);
            if (!element.Certificate.IsCertified)
                continue;
            double[] beside = objective.Gradient([.. direction.Select(d => 1e-6 * d)]).Gradient;
            for (int i = 0; i < 3; i++)
                Evaluation.AssertClose(beside[i], element.Gradient[i], 1e-3, $"seed {seed}, {element.Certificate}");
        }
    }

    [Fact]
    public void EverySelectionIsConservative()
    {
        Objective objective = Matrix(v => [v[0], v[1], v[1], v[2]], 3, a => a.LargestEigenvalue() - a.SmallestEigenvalue().Abs());
        foreach (TieSelection ties in (TieSelection[])[TieSelection.First, TieSelection.Last, TieSelection.EvenSplit])
        {
            ConservativityReport report = Conservativity.Check(objective, Box.Cube(3),
                new ConservativityOptions { Selections = Selections.PyTorch with { Eigenvalues = ties } }, TestContext.Current.CancellationToken);
            Assert.True(report.IsConservative, report.ToString());
        }
    }

    [Fact]
    public void EigenvectorsDiagonaliseTheMatrix()
    {
        Var<double> a = tape.Variable([2, 12, 12], LinearSystemTests.Random(288, 71)).SymmetricPart(), v = a.SymmetricEigenvectors();
        Var<double> diagonal = v.Transpose().MatMul(a).MatMul(v);
        LinearSystemTests.AssertClose(a.SymmetricEigenvalues().ToArray(), diagonal.Diagonal().ToArray(), 1e-13);
        LinearSystemTests.AssertClose(LinearSystemTests.Eye(a, 1).ToArray(), v.Transpose().MatMul(v).Select(0, 1).ToArray(), 1e-13);
        LinearSystemTests.AssertGradients(x => x[0].SymmetricPart().SymmetricEigenvectors().Exp().Sum(), [[5, 5]], 72);
    }

    [Fact]
    public void FunctionsOfAnInvariantSubspaceAreRightWhereItsEigenvaluesMeet()
    {
        // The projector onto the space of the eigenvalue 1, which is double, moves with the matrix although its eigenvectors jump.
        Var<double> a = tape.Variable([3, 3], [1, 0, 0, 0, 2, 0, 0, 0, 1]), v = a.SymmetricEigenvectors().Slice(-1, 0, 2);
        Var<double> weights = tape.Constant([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        ClarkeGradient<double> certified = tape.ClarkeGradient((v.MatMul(v.Transpose()) * weights).Sum());
        Assert.False(certified.Certificate.IsCertified);

        // P moves by −(P·Ȧ·e₁e₁ᵀ + e₁e₁ᵀ·Ȧ·P), so the gradient has minus the mean of the weights across.
        LinearSystemTests.AssertClose([0, -3, 0, -3, 0, -7, 0, -7, 0],
            tape.Backward((v.MatMul(v.Transpose()) * weights).Sum())[a].ToArray(), 1e-14);
    }

    [Fact]
    public void WhatIsNotSymmetricIsNamed()
    {
        LinearSystemTests.Contains(() => tape.Variable([2, 2], [1, 2, 3, 4]).SymmetricEigenvalues(), "not symmetric", "[2, 2]", "SymmetricPart");
        LinearSystemTests.Contains(() => tape.Variable([2, 3], new double[6]).LargestEigenvalue(), "square", "[2, 3]");
        LinearSystemTests.Contains(() => tape.Variable([2, 2], [1, 0, 0, 4]).SumOfLargestEigenvalues(3), "3 eigenvalues", "[2, 2]");
    }

    // A function of a matrix that is linear in some numbers.
    private static Objective Matrix(Func<Var<double>[], Var<double>[]> elements, int numbers, Func<Var<double>, Var<double>> function) =>
        Objective.OfTensors([[numbers]], v =>
        {
            Var<double>[] all = elements([.. Enumerable.Range(0, numbers).Select(i => v[0].Slice(0, i, 1))]);
            int n = (int)Math.Sqrt(all.Length);
            return function(Operations.Concatenate(0, all).Reshape(n, n));
        });
}
