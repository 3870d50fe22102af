using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Taylor coefficients along a direction.</summary>
public class TaylorSeriesTests
{
    private const int Order = 5;
    private static readonly double[] Points = [0.3, -0.6, 1.7, 2.5];

    public static TheoryData<string> Members => NestedTapeTests.Members;

    [Theory]
    [MemberData(nameof(Members))]
    public void EveryMemberHasTheCoefficientsOfNestedDerivatives(string name)
    {
        NumberMember member = NumberMember.All.First(candidate => candidate.Name == name);
        int count = member.Parameters.Length;
        foreach (double first in Points)
        {
            double[] at = [.. Enumerable.Range(0, count).Select(i => first + (0.37 * i))], along = [.. Enumerable.Range(0, count).Select(i => 1 - (0.4 * i))];
            if (!double.IsFinite((double)member.OfDouble([.. at.Select(number => (object)number)])!))
                continue;
            Active Line(Active t) => (Active)member.OfActive([.. at.Zip(along, (start, slope) => (object)(start + (slope * t)))])!;
            double[] found = TaylorSeries.Of(t => Line(t[0]), [0], [1], Order);
            double factorial = 1;
            for (int k = 0; k <= 3; k++)
            {
                factorial *= Math.Max(1, k);
                double expected = Derivative(Line, 0, k).Value / factorial;
                Assert.True(expected.Equals(found[k]) || Math.Abs(expected - found[k]) <= 1e-11 * (1 + Math.Abs(expected)),
                    $"coefficient {k} at {first}: {found[k]} instead of {expected}");
            }
        }
    }

    [Fact]
    public void KnownSeriesComeOut()
    {
        double[] exp = TaylorSeries.Of(x => Active.Exp(x[0]), [0], [1], 12), log = TaylorSeries.Of(x => Active.LogP1(x[0]), [0], [1], 12);
        double factorial = 1;
        for (int k = 0; k <= 12; k++)
        {
            factorial *= Math.Max(1, k);
            Assert.Equal(1 / factorial, exp[k], 1e-15);
            Assert.Equal(k == 0 ? 0 : (k % 2 == 0 ? -1.0 : 1.0) / k, log[k], 1e-15);
        }
    }

    [Fact]
    public void SpecialFunctionsHaveTheirSeries()
    {
        Active Line(Active x) => x.Apply(new Erf()) * x.Apply(new LogGamma()) * x.Apply(new Softplus()) * x.Apply(new Sinc());
        double[] found = TaylorSeries.Of(x => Line(x[0]), [0.7], [1], 3);
        double factorial = 1;
        for (int k = 0; k <= 3; k++)
        {
            factorial *= Math.Max(1, k);
            Assert.Equal(Derivative(Line, 0.7, k).Value / factorial, found[k], 1e-9);
        }
    }

    [Fact]
    public void KinksAreEnteredAlongTheDirection()
    {
        Active Program(Active[] v) => Active.Abs(v[0]) + Active.Max(v[0], v[1] * v[1]) + (v[0] >= 0 ? v[0] : 2 * v[0]);
        Assert.Equal([0, -1, 9, 0], TaylorSeries.Of(Program, [0, 0], [-1, 3], 3).Select(c => c + 0));
        Assert.Equal([0, 0, 1, -1, 0], TaylorSeries.Of(x => Active.Abs((x[0] * x[0] * x[0]) - (x[0] * x[0])), [0], [1], 4).Select(c => c + 0));
        Assert.Equal([1, 1, 0], TaylorSeries.Of(x => Active.Floor(x[0]) * x[0], [1], [1], 2));
    }

    [Fact]
    public void NormsLeaveTheOriginAlongACurve()
    {
        // √(sin² t + 4t⁴) = t·√(1 + 11t²/3 + …) = t + 11t³/6 + …
        double[] found = TaylorSeries.Of(x => Active.Hypot(Active.Sin(x[0]), 2 * x[0] * x[0]), [0], [1], 3);
        Assert.Equal([0, 1, 0], found[..3]);
        Assert.Equal(11.0 / 6, found[3], 1e-14);
    }

    [Fact]
    public void WhatHasNoSeriesIsNaN()
    {
        Assert.Equal([0, double.NaN, double.NaN], TaylorSeries.Of(x => Active.Sqrt(x[0]), [0], [1], 2));
        Assert.Equal([0, 1, 0.5, -0.125, double.NaN], Cut(TaylorSeries.Of(x => Active.Sqrt((x[0] * x[0]) + (x[0] * x[0] * x[0])), [0], [1], 4)));
        Assert.Equal(double.NaN, TaylorSeries.Of(x => Active.Sqrt(Active.Pow(x[0], 8)), [0], [1], 5)[4]);

        foreach (double start in (double[])[double.NaN, double.PositiveInfinity, 1e200])
            Assert.Equal([double.NaN, double.NaN], TaylorSeries.Of(x => x[0] * x[0], [start], [1], 2)[1..]);

        static double[] Cut(double[] found) => [.. found.Select(c => Math.Round(c, 14))];
    }

    [Fact]
    public void ConstantsOrdersAndSeveralOutputs()
    {
        Assert.Equal([3.0, 0, 0], TaylorSeries.Of(_ => 3, [1], [1], 2));
        Assert.Equal([2.0], TaylorSeries.Of(x => x[0], [2], [5], 0));
        double[][] both = TaylorSeries.Of(x => (Active[])[x[0] * x[1], x[1]], [1, 2], [3, 4], 2);
        Assert.Equal([2.0, 10, 12], both[0]);
        Assert.Equal([2.0, 4, 0], both[1]);
    }

    [Fact]
    public void ANumberOfAnotherTapeHasNoSeries()
    {
        using ScalarTape other = new();
        Active captured = other.Variable(3);
        Assert.Throws<InvalidOperationException>(() => TaylorSeries.Of(_ => captured, [1], [1], 2));
        Assert.Throws<InvalidOperationException>(() => TaylorSeries.Of(x => x[0] * captured, [1], [1], 2));
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => TaylorSeries.Of((Func<Active[], Active>)null!, [1], [1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TaylorSeries.Of(x => x[0], [1], [1], -1));
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => TaylorSeries.Of(x => x[0], [1, 2], [1], 1)).Message, StringComparison.Ordinal);
    }

    private static Active Derivative(Func<Active, Active> function, Active at, int order) =>
        order == 0 ? function(at) : NestedTape.DirectionalDerivative(x => Derivative(function, x[0], order - 1), [at], [1]);
}
