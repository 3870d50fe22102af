using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>The projection onto the cone of positive semidefinite matrices, against the conditions that determine it and its known derivatives.</summary>
public sealed class PositiveSemidefiniteTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(12)]
    public void ItIsTheProjectionOntoTheCone(int n)
    {
        // Moreau: A = P + N with P above, N below, and both orthogonal.
        Var<double> a = tape.Variable([3, n, n], LinearSystemTests.Random(3 * n * n, (ulong)n)).SymmetricPart(), p = a.PositiveSemidefinitePart();
        Assert.Equal(p.ToArray(), p.Transpose().ToArray());
        Assert.All(p.SymmetricEigenvalues().ToArray(), value => Assert.True(value > -1e-13));
        Assert.All((a - p).SymmetricEigenvalues().ToArray(), value => Assert.True(value < 1e-13));
        Assert.All((p * (a - p)).Sum([1, 2]).ToArray(), value => Assert.Equal(0, value, 1e-13));
    }

    [Fact]
    public void WhatIsInsideStaysAndWhatIsBelowIsZero()
    {
        double[] inside = [2, 1, 0.3, 1, 2, 0.1, 0.3, 0.1, 5];
        Assert.Equal(inside, tape.Variable([3, 3], inside).PositiveSemidefinitePart().ToArray());
        Assert.Equal(new double[9], tape.Variable([3, 3], [.. inside.Select(value => -value)]).PositiveSemidefinitePart().ToArray());
        Assert.Equal([0, 0, 0, 4], tape.Variable([2, 2], [-1, 0, 0, 4]).PositiveSemidefinitePart().ToArray());
        Assert.All(tape.Variable([2, 2], [1, double.NaN, double.NaN, 1]).PositiveSemidefinitePart().ToArray(), value => Assert.True(double.IsNaN(value)));
        LinearSystemTests.Contains(() => tape.Variable([2, 2], [1, 2, 3, 4]).PositiveSemidefinitePart(), "not symmetric", "SymmetricPart");
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void LargeAndSmallMatricesKeepTheirDigits(double scale)
    {
        double[] elements = [1, 2, 2, 1];
        Var<double> a = tape.Variable([2, 2], [.. elements.Select(value => value * scale)]), p = a.PositiveSemidefinitePart();
        LinearSystemTests.AssertClose([1.5, 1.5, 1.5, 1.5], [.. p.ToArray().Select(value => value / scale)], 1e-12);

        // The eigenvalues 3 and −1: across them the quotient is 3/4.
        double[] gradient = tape.Backward(p.Select(0, 0).Select(0, 0))[a].ToArray();
        LinearSystemTests.AssertClose([0.625, 0.25, 0.25, -0.125], gradient, 1e-12);
    }

    [Theory]
    [InlineData(double.Epsilon)]
    [InlineData(1e308)]
    public void TheQuotientAcrossTheSignsIsAHalfAtAnySize(double size)
    {
        Var<double> a = tape.Variable([2, 2], [size, 0, 0, -size]);
        Assert.Equal([0, 0.5, 0.5, 0], tape.Backward(a.PositiveSemidefinitePart().Select(0, 0).Select(0, 1) * 2)[a].ToArray());
    }

    [Fact]
    public void EqualEigenvaluesOfOneSignAreNoKink()
    {
        // The eigenvalues 2, 2 and −1: smooth, with the quotient 2/3 across the signs.
        Objective objective = Objective.OfTensors([[3, 3]], v =>
            (v[0].SymmetricPart().PositiveSemidefinitePart() * v[0].Tape.Constant([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])).Sum());
        ClarkeElement element = Clarke.Gradient(objective, [2, 0, 0, 0, 2, 0, 0, 0, -1]);
        Assert.True(element.Certificate.IsDifferentiable, element.Certificate.ToString());
        LinearSystemTests.AssertClose([1, 3, 10.0 / 3, 3, 5, 14.0 / 3, 10.0 / 3, 14.0 / 3, 0], element.Gradient, 1e-14);
    }

    [Fact]
    public void WhereRoundingHidesTheSignNothingIsCertified()
    {
        Objective objective = Objective.OfTensors([[2, 2]], v => v[0].SymmetricPart().PositiveSemidefinitePart().Exp().Sum());
        Assert.False(Clarke.Gradient(objective, [1, 1, 1, 1]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(objective, [0.1, 0.3, 0.3, 0.9]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(objective, [1, 1, 1, 2]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(objective, [1, 0, 0, 0]).Certificate.IsCertified);

        // Eigenvalues ±10⁻¹² beside 1: so near to each other that their quotient has few digits; ±10⁻³ have them all.
        Assert.False(Clarke.Gradient(Turned(1e-12), [0]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Turned(1e-3), [0]).Certificate.IsCertified);

        static Objective Turned(double small) => Objective.OfTensors([[1]], v =>
        {
            Var<double> turn = v[0].Tape.Constant([3, 3], [1.0 / 3, -2.0 / 3, -2.0 / 3, -2.0 / 3, 1.0 / 3, -2.0 / 3, -2.0 / 3, -2.0 / 3, 1.0 / 3]);
            Var<double> diagonal = v[0].Tape.Constant([3, 3], [1, 0, 0, 0, small, 0, 0, 0, -small]);
            Var<double> moved = v[0].Tape.Constant([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
            return (turn.MatMul(diagonal).MatMul(turn) + (moved * v[0].Select(0, 0))).SymmetricPart().PositiveSemidefinitePart().Exp().Sum();
        });
    }

    [Fact]
    public void NoCertificateAtAnEigenvalueOfZeroIsFalse()
    {
        // Along the direction of the certificate, the gradient a small step beside the point is the certified one.
        int certified = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            double[] factors = Evaluation.Random(36, seed, 230), diagonal = [.. Evaluation.Random(4, seed, 231).Select(value => Math.Round(value))];
            Objective objective = Objective.OfTensors([[3]], v =>
            {
                Var<double> a = v[0].Tape.Constant([4, 4], [.. Enumerable.Range(0, 16).Select(i => i % 5 == 0 ? diagonal[i / 5] : 0)]);
                for (int k = 0; k < 3; k++)
                {
                    Var<double> part = v[0].Tape.Constant([4, 4], [.. Enumerable.Range(0, 16).Select(i => factors[(12 * k) + (i % 12)])]);
                    a += part.SymmetricPart() * v[0].Select(0, k);
                }

                Var<double> weights = v[0].Tape.Constant([4, 4], [.. Enumerable.Range(0, 16).Select(i => (double)((i * 7 % 11) - 4))]);
                return (a.PositiveSemidefinitePart() * weights).Sum();
            });
            double[] direction = Evaluation.Random(3, seed, 232);
            ClarkeElement element = Clarke.Gradient(objective, [0, 0, 0], direction);
            if (!element.Certificate.IsCertified)
                continue;
            certified++;
            double[] beside = objective.Gradient([.. direction.Select(d => 1e-7 * d)]).Gradient;
            for (int i = 0; i < 3; i++)
                Evaluation.AssertClose(beside[i], element.Gradient[i], 1e-3, $"seed {seed}, {element.Certificate}");
        }

        Assert.InRange(certified, 40, 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void EverySlopeBetweenZeroAndOneIsConservative(double slope)
    {
        Objective objective = Objective.OfTensors([[3]], v =>
        {
            Var<double> a = v[0].Tape.Constant([2, 2], new double[4]);
            double[][] basis = [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]];
            for (int k = 0; k < 3; k++)
                a += v[0].Tape.Constant([2, 2], basis[k]) * v[0].Select(0, k);
            return (a.PositiveSemidefinitePart() * v[0].Tape.Constant([2, 2], [1, -2, -2, 3])).Sum();
        });
        ConservativityReport report = Conservativity.Check(objective, Box.Cube(3),
            new ConservativityOptions { Selections = Selections.PyTorch with { ReluAtZero = slope } }, TestContext.Current.CancellationToken);
        Assert.True(report.IsConservative, report.ToString());
    }

    [Fact]
    public void GradientsOfFirstAndSecondOrderAreThoseOfDifferences() =>
        LinearSystemTests.AssertGradients(x => x[0].SymmetricPart().PositiveSemidefinitePart().Tanh().Sum(), [[2, 5, 5]], 31);
}
