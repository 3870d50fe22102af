using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Programs whose Clarke subdifferential is known.</summary>
public sealed class ClarkeGradientTests : IDisposable
{
    private readonly Tape<double> tape = new(null, Selections.PyTorch with { ReluAtZero = 99, AbsAtZero = 99, FirstOfPairWeight = 99 });

    public void Dispose() => tape.Dispose();

    [Fact]
    public void ProgramsThatAreDifferentiableGiveTheirDerivative()
    {
        // For every direction and any selections.
        for (ulong seed = 0; seed < 20; seed++)
        {
            Assert.Equal([1.0], Of(seed, [0], t => t.Relu() - (-t).Relu()));
            Assert.Equal([1.0], Of(seed, [0.7], t => t.Maximum(t)));
            Assert.Equal([0.0], Of(seed, [0], t => t - t + t.Scale(0).Relu()));
            Assert.Equal([1.0, 1], Of(seed, [1, 1], v => At(v, 0).Maximum(At(v, 1)) + At(v, 0).Minimum(At(v, 1))));
            Assert.Equal([0.0], Of(seed, [0], t => t.Relu().Relu() - t.Relu()));
            Assert.Equal([0.0], Of(seed, [0], t => t * t.Abs()));
            Assert.Equal([0.0], Of(seed, [0], t => t.Square().Relu()));
            Assert.Equal([6.0], Of(seed, [1, 1, 1], v => v.Sort().Sum() * 2.0).Select(value => value * 3).Distinct());
        }
    }

    [Fact]
    public void DirectionsReachEveryGeneratorAndNothingElse()
    {
        AssertReached([0], t => t.Relu(), [0], [1]);
        AssertReached([0], t => t.Relu() + (-t).Relu(), [-1], [1]);
        AssertReached([0], t => t.Relu().Relu(), [0], [1]);
        AssertReached([0, 0], v => At(v, 0).Maximum(At(v, 1)).Maximum(At(v, 0) + At(v, 1)), [1, 0], [0, 1], [1, 1]);
        AssertReached([0, 0], v => At(v, 0).Abs() - At(v, 1).Abs(), [1, 1], [1, -1], [-1, 1], [-1, -1]);
        AssertReached([2, 2], v => v.Max(), [1, 0], [0, 1]);
        AssertReached([1, 1, 1], v => v.Median(), [1, 0, 0], [0, 1, 0], [0, 0, 1]);
        AssertReached([1, 1, 1], v => (v.Sort() * tape.Constant([3], [1.0, 2, 3])).Sum(), [1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]);
        AssertReached([1, 1, 1], v => v.TopK(2).Sum(), [1, 1, 0], [1, 0, 1], [0, 1, 1]);
        AssertReached([2, -2, 1], v => v.NormInfinity(), [1, 0, 0], [0, -1, 0]);
    }

