using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Products, variances, norms and sets of axes where formulas that divide, overflow or cancel go wrong.</summary>
public sealed class ReductionTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Fact]
    public void ProductsWithZerosHaveTheGradientOfTheOtherFactors()
    {
        Assert.Equal([15, 10, 6], Gradient(x => x.Product(), [2, 3, 5]));
        Assert.Equal([0, 10, 0], Gradient(x => x.Product(), [2, 0, 5]));
        Assert.Equal([0, 0, 0], Gradient(x => x.Product(), [0, 0, 5]));
        Assert.Equal([7], Gradient(x => x.Product() * 7.0, [0]));
        Assert.Equal([0, 0], Gradient(x => x.Product() * 0.0, [double.MaxValue, 2]));
    }

    [Fact]
    public void SecondDerivativesOfProductsAreThoseOfTheRemainingFactors()
    {
        Objective product = Objective.OfTensor(x => x.Product());
        Assert.Equal([0, 5 * 7, 0, 0], product.HessianProduct([0, 0, 5, 7], [1, 0, 0, 0]).Product);
        Assert.Equal([0, 0, 0, 0], product.HessianProduct([0, 0, 0, 7], [1, 0, 0, 0]).Product);
        Assert.Equal([(3 * 7) + (5 * 7), 2 * 7, 2 * 7, 0], product.HessianProduct([2, 3, 5, 7], [0, 1, 1, 0]).Product[..3].Append(0));
    }

    [Fact]
    public void ProductsThatFitDoNotOverflowOnTheWay()
    {
        double[][] all = [[1e200, 1e200, 1e-300], [1e-200, 1e-200, 1e300, 1e200], [5e-324, 1e300, 1e24], [1e308, 1e308, 1e-308, 1e-308]];
        foreach (double[] factors in all)
        {
            double expected = Math.Exp(factors.Sum(Math.Log));
            Assert.Equal(1, Value(x => x.Product(), factors) / expected, 1e-11);
            Assert.Equal(1, Value(x => x.Product(), [.. factors.Reverse()]) / expected, 1e-11);
            double[] gradient = Gradient(x => x.Product(), factors);
            for (int i = 0; i < factors.Length; i++)
            {
                double others = Math.Exp(factors.Where((_, place) => place != i).Sum(Math.Log));
                Assert.True(double.IsInfinity(others) ? double.IsInfinity(gradient[i]) : Math.Abs((gradient[i] / others) - 1) < 1e-11,
                    $"{gradient[i]} for {others}");
            }
        }

        double[] long1 = [.. Enumerable.Repeat(1.75, 5000), .. Enumerable.Repeat(1 / 1.75, 5000)];
        Assert.Equal(1, Value(x => x.Product(), long1), 1e-11);
        Assert.All(Gradient(x => x.Product(), long1)[..5000], slope => Assert.Equal(1 / 1.75, slope, 1e-11));
        using Tape<float> single = new();
        Assert.Equal(1, single.Variable([4], [1e30f, 1e30f, 1e-35f, 1e-25f]).Product().GetScalar(), 1e-4f);
        using Tape<Half> half = new();
        Assert.Equal(6, (double)half.Variable([4], [(Half)60000, (Half)200, (Half)0.0005, (Half)0.001]).Product().GetScalar(), 1e-1);
    }

    [Fact]
    public void SlopesThatUnderflowAreNotLost()
    {
        // Each slope is 1e-400; with the cotangent it is 1e-100.
        Assert.All(Gradient(x => x.Product() * 1e300, [1e-200, 1e-200, 1e-200]), slope => Assert.Equal(1, slope / 1e-100, 1e-12));
        AssertRefused(ObstacleKind.ValueUnderflows, [1e-200, 1e-200], x => x.Product().Relu());
        AssertRefused(ObstacleKind.InfiniteSlope, [0, 1e200, 1e200], x => x.Product());
        AssertRefused(ObstacleKind.SlopeUnderflows, [1e-200, 1], x => x.Norm(3));
        AssertRefused(ObstacleKind.TooNearZero, [1e-310, 0], x => x.Norm(3));
        AssertRefused(ObstacleKind.TooNearZero, [1e-310, 3e-310], x => x.StandardDeviation());
        AssertRefused(ObstacleKind.SlopeUnderflows, [1e200, 2e200, 3e200, 1e200], x => x.Reshape(2, 2).PseudoInverse().Sum());
    }

    [Fact]
    public void ProductsOfOtherNumbersAreThoseOfTheArithmetic()
    {
        Assert.Equal(double.PositiveInfinity, Value(x => x.Product(), [double.PositiveInfinity, 1e-300, 1e-300]));
        Assert.Equal(double.NaN, Value(x => x.Product(), [0, double.PositiveInfinity]));
        Assert.Equal(double.NaN, Value(x => x.Product(), [3, double.NaN]));
        Assert.Equal(-0.0, Value(x => x.Product(), [-3, 0, 1e300]));
        Assert.Equal(1, tape.Variable([0], []).Product().GetScalar());
        Assert.Equal([1, 1], tape.Variable([2, 0], []).Product(1).ToArray());
        Assert.Equal(3, tape.Variable([], [3]).Product().GetScalar());
    }

    [Fact]
    public void VariancesHaveBothDivisors()
    {
        Assert.Equal(5.0 / 3, Value(x => x.Variance(), [1, 2, 3, 4]), 1e-15);
        Assert.Equal(5.0 / 4, Value(x => x.Variance(VarianceDivisor.Population), [1, 2, 3, 4]), 1e-15);
        Assert.Equal(Math.Sqrt(5.0 / 3), Value(x => x.StandardDeviation(), [1, 2, 3, 4]), 1e-15);
        Assert.Equal(5.0 / 3, Value(x => x.Variance(), [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]), 1e-15);
        Assert.Equal(0, Value(x => x.Variance(VarianceDivisor.Population), [7]));
        Assert.Equal(1, Value(x => x.StandardDeviation(VarianceDivisor.Population), [1e200, 1e200 * 3]) / 1e200, 1e-15);
        Assert.Equal(1, Value(x => x.StandardDeviation(VarianceDivisor.Population), [1e-200, 1e-200 * 3]) / 1e-200, 1e-15);
        ArgumentException few = Assert.Throws<ArgumentException>(() => tape.Variable([3, 1], [1, 2, 3]).Variance(1));
        Assert.Contains("1 elements of shape [3, 1]", few.Message, StringComparison.Ordinal);
        using Tape<Half> half = new();
        Half[] wide = [Half.MaxValue, -Half.MaxValue, -Half.MaxValue, -Half.MaxValue];
        Assert.Equal(56727, (double)half.Variable([4], wide).StandardDeviation(VarianceDivisor.Population).GetScalar(), 32.0);
        Assert.Equal(1e-6, (double)half.Variable([2], [(Half)0.001, (Half)0.003]).Variance(VarianceDivisor.Population).GetScalar(), 1e-7);
    }

    [Fact]
    public void EqualNumbersDoNotVaryByRounding()
    {
        for (int i = 1; i < 200; i++)
        {
            AssertEqualNumbers<double>(i / 30.0, 2 + (i % 9));
            AssertEqualNumbers<float>(i / 30.0, 2 + (i % 9));
            AssertEqualNumbers<Half>(i / 30.0, 2 + (i % 9));
        }

        // Numbers that differ in their last digit vary by that.
        double next = Math.BitIncrement(0.1);
        Assert.Equal(1, Value(x => x.StandardDeviation(), [0.1, next]) / ((next - 0.1) / Math.Sqrt(2)), 1e-15);
        ClarkeGradient<double> close = tape.ClarkeGradient(tape.Variable([2], [0.1, next]).StandardDeviation());
        Assert.True(close.Certificate.IsDifferentiable);
    }

    [Fact]
    public void TheDeviationOfEqualNumbersHasABallWithinThePlaneOfSumZero()
    {
        Objective deviation = Objective.OfTensor(x => x.StandardDeviation());
        for (ulong seed = 0; seed < 10; seed++)
        {
            double[] direction = new double[4];
            new Philox(seed, 7).Normal<double>(direction, 0, 1);
            ClarkeElement element = Clarke.Gradient(deviation, [0.1, 0.1, 0.1, 0.1], direction);
            Assert.True(element.Certificate.IsCertified);
            Assert.Equal(0, element.Gradient.Sum(), 1e-15);
            Assert.Equal(1 / Math.Sqrt(3), Math.Sqrt(element.Gradient.Sum(slope => slope * slope)), 1e-14);
        }

        ClarkeSubdifferential set = Clarke.Subdifferential(deviation, [0.1, 0.1, 0.1]);
        Assert.NotEqual(false, set.IsStationary());
        Assert.NotEqual(true, set.Contains([0.5, 0.5, 0.5]));
    }

    [Fact]
    public void NormsOfAnyExponentDoNotOverflow()
    {
        foreach (double p in (double[])[1, 1.5, 2, 3, 17, double.PositiveInfinity])
        {
            double expected = double.IsInfinity(p) ? 4 : Math.Pow(Math.Pow(3, p) + Math.Pow(4, p), 1 / p);
            foreach (double scale in (double[])[1, 1e-300, 1e300])
            {
                Assert.Equal(expected, Value(x => x.Norm(p), [3 * scale, -4 * scale]) / scale, 1e-14);
                double[] gradient = Gradient(x => x.Norm(p), [3 * scale, -4 * scale]);
                Assert.Equal(double.IsInfinity(p) ? -1 : -Math.Pow(4 / expected, p - 1), gradient[1], 1e-14);
            }

            Assert.Equal(0, Value(x => x.Norm(p), [0, 0]));
            Assert.Equal(0, p > 1 && !double.IsInfinity(p) ? Gradient(x => x.Norm(p), [0, 0]).Sum() : 0);
            Assert.Equal(double.PositiveInfinity, Value(x => x.Norm(p), [1, double.NegativeInfinity]));
            Assert.Equal(double.NaN, Value(x => x.Norm(p), [1, double.NaN]));
            Assert.Equal([0, 0], p > 1 ? Gradient(x => x.Norm(p) * 0.0, [1, 0]) : [0, 0]);
        }

        Assert.Equal(Value(x => x.Norm1(), [0.1, 0.7]), Value(x => x.Norm(1), [0.1, 0.7]));
        Assert.Equal(Value(x => x.Norm2(), [0.1, 0.7]), Value(x => x.Norm(2), [0.1, 0.7]));
        foreach (double p in (double[])[0.5, 0, -1, double.NaN, double.NegativeInfinity])
        {
            ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => tape.Variable([2], [1, 2]).Norm(p));
            Assert.Contains("at least 1", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, tape.Variable([0], []).Norm(3).GetScalar());
        using Tape<Half> half = new();
        Assert.Equal(50000, (double)half.Variable([2], [(Half)50000, (Half)0.5]).Norm(4).GetScalar(), 32.0);
    }

    [Fact]
    public void TheClarkeGradientOfANormAtTheOriginHasDualNormOne()
    {
        foreach (double p in (double[])[1.5, 3, 8])
        {
            Objective norm = Objective.OfTensor(x => x.Norm(p));
            double[] direction = [0.3, -1.2, 0.5];
            ClarkeElement element = Clarke.Gradient(norm, [0, 0, 0], direction);
            Assert.True(element.Certificate.IsCertified);
            double dual = p / (p - 1);
            Assert.Equal(1, Math.Pow(element.Gradient.Sum(slope => Math.Pow(Math.Abs(slope), dual)), 1 / dual), 1e-14);
            double along = element.Gradient.Zip(direction, (slope, step) => slope * step).Sum();
            Assert.Equal(Math.Pow(direction.Sum(step => Math.Pow(Math.Abs(step), p)), 1 / p), along, 1e-14);
        }
    }

    [Fact]
    public void BelowTwoSecondDerivativesEndWhereAnElementIsZero()
    {
        Assert.False(Objective.OfTensor(x => x.Norm(1.5)).HessianProduct([0, 1], [0, 1]).IsTwiceDifferentiable);
        Assert.True(Objective.OfTensor(x => x.Norm(3)).HessianProduct([0, 1], [0, 1]).IsTwiceDifferentiable);
        Assert.True(Objective.OfTensor(x => x.Norm(1.5)).HessianProduct([2, 1], [0, 1]).IsTwiceDifferentiable);
    }

    [Fact]
    public void SeveralAxesAreReducedAsOneAfterTheOther()
    {
        double[] elements = new double[2 * 3 * 4 * 5];
        new Philox(3, 1).Normal<double>(elements, 0, 1);
        Var<double> x = tape.Variable([2, 3, 4, 5], elements);
        AssertSame(x.Sum(3).Sum(1), x.Sum([1, 3]));
        AssertSame(x.Sum(2, true).Sum(1, true), x.Sum([-2, 1], true));
        AssertSame(x.Mean(3).Mean(0), x.Mean([-1, 0]));
        AssertSame(x.Max(2).Max(0), x.Max([0, 2]));
        AssertSame(x.Min(3, true).Min(2, true).Min(0, true), x.Min([0, 2, 3], true));
        AssertSame(x.Norm2(1).Norm2(2), x.Norm2([1, 3]));
        AssertSame(x.Norm1(1).Norm1(1), x.Norm1([1, 2]));
        AssertSame(x.NormInfinity(0).NormInfinity(0), x.NormInfinity([0, 1]));
        AssertSame(x.LogSumExp(0).LogSumExp(2), x.LogSumExp([0, 3]));
        AssertSame(x.Product(3).Product(1), x.Product([3, 1]));
        AssertSame(x.Norm(3, 3).Norm(3, 1), x.Norm(3, [1, 3]));
        AssertSame(x.Variance(), x.Variance([0, 1, 2, 3]));
        AssertSame(x.StandardDeviation(1, true), x.StandardDeviation([1], true));
        AssertSame(x, x.Sum([]));
        ArgumentException twice = Assert.Throws<ArgumentException>(() => x.Sum([1, -3]));
        Assert.Contains("axes [1, -3] of shape [2, 3, 4, 5] name axis 1 twice", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Sum([4]));
    }

    private static void AssertRefused(ObstacleKind kind, double[] at, Func<Var<double>, Var<double>> program)
    {
        using Tape<double> own = new();
        Assert.Equal(kind, own.ClarkeGradient(program(own.Variable([at.Length], at))).Certificate.Obstacles[0].Kind);
    }

    private static void AssertSame(Var<double> expected, Var<double> actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        foreach ((double one, double other) in expected.ToArray().Zip(actual.ToArray()))
            Assert.Equal(one, other, 1e-13 * Math.Max(1, Math.Abs(one)));
    }

    private static void AssertEqualNumbers<T>(double number, int count)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> own = new();
        Var<T> x = own.Variable([count], [.. Enumerable.Repeat(T.CreateTruncating(number), count)]);
        Assert.Equal(T.Zero, x.Variance().GetScalar());
        Var<T> deviation = x.StandardDeviation();
        Assert.Equal(T.Zero, deviation.GetScalar());
        ClarkeGradient<T> result = own.ClarkeGradient(deviation);
        Assert.True(result.Certificate.IsCertified && !result.Certificate.IsDifferentiable, $"{number}: {result.Certificate}");
        Assert.True(own.ClarkeGradient(x.Variance()).Certificate.IsDifferentiable);
    }

    private double Value(Func<Var<double>, Var<double>> program, double[] x) => program(tape.Variable([x.Length], x)).GetScalar();

    private double[] Gradient(Func<Var<double>, Var<double>> program, double[] x)
    {
        Var<double> leaf = tape.Variable([x.Length], x);
        return tape.Backward(program(leaf))[leaf].ToArray();
    }
}
