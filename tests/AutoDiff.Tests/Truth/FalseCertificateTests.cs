using System.Numerics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Truth;

/// <summary>Programs whose certificates were once false, with the right answers.</summary>
public class FalseCertificateTests
{
    [Fact]
    public void GeneratorsAreToldApartAtEverySize()
    {
        foreach (double size in (double[])[1, 1e200, 1e-200])
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(Objective.OfTensor(x => (x.Sort() * x.Tape.Constant([2], [size, 0.0])).Sum()), [3, 3]);
            Assert.Equal(2, set.Generators.Count);
        }
    }

    [Fact]
    public void SignsAndMagnitudesThatJumpAreToldAsJumps()
    {
        foreach (double zero in (double[])[0, -0.0])
            Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.CopySign(1, x[0])), [zero]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.MaxMagnitude(x[0], x[1])), [1, -1]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.MinMagnitude(x[0], x[1])), [1, -1]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.CopySign(x[1], x[0])), [0, 0]).Certificate.IsCertified);
    }

    [Fact]
    public void SharesOfALogSumExpAddToOneHoweverLargeItsArgumentsAre()
    {
        foreach (double large in (double[])[0, 1e16, 1e160, -1e308])
            Assert.Equal([0.5, 0.5], Clarke.Gradient(Objective.OfTensor(x => x.LogSumExp()), [large, large]).Gradient);
    }

    [Fact]
    public void APowerKeepsItsParityWhereTheExponentIsLarge()
    {
        Assert.Equal([-1e160], Clarke.Gradient(Objective.OfTensor(x => x.Pow(1e160).Sum()), [-1]).Gradient);
        Assert.Equal([-1e160], Clarke.Gradient(Objective.OfTensor(x => x.Power(x.Tape.Constant([1], [1e160])).Sum()), [-1]).Gradient);
        Assert.Equal([-1e160], Clarke.Gradient(Objective.OfScalars(x => Active.Pow(x[0], 1e160)), [-1]).Gradient);
    }

    [Fact]
    public void NothingIsCertifiedOverASlopeThatUnderflows()
    {
        Assert.Contains("may be rounded to 0", Clarke.Gradient(Objective.OfTensor(x => x.DivideInto(-1.21).Sqrt().Sum()), [-1e200]).Certificate.ToString(),
            StringComparison.Ordinal);
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => x.Reciprocal().Cbrt().Sum()), [1e160]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => (x.Tape.Constant([1], [1.0]) / x).Cbrt().Sum()), [1e160]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.Sqrt(1.21 / x[0])), [1e200]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Objective.OfTensor(x => x.Reciprocal().Cbrt().Sum()), [1e100]).Certificate.IsCertified);
    }

    [Fact]
    public void TheSideNotTakenDoesNotSpoilTheCertificate()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [0.0]);
        Var<double> chosen = Operations.Where([false], x.Log(), x * 2.0).Sum();
        ClarkeCertificate certificate = tape.ClarkeGradient(chosen).Certificate;
        Assert.DoesNotContain(certificate.Obstacles, obstacle => obstacle.Kind != ObstacleKind.GradientNotFinite);
        Var<double> taken = Operations.Where([true], x.Log(), x * 2.0).Sum();
        Obstacle pole = Assert.Single(tape.ClarkeGradient(taken).Certificate.Obstacles);
        Assert.Equal(("log", ObstacleKind.InfiniteValue, 0.0), (pole.Operation.Name, pole.Kind, pole.Argument));
    }

    [Fact]
    public void DroppedElementsDoNotSpoilTheCertificate()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [0.0, 1, 4]);
        ClarkeGradient<double> result = tape.ClarkeGradient(x.Sqrt().Slice(0, 1, 2).Sum());
        Assert.DoesNotContain(result.Certificate.Obstacles, obstacle => obstacle.Kind != ObstacleKind.GradientNotFinite);
        Assert.False(tape.ClarkeGradient(x.Sqrt().Slice(0, 0, 2).Sum()).Certificate.IsCertified);
    }

    public static TheoryData<string, double[]> Singular => new()
    {
        { "x / 0", [2, 0] },
        { "log", [0, 1] },
        { "log", [-1, 1] },
        { "power", [0, 0] },
        { "power", [0, 2] },
        { "power", [-2, 2] },
        { "y·√|x|", [0, 0] },
        { "√(x·x)", [0, 1] },
        { "√(x·x)", [2e-162, 1] },
        { "tanh(exp)", [1000, 1] },
        { "1/exp", [710, 1] },
        { "x^1.5", [0, 1] },
        { "log1p", [-1, 1] },
        { "asin", [1, 1] },
        { "acos", [-1, 1] },
        { "atan2", [0, -1] },
        { "atan2", [0, 0] },
        { "floor", [3, 1] },
        { "cbrt", [0, 1] },
    };

    [Theory]
    [MemberData(nameof(Singular))]
    public void NothingIsCertifiedAtAnEdgeOrAPole(string name, double[] point)
    {
        foreach (Objective objective in Spellings(name))
        {
            ClarkeElement element = Clarke.Gradient(objective, point);
            Assert.False(element.Certificate.IsCertified, $"{name}: {element.Certificate}");
            Assert.NotEmpty(element.Certificate.Obstacles);
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, point);
            Assert.False(set.IsExact);
            Assert.Null(set.IsStationary());
            Assert.StartsWith("nothing is known of it: not certified", set.ToString(), StringComparison.Ordinal);
            Assert.False(Clarke.LexicographicGradient(objective, point).Certificate.IsCertified);
            Assert.False(objective.HessianProduct(point, [1, 0]).IsTwiceDifferentiable);
            Assert.Equal(GradientVerdict.NotFinite, GradientCheck.At(objective, point).Verdict);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void APointThatIsNotFiniteIsRefused(double bad)
    {
        foreach (Objective objective in (Objective[])[Objective.OfScalars(x => Active.Abs(x[1])), Objective.OfTensor(v => v.Abs().Sum())])
        {
            double[] point = [1, bad];
            Assert.Contains("Coordinate 1", Assert.Throws<ArgumentException>(() => Clarke.Gradient(objective, point)).Message, StringComparison.Ordinal);
            Assert.Contains("Coordinate 1", Assert.Throws<ArgumentException>(() => Clarke.Subdifferential(objective, point)).Message, StringComparison.Ordinal);
            Assert.Contains("Coordinate 1", Assert.Throws<ArgumentException>(() => Clarke.LexicographicGradient(objective, point)).Message,
                StringComparison.Ordinal);
            Assert.Contains("Coordinate 1", Assert.Throws<ArgumentException>(() => Clarke.Goldstein(objective, point, 0.1)).Message, StringComparison.Ordinal);
            Assert.Contains("Coordinate 1", Assert.Throws<ArgumentException>(() => BackpropagationSet.Of(objective, point)).Message, StringComparison.Ordinal);
        }

        using Tape<float> tape = new();
        Var<float> leaf = tape.Variable([2], [1, (float)bad]);
        Obstacle obstacle = Assert.Single(tape.ClarkeGradient(leaf.Relu().Tanh().Sum()).Certificate.Obstacles, o => o.Kind == ObstacleKind.VariableNotFinite);
        Assert.Equal([1], obstacle.Positions);
    }

    [Fact]
    public void WholeNumbersAreNotedAndDecided()
    {
        Objective identity = Objective.OfScalars(x => Active.IsInteger(x[0]) ? Active.Zero : x[0]);
        ClarkeElement element = Clarke.Gradient(identity, [0]);
        Assert.True(element.Certificate.IsCertified, element.Certificate.ToString());
        Assert.Equal(1.0, Assert.Single(element.Gradient));
        Assert.Equal(1.0, Assert.Single(Assert.Single(Clarke.Subdifferential(identity, [0]).Generators)));

        // The value at an integer is different.
        Assert.NotNull(Clarke.Gradient(identity, [2]).Certificate.Jump);
        foreach (Func<Active, bool> asks in (Func<Active, bool>[])[Active.IsInteger, Active.IsEvenInteger, x => !Active.IsOddInteger(x - 1.0),
            x => int.CreateTruncating(x + 1.0) == 1, x => Active.ILogB(x + 1.0) == 0])
            Assert.False(Clarke.Gradient(Objective.OfScalars(x => asks(x[0]) ? Active.Zero : Active.One), [0]).Certificate.IsCertified);
        foreach (Func<Active, bool> asks in (Func<Active, bool>[])[Active.IsNormal, Active.IsSubnormal, x => x.GetHashCode() == 0, x => x.Equals(Active.Zero),
            Active.IsZero])
            Assert.False(Clarke.Gradient(Objective.OfScalars(x => asks(x[0]) ? x[0] : 1.0 + x[0]), [0]).Certificate.IsCertified);
    }

    [Fact]
    public void ABranchOnSquaresThatJumpsIsNotCertified()
    {
        Objective[] jumping =
        [
            Objective.OfScalars(x => x[0] * x[0] > 0.0 ? x[0] + 1.0 : x[0]),
            Objective.OfScalars(x => x[0] * x[0] > x[1] * x[1] ? Active.One : x[0] * 0.0),
            Objective.OfScalars(x => x[0] * x[0] * x[0] > 0.0 ? Active.One : x[0] * 0.0),
            Objective.OfScalars(x => x[0] > 0.0 && x[1] > 0.0 ? Active.One : x[0] * 0.0),
            Objective.OfScalars(x => x[0] > 0.0 ? Active.Sqrt(x[0]) : x[0] * 0.0),
            Objective.OfScalars(x => (x[0] > 0.0 ? 1.0 : 0.0) * (x[1] > 0.0 ? 1.0 : 0.0) + (0.0 * x[0])),
            Objective.OfTensor(v => Operations.Where(v.IsGreater(v.Tape.Constant([2], [0.0, 0])), v + 1.0, v).Sum()),
        ];
        foreach (Objective objective in jumping)
        {
            for (ulong seed = 0; seed < 6; seed++)
                Assert.False(Clarke.Gradient(objective, [0, 0], seed).Certificate.IsCertified);
            Assert.Null(Clarke.Subdifferential(objective, [0, 0]).IsStationary());
        }
    }

    [Fact]
    public void AbsoluteValuesByBranchesAreStillCertified()
    {
        foreach (int n in (int[])[1, 3, 5])
        {
            Objective sum = Objective.OfScalars(x => x.Aggregate(Active.Zero, (total, value) => total + (value < 0.0 ? -value : value)));
            ClarkeElement element = Clarke.Gradient(sum, new double[n]);
            Assert.True(element.Certificate.IsCertified, element.Certificate.ToString());
            Assert.All(element.Gradient, slope => Assert.Equal(1, Math.Abs(slope)));
        }
    }

    [Fact]
    public void ALexicographicGradientOfANormIsItsFirstDirection()
    {
        foreach (Objective norm in (Objective[])[Objective.OfScalars(x => Active.Hypot(x[0], x[1])), Objective.OfTensor(v => v.Norm2()),
            Objective.OfTensor(v => v.Reshape([1, 2]).Norm2(1).Sum())])
        {
            Assert.Equal([1.0, 0], Clarke.LexicographicGradient(norm, [0, 0], [1, 0], [0, 1]).Gradient);
            Assert.Equal([0.0, 1], Clarke.LexicographicGradient(norm, [0, 0], [0, 1], [1, 0]).Gradient);
            Assert.True(Clarke.LexicographicGradient(norm, [0, 0]).Certificate.IsCertified);
        }

        // A direction that runs along a kink decides nothing there.
        Objective maximum = Objective.OfTensor(v => v.Max());
        Assert.Equal(1, Clarke.Gradient(maximum, [0, 0], [1.0, 1]).Certificate.UndecidedKinks);
    }

    [Theory]
    [InlineData(3e200, 4e200)]
    [InlineData(3e-200, 4e-200)]
    [InlineData(3, 4)]
    public void ANormDoesNotLeaveItsRange(double x, double y)
    {
        foreach (Objective norm in (Objective[])[Objective.OfScalars(v => Active.Hypot(v[0], v[1])), Objective.OfTensor(v => v.Norm2()),
            Objective.OfTensor(v => v.Reshape([1, 2]).Norm2(1).Sum())])
        {
            ClarkeElement element = Clarke.Gradient(norm, [x, y]);
            Assert.True(element.Certificate.IsDifferentiable, element.Certificate.ToString());
            Assert.Equal(1, element.Value / (5 * (x / 3)), 1e-15);
            Assert.Equal([0.6, 0.8], element.Gradient.Select(slope => Math.Round(slope, 14)));
        }

        using Tape<float> tape = new();
        float scale = x > 1e100 ? 1e20f : x < 1e-100 ? 1e-25f : 1;
        Var<float> leaf = tape.Variable([2, 2], [3 * scale, 4 * scale, 0, 1]);
        Var<float> norms = leaf.Norm2(1);
        Assert.Equal(1, norms.ToArray()[0] / (5 * scale), 1e-6f);
        float[] gradient = tape.ClarkeGradient(norms.Sum()).Gradients[leaf].ToArray();
        Assert.Equal(0.6f, gradient[0], 1e-6f);
        Assert.Equal(0.8f, gradient[1], 1e-6f);
    }

    [Fact]
    public void APartOfASetIsNotTheSet()
    {
        foreach (Objective sum in (Objective[])[Objective.OfScalars(x => x.Aggregate(Active.Zero, (total, value) => total + Active.Abs(value))),
            Objective.OfTensor(v => v.Abs().Sum())])
        {
            ClarkeSubdifferential part = Clarke.Subdifferential(sum, new double[14], budget: 64, method: SetMethod.Pieces);
            Assert.False(part.IsExact);
            Assert.Null(part.IsStationary());
            Assert.Equal(0, part.Distance.Lower);
            Assert.True(part.Distance.Upper > 1);
            Assert.Null(part.Contains(new double[14]));
            Assert.NotEqual(true, part.FrechetContains(new double[14]));
            Assert.NotEqual(false, part.FrechetContains(new double[14]));
            Assert.Null(part.SteepestDescentDirection);
            Assert.Equal(double.PositiveInfinity, part.DirectionalDerivative([.. Enumerable.Repeat(1.0, 14)]).Upper);
            Assert.Null(ArtificialCriticality.Of(sum, new double[14], budget: 64).IsArtificial is true ? (bool?)true : null);
            Assert.Contains("budget", part.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ManyTiesEndAndSayThatTheyAreAPart()
    {
        ClarkeSubdifferential set = Clarke.Subdifferential(Objective.OfTensor(v => v.Max()), [.. Enumerable.Repeat(1.0, 300)], method: SetMethod.Pieces);
        Assert.False(set.IsExact);
        Assert.NotEqual(true, set.IsStationary());
        Assert.Contains("budget", set.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BranchesAreNotCertifiedTame()
    {
        Objective step = Objective.OfScalars(x => (0.5 * x[0] * x[0]) + (x[0] > 0.0 ? 1.0 : 0.0));
        Objective count = Objective.OfScalars(x => x.Aggregate(Active.Zero, (total, value) => value != 0.0 ? total + 1.0 : total));
        TameCertificate beside = Tame.Certify(step, [1]), at = Tame.Certify(step, [0]);
        Assert.Null(beside.IsContinuous);
        Assert.Null(beside.IsLocallyLipschitz);
        Assert.Null(beside.IsPathDifferentiable);
        Assert.Contains("continuity unknown", beside.ToString(), StringComparison.Ordinal);
        Assert.False(at.IsContinuous);
        Assert.Contains("jumps by", at.ToString(), StringComparison.Ordinal);
        Assert.False(Tame.Certify(count, [0, 0]).IsPathDifferentiable);
        Assert.Null(Tame.Certify(count, [1, 2]).IsPathDifferentiable);
    }

    [Fact]
    public void CountingNonzerosIsNotConservative()
    {
        Objective count = Objective.OfScalars(x => x.Aggregate(x[0] * 0.0, (total, value) => value != 0.0 ? total + 1.0 : total));
        ConservativityReport report = Conservativity.Check(count, Box.Cube(3), cancellation: TestContext.Current.CancellationToken);
        Assert.False(report.IsConservative);
        Assert.Contains(report.Failures, failure => failure.Jump is not null);
    }

    [Fact]
    public void PowersAreWhatTheirExponentsSay()
    {
        foreach ((double exponent, TameClass expected, bool isLipschitz) in ((double, TameClass, bool)[])[(2, TameClass.Polynomial, true),
            (1.5, TameClass.SemiAlgebraic, true), (0.5, TameClass.SemiAlgebraic, false), (-1, TameClass.SemiAlgebraic, true)])
        {
            foreach (Objective objective in (Objective[])[Objective.OfTensor(v => v.Pow(exponent).Sum()), Objective.OfScalars(x => Active.Pow(x[0], exponent))])
            {
                TameCertificate certificate = Tame.Certify(objective, [2]);
                Assert.Equal(expected, certificate.Class);
                Assert.Equal(isLipschitz, certificate.IsLocallyLipschitz);
            }
        }

        Assert.True(Clarke.Gradient(Objective.OfTensor(v => v.Pow(2).Sum()), [0]).Certificate.IsDifferentiable);
    }

    [Fact]
    public void RoundingKeepsWhereItCameFrom()
    {
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.Round(Active.Floor(x[0]), 2)), [0]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.Truncate(0.5 * Active.Sign(x[0]) + (0.0 * Active.Floor(x[0])))),
            [0]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => x[0] - ((Active)int.CreateSaturating(x[1]) * x[1])), [1e16, 20]).Certificate.IsCertified);
        Assert.Equal(2, Clarke.Subdifferential(Objective.OfScalars(x => 1e-13 * Active.Abs(x[0])), [0]).Generators.Count);
        Assert.Throws<ArgumentException>(() => Active.Clamp(0, 1, 0));
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.Clamp(0, x[1], x[0])), [0.001, 0.001]).Certificate.IsCertified);
    }

    [Fact]
    public void AKinkThatHangsOnAValueBelowTheSmallestNumbersIsToldAsSuch()
    {
        Refused(Objective.OfTensor(x => x.GeluTanh().Norm1()), [-double.Epsilon]);
        Refused(Objective.OfTensor(x => 1e308 * (x * x).Abs().Sum()), [1e-200]);
        Refused(Objective.OfTensor(x => x.Exp().Relu().Sum()), [-1000]);
        Refused(Objective.OfTensor(x => x.Reshape(1, 2).MatMul(x.Reshape(2, 1)).Abs().Sum()), [1e-200, 1e-200]);
        Refused(Objective.OfTensor(x => x.Square().Reshape([]) > 0 ? x.Sum() : -x.Sum()), [1e-200]);
        Refused(Objective.OfScalars(x => Active.Abs(x[0] * x[0])), [1e-200]);
        Refused(Objective.OfScalars(x => Active.Max(Active.Exp(x[0]), 0)), [-1000]);
        Refused(Objective.OfScalars(x => x[0] * x[1] > 0 ? x[0] : 0), [1e-200, 1e-200]);

        // Without a kink, with a kink elsewhere, and where nothing was lost.
        Granted(Objective.OfTensor(x => (x * x).Sum()), [1e-200]);
        Granted(Objective.OfTensor(x => (x.Slice(0, 0, 1).Square() + x.Slice(0, 1, 1).Abs()).Sum()), [1e-200, 0]);
        Granted(Objective.OfTensor(x => (x.Slice(0, 0, 1) - x.Slice(0, 1, 1)).Abs().Sum()), [double.Epsilon, double.Epsilon]);
        Granted(Objective.OfTensor(x => x.Relu().Square().Relu().Sum()), [-1e-200]);
        Granted(Objective.OfTensor(x => x.MatMul(x.Tape.Constant([2, 1], [1.0, -1])).Abs().Sum()), [1, 1]);
        Granted(Objective.OfScalars(x => (x[0] * x[0]) + Active.Abs(x[1])), [1e-200, 0]);
        Granted(Objective.OfScalars(x => Active.Abs(x[0] - x[1])), [1e-310, 1e-310]);

        static void Refused(Objective objective, double[] point) =>
            Assert.Contains(Clarke.Gradient(objective, point).Certificate.Obstacles, obstacle => obstacle.Kind == ObstacleKind.ValueUnderflows);

        static void Granted(Objective objective, double[] point) => Assert.True(Clarke.Gradient(objective, point).Certificate.IsCertified);
    }

    // One number at a kink has underflowed; the others at kinks are 0 exactly.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void AnUnderflowIsSeenHoweverManyZerosStandBesideIt(int zeros)
    {
        double[] factors = [.. Enumerable.Repeat(1.0, zeros), 1e-200], point = [.. new double[zeros], 1e-200], ordinary = [.. new double[zeros], 1];
        Objective objective = Objective.OfTensor(x => (x * x.Tape.Constant([factors.Length], factors)).Relu().Sum());
        ClarkeCertificate refused = Clarke.Gradient(objective, point).Certificate;
        Assert.Contains(refused.Obstacles, obstacle => obstacle.Kind == ObstacleKind.ValueUnderflows);
        Assert.True(Clarke.Gradient(objective, ordinary).Certificate.IsCertified);

        // Where no kink depends on it, it does not matter.
        Objective beside = Objective.OfTensor(x => x.Relu().Sum() + (x * x.Tape.Constant([factors.Length], factors)).Sum());
        Assert.True(Clarke.Gradient(beside, point).Certificate.IsCertified);
    }

    [Fact]
    public void AProgramThatThrowsBesideThePointIsRefused()
    {
        Objective bounded = Objective.OfScalars(x => x[0] >= 0 ? x[0] : throw new ArgumentException("below 0"));
        ClarkeCertificate certificate = Clarke.Gradient(bounded, [0], [-1.0]).Certificate;
        Assert.Contains("throws beside the point (ArgumentException: below 0)", certificate.ToString(), StringComparison.Ordinal);
        Assert.False(Clarke.Subdifferential(bounded, [0]).Certificate.IsCertified);
        Assert.False(Clarke.LexicographicGradient(bounded, [0], [-1.0]).Certificate.IsCertified);
        Assert.Throws<InvalidOperationException>(() => Clarke.DirectionalDerivative(bounded, [0], [-1.0]));
        Assert.Throws<ArgumentException>(() => Clarke.Gradient(bounded, [-1]));
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => Active.Clamp(0, x[0], x[1])), [0.71, 0.71]).Certificate.IsCertified);
    }

    [Fact]
    public void ANumberEqualsItselfOnlyInItsDomain()
    {
        foreach (Objective objective in (Objective[])[
            Objective.OfScalars(x => Active.AcosPi(x[0]) is var y && IsAtMost(y, y) ? x[0] : 1),
            Objective.OfScalars(x => Active.Atanh(x[0]) is var y && y.Equals(y) ? x[0] : 1),
            Objective.OfScalars(x => Active.Log(x[0] - 1) is var y && y.CompareTo(y) == 0 ? x[0] : 1)])
            Assert.False(Clarke.Gradient(objective, [1]).Certificate.IsCertified);

        static bool IsAtMost(Active x, Active y) => x <= y;
    }

    [Fact]
    public void ABranchOfATapeIsSeenFromOneSide()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [2.0]);
        tape.SetTangent(x, [1.0]);
        Var<double> y = x <= 2 ? x * 0.0 : x.Square();
        ClarkeCertificate certificate = tape.ClarkeGradientAlongTangents(y).Certificate;
        Assert.Equal((false, 1), (certificate.IsCertified, certificate.ComparisonsSeenFromOneSide));
        Assert.Contains("Clarke.Gradient", certificate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RootsOfNegativeOrderKeepTheirDigitsAtEverySize()
    {
        foreach (double x in (double[])[1e200, 1e154, 1e-200, -1e308, 3])
            Assert.Equal(double.RootN(x, -3), Clarke.Gradient(Objective.OfTensor(v => v.RootN(-3).Sum()), [x]).Value, Math.Abs(double.RootN(x, -3)) * 1e-12);
        Assert.Equal(1e-200, Clarke.Gradient(Objective.OfTensor(v => v.RootN(-1).Sum()), [1e200]).Value, 1e-214);
    }

    [Fact]
    public void AVarianceThatOverflowsIsTold()
    {
        Func<Var<double>, Var<double>>[] normalisations =
        [
            x => x.LayerNorm(),
            x => x.LayerNorm(x.Tape.Constant([3], [1.0, 1, 1]), x.Tape.Constant([3], [0.0, 0, 0])),
        ];
        foreach (Func<Var<double>, Var<double>> normalise in normalisations)
        {
            Objective objective = Objective.OfTensor(x => (normalise(x) * x.Tape.Constant([3], [1.0, 2, 3])).Sum());
            Assert.Contains(Clarke.Gradient(objective, [1e200, 0, 0]).Certificate.Obstacles, obstacle => obstacle.Kind == ObstacleKind.Overflows);
            Assert.True(Clarke.Gradient(objective, [1e100, 0, 0]).Certificate.IsCertified);
        }
    }

    [Fact]
    public void AnInfiniteWeightOfALayerWithGatesIsTold()
    {
        using Tape<float> tape = new();
        Var<float> bias = tape.Variable([4], [1f, 1, 1, 1]), weight = tape.Constant([4, 1], [float.PositiveInfinity, 1, 1, 1]);
        Var<float> loss = tape.Constant([2, 1, 4], new float[8]).Lstm(weight, bias).Sum();
        Assert.False(tape.ClarkeGradient(loss).Certificate.IsCertified);
    }

    [Fact]
    public void FarOutAComparisonIsNotSeenApart()
    {
        Objective digits = Objective.OfScalars(x => Active.ILogB(Active.CosPi(x[0])));
        Assert.False(Clarke.Gradient(digits, [-1e16]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => x.Power(x).Atan().Sum()), [100]).Certificate.IsCertified);
    }

    [Fact]
    public void APieceThatHidesBetweenOthersIsNotDenied()
    {
        // 1 where 0 < y < x², and 0 elsewhere: a jump onto which no direction leads.
        foreach (Func<Active, Active, Active> inside in (Func<Active, Active, Active>[])[(_, _) => 1, (_, y) => y])
        {
            Objective thin = Objective.OfScalars(x => x[1] > 0 && x[1] < x[0] * x[0] ? inside(x[0], x[1]) : 0);
            Assert.True(Clarke.Gradient(thin, [0, 0]).Certificate.MayHidePieces);
            Assert.False(Clarke.Subdifferential(thin, [0, 0]).Certificate.IsCertified);
            Assert.False(Clarke.LexicographicGradient(thin, [0, 0]).Certificate.IsCertified);
        }

        // The same written with a choice instead of a branch.
        Objective chosen = Objective.OfTensor(v =>
        {
            Var<double> x = v.Slice(0, 0, 1), y = v.Slice(0, 1, 1), none = x * 0.0;
            return Operations.ChooseWhereGreater(y, none, Operations.ChooseWhereGreater(x.Square(), y, y, none), none).Sum();
        });
        Assert.False(Clarke.Gradient(chosen, [0, 0]).Certificate.IsCertified);

        // max(0, min(y, x² − y)) has the gradients (0, 1) and (0, −1) there.
        Objective bump = Objective.OfTensor(v => v.Slice(0, 1, 1).Minimum(v.Slice(0, 0, 1).Square() - v.Slice(0, 1, 1)).Relu().Sum());
        ClarkeSubdifferential set = Clarke.Subdifferential(bump, [0, 0]);
        Assert.Equal((true, true, false), (set.Certificate.IsCertified, set.MayHidePieces, set.IsExact));
        Assert.Null(set.Contains([0, 1]));
        Assert.Null(set.IsDifferentiable);

        // For convex, polyhedral or transversal kinks, the cells are complete.
        Assert.True(Clarke.Subdifferential(Objective.OfTensor(v => v.Square().Max()), [0, 0]).IsExact);
        Assert.True(Clarke.Subdifferential(Objective.OfTensor(v => (v.Relu() - (-v).Relu()).Sum()), [0, 0]).IsExact);
        Assert.True(Clarke.Subdifferential(Objective.OfTensor(v => v.Sin().Abs().Sum()), [0, 0]).IsExact);
        Assert.True(Clarke.Subdifferential(Objective.OfScalars(x => x[1] > x[0] * x[0] ? x[1] - (x[0] * x[0]) : 0), [0, 0]).IsExact);
        Assert.True(Clarke.Subdifferential(Objective.OfScalars(x => Active.Max(Active.Max(x[0], x[1]), Active.Max(x[2], 2 * x[0]))), [0, 0, 0]).IsExact);
    }

    [Fact]
    public void BranchesThatComeApartBesideThePointAreTorn()
    {
        foreach (Objective torn in (Objective[])[
            Objective.OfScalars(x => x[1] > 0 ? x[0] : 0),
            Objective.OfScalars(x => x[0] > 0 && x[1] > x[0] ? x[0] : 0),
            Objective.OfScalars(x => x[0] * int.CreateTruncating(x[1] + 1)),
            Objective.OfScalars(x => x[1] > 0 ? x[0] * x[0] : 0),
            Objective.OfScalars(x => x[1] > 0 ? 10 + (x[0] * x[0] * x[0]) : 10),
            Objective.OfScalars(x => x[1] > x[0] * x[0] ? x[1] : 0),
            Objective.OfScalars(x => x[0] > 0 && x[1] > 0 ? (x[0] * x[1]) + (x[0] * x[0]) : 0),
            Objective.OfTensor(x => x.Slice(0, 1, 1).ChooseWhereGreater(x.Slice(0, 0, 1).Square(), x.Slice(0, 1, 1), x.Slice(0, 0, 1) * 0.0).Sum()),
            Objective.OfTensor(x => Operations.ChooseWhereGreater(x.Slice(0, 1, 1), x.Slice(0, 1, 1) * 0.0, x.Slice(0, 0, 1), x.Slice(0, 0, 1) * 0.0).Sum())])
        {
            Assert.False(Clarke.Gradient(torn, [0, 0]).Certificate.IsCertified);
            Assert.False(Clarke.LexicographicGradient(torn, [0, 0]).Certificate.IsCertified);
            Assert.True(Clarke.Subdifferential(torn, [0, 0]).Certificate.IsTorn);
        }

        ClarkeSubdifferential fold = Clarke.Subdifferential(Objective.OfScalars(x => x[1] > 0 ? x[0] + x[1] : x[0]), [0, 0]);
        Assert.Equal((true, 2), (fold.IsExact, fold.Generators.Count));
        foreach (Objective whole in (Objective[])[
            Objective.OfScalars(x => x[1] > 0 ? x[0] * x[1] : 0),
            Objective.OfScalars(x => x[1] > x[0] * x[0] ? (3 * x[1]) - (2 * x[0] * x[0]) : x[1]),
            Objective.OfScalars(x => x[0] > 0 && x[1] > 0 ? x[0] * x[1] : 0),
            Objective.OfScalars(x => x[1] > 0 ? 1e8 + (x[0] * x[1]) : 1e8)])
        {
            Assert.True(Clarke.Gradient(whole, [0, 0]).Certificate.IsCertified);
        }
    }

    // Their slopes are below the smallest numbers, and what multiplies them is not.
    [Fact]
    public void SlopesThatUnderflowAreRefused()
    {
        foreach (Objective tiny in (Objective[])[
            Objective.OfTensor(x => x.Exp2().RootN(-3).Sum()),
            Objective.OfScalars(x => Active.RootN(Active.Exp2(x[0]), -3)),
            Objective.OfTensor(x => x.Exp2().Pow(-0.5).Sum()),
            Objective.OfTensor(x => x.Exp2().Atan2(x.Tape.Constant([1], [3.0])).Sum()),
            Objective.OfTensor(x => x.Tape.Constant([1], [3.0]).Atan2(x.Exp2()).Sum())])
        {
            ClarkeCertificate certificate = Clarke.Gradient(tiny, [1000]).Certificate;
            Assert.False(certificate.IsCertified);
            Assert.Contains(certificate.Obstacles, obstacle => obstacle.Kind == ObstacleKind.SlopeUnderflows);
            Assert.True(Clarke.Gradient(tiny, [10]).Certificate.IsCertified);
        }

        using Tape<float> tape = new();
        Var<float> far = tape.Variable([1], [-1e16f]);
        Assert.False(tape.ClarkeGradient(far.Atan2(far * far).Sum()).Certificate.IsCertified);
    }

    // acos has no finite slope at −1, and rounding compares its value.
    [Fact]
    public void AComparisonOfAnInfiniteSlopeIsRefused()
    {
        Objective rounds = Objective.OfScalars(x =>
        {
            _ = Active.Round(Active.AcosPi(x[0]), MidpointRounding.ToZero);
            return 1;
        });
        Assert.False(Clarke.Gradient(rounds, [-1]).Certificate.IsCertified);
        Assert.False(Clarke.LexicographicGradient(rounds, [-1]).Certificate.IsCertified);
        Assert.False(Clarke.Subdifferential(rounds, [-1]).Certificate.IsCertified);
    }

    // A tape has run one side. y > 0 ? x : 0 jumps beside the origin, y > 0 ? x + y : x does not.
    [Fact]
    public void ATapeDoesNotCertifyAChoiceSeenFromOneSide()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0, 1]), y = tape.Variable([2], [0, 1]), none = y * 0.0;
        ClarkeCertificate torn = tape.ClarkeGradient(y.ChooseWhereGreater(none, x, none).Sum()).Certificate;
        Assert.Equal((false, 1), (torn.IsCertified, torn.ComparisonsSeenFromOneSide));
        Assert.Contains("1 comparison of equal numbers followed one side only", torn.ToString(), StringComparison.Ordinal);
        Assert.False(tape.ClarkeGradient(y.ChooseWhereGreater(none, x + y, x).Sum()).Certificate.IsCertified);
        Assert.True(tape.ClarkeGradient(y.ChooseWhereGreater(none, x + y, x).Slice(0, 1, 1).Sum()).Certificate.IsCertified);
        tape.SetTangent(y, [1, 1]);
        Assert.False(tape.ClarkeGradientAlongTangents(y.ChooseWhereGreater(none, x, none).Sum()).Certificate.IsCertified);
    }

    [Fact]
    public void AZeroAmongTheInputsIsNoExcuse()
    {
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => x.Softmax().Relu().Slice(0, 1, 1).Sum()), [0, -1000]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => x.Reshape(1, 2).MatMul(x.Tape.Constant([2, 1], [0.0, 1e-200])).Abs().Sum()),
            [1, 1e-200]).Certificate.IsCertified);
        Assert.True(Clarke.Subdifferential(Objective.OfTensor(x => x.Sort().Abs().Sum()), [0, 1e-200]).IsExact);
    }

    [Fact]
    public void AComparisonDecidedInThirdOrderIsUndecided()
    {
        Objective cubic = Objective.OfScalars(x => x[0] * x[0] * x[0] > 0 ? x[0] : -x[0]);
        Assert.False(Clarke.Subdifferential(cubic, [0]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(cubic, [0]).Certificate.IsCertified);
    }

    [Fact]
    public void WhatUnderflowsBesideAPointIsNotSeenThere()
    {
        // The sign jumps at 0; the powers beside it are 0 in the program's arithmetic alone.
        foreach (int power in (ReadOnlySpan<int>)[2, 100, 100_000])
        {
            Objective sign = Objective.OfScalars(x => 4 * Active.Sign(Active.Pow(x[0], power)));
            Assert.False(Clarke.Gradient(sign, [-0.0]).Certificate.IsCertified, $"power {power}");
            Assert.False(Clarke.Subdifferential(sign, [0]).Certificate.IsCertified, $"power {power}");
            Objective branch = Objective.OfScalars(x => Active.Pow(x[0], power) > 0 ? x[0] : 2 * x[0]);
            Assert.False(Clarke.Gradient(branch, [0]).Certificate.IsCertified, $"power {power}");
            Assert.Throws<InvalidOperationException>(() => Clarke.DirectionalDerivative(sign, [0], [1]));
        }
    }

    [Fact]
    public void AnAnomalyNamesTheLeafThatWasGiven()
    {
        using Tape<double> tape = new() { DetectAnomalies = true };
        Var<double> x = tape.Variable([1], [double.NaN]);
        Assert.Contains("variable at node 0", Assert.Throws<ArithmeticException>(() => x.Square()).Message, StringComparison.Ordinal);
    }

    private static Objective[] Spellings(string name) => name switch
    {
        "x / 0" => Both((x, y) => x / y, (x, y) => x / y),
        "log" => Both((x, _) => Active.Log(x), (x, _) => x.Log()),
        "power" => Both(Active.Pow, (x, y) => x.Power(y)),
        "y·√|x|" => Both((x, y) => y * Active.Sqrt(Active.Abs(x)), (x, y) => y * x.Abs().Sqrt()),
        "√(x·x)" => Both((x, _) => Active.Sqrt(x * x), (x, _) => (x * x).Sqrt()),
        "tanh(exp)" => Both((x, _) => Active.Tanh(Active.Exp(x)), (x, _) => x.Exp().Tanh()),
        "1/exp" => Both((x, _) => 1e308 * (1.0 / Active.Exp(x)), (x, _) => x.Exp().Reciprocal() * 1e308),
        "x^1.5" => Both((x, _) => Active.Pow(x, 1.5), (x, _) => x.Pow(1.5)),
        "log1p" => Both((x, _) => Active.LogP1(x), (x, _) => x.LogP1()),
        "asin" => Both((x, _) => Active.Asin(x), (x, _) => x.Asin()),
        "acos" => Both((x, _) => Active.Acos(x), (x, _) => x.Acos()),
        "atan2" => Both(Active.Atan2, (x, y) => x.Atan2(y)),
        "floor" => Both((x, _) => Active.Floor(x), (x, _) => x.Floor()),
        "cbrt" => Both((x, _) => Active.Cbrt(x), (x, _) => x.Cbrt()),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static Objective[] Both(Func<Active, Active, Active> numbers, Func<Var<double>, Var<double>, Var<double>> tensors) =>
        [Objective.OfScalars(x => numbers(x[0], x[1])), Objective.OfTensor(v => tensors(v.Slice(0, 0, 1), v.Slice(0, 1, 1)).Sum())];
}