    [Fact]
    public void TheNormAtTheOriginGivesAUnitVector()
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            double[] gradient = Of(seed, [0, 0, 0], v => v.Norm2());
            Assert.Equal(1, Math.Sqrt(gradient.Sum(g => g * g)), 1e-12);
        }
    }

    [Fact]
    public void ANetworkWithEveryReluAtZeroGivesTheGradientJustBeside()
    {
        double[] weights = new double[24], last = new double[6];
        new Philox(4, 1).Normal<double>(weights, 0, 1);
        new Philox(4, 2).Normal<double>(last, 0, 1);
        Var<double> Network(Var<double> x) => (x.Linear(x.Tape.Constant([6, 4], weights)).Relu() * x.Tape.Constant([6], last)).Sum();
        for (ulong seed = 0; seed < 10; seed++)
        {
            double[] direction = new double[4];
            new Philox(seed, 3).Normal<double>(direction, 0, 1);
            tape.Reset();
            Var<double> x = tape.Variable([1, 4], new double[4]);
            tape.SetTangent(x, direction);
            ClarkeGradient<double> clarke = tape.ClarkeGradientAlongTangents(Network(x));
            double[] locked = clarke.Gradients[x].ToArray();
            Assert.Equal(6, clarke.Certificate.Kinks.Count);
            using Tape<double> other = new();
            Var<double> beside = other.Variable([1, 4], direction.Select(d => 1e-3 * d).ToArray());
            Assert.Equal(other.Backward(Network(beside))[beside].ToArray(), locked);
        }
    }

    [Fact]
    public void TheCertificateSaysWhatWasMet()
    {
        Var<double> x = tape.Variable([2], [0.0, 3]);
        Var<double> aside = x.Abs();
        ClarkeCertificate smooth = tape.ClarkeGradient(x.Square().Sum()).Certificate;
        Assert.True(smooth.IsDifferentiable);
        Assert.True(smooth.IsCertified);

        // A kink of a value that the output does not depend on is not a kink of the output.
        Assert.Equal(1, tape.Census().Count);
        ClarkeCertificate locked = tape.ClarkeGradient(aside.Sum(), seed: 5).Certificate;
        Assert.False(locked.IsDifferentiable);
        Assert.True(locked.IsCertified);
        Assert.Equal(5ul, locked.Seed);
        Assert.Equal("abs", Assert.Single(locked.Kinks.Operations).Operation.Name);
    }

    [Fact]
    public void ASquareRootAtZeroIsNotCertified()
    {
        ClarkeCertificate certificate = tape.ClarkeGradient(tape.Variable([2], [0.0, 4]).Sqrt().Sum()).Certificate;
        Assert.False(certificate.IsCertified);
        Assert.False(certificate.IsDifferentiable);
        Assert.Equal("sqrt", Assert.Single(certificate.NotLocallyLipschitz).Name);
        Assert.Contains("sqrt (node 1) has an infinite slope and is not locally Lipschitz at element 0", certificate.ToString(), StringComparison.Ordinal);
        Assert.True(tape.ClarkeGradient(tape.Variable([2], [1.0, 4]).Sqrt().Sum()).Certificate.IsDifferentiable);
    }

    [Fact]
    public void AJumpIsNotCertified()
    {
        ClarkeCertificate certificate = tape.ClarkeGradient(tape.Variable([1], [0.0]).Sign().Sum()).Certificate;
        Assert.False(certificate.IsCertified);
        Assert.Contains("sign (node 1) jumps", certificate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameSeedGivesTheSameGradient()
    {
        double[] first = Of(3, [0, 0, 0, 0], v => v.Abs().Sum());
        Assert.Equal(first, Of(3, [0, 0, 0, 0], v => v.Abs().Sum()));
        Assert.Contains(Enumerable.Range(4, 8), seed => !first.SequenceEqual(Of((ulong)seed, [0, 0, 0, 0], v => v.Abs().Sum())));
    }

    [Fact]
    public void WhatIsNoScalarOrHasNoDirectionIsRefused()
    {
        Var<double> x = tape.Variable([2], [0.0, 1]);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => tape.ClarkeGradient(x.Relu())).Message, StringComparison.Ordinal);
        Assert.Contains("SetTangent", Assert.Throws<InvalidOperationException>(() => tape.ClarkeGradientAlongTangents(x.Relu().Sum())).Message,
            StringComparison.Ordinal);
        Assert.Contains("nothing to differentiate", Assert.Throws<InvalidOperationException>(() => tape.ClarkeGradient(tape.Constant(1.0).Relu())).Message,
            StringComparison.Ordinal);
    }

    private static Var<double> At(Var<double> v, int index) => v.Slice(0, index, 1);

    private double[] Of(ulong seed, double[] point, Func<Var<double>, Var<double>> program)
    {
        tape.Reset();
        Var<double> x = tape.Variable([point.Length], point);
        return tape.ClarkeGradient(program(x), seed).Gradients[x].ToArray();
    }

    private void AssertReached(double[] point, Func<Var<double>, Var<double>> program, params double[][] generators)
    {
        HashSet<string> expected = [.. generators.Select(generator => string.Join(" ", generator))], found = [];
        for (ulong seed = 0; seed < 200; seed++)
            found.Add(string.Join(" ", Of(seed, point, program).Select(g => g + 0.0)));
        Assert.Equal(expected.Order(), found.Order());
    }
}
