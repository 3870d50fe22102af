using System.Numerics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Functions written for any number type, on numbers that are recorded.</summary>
public class ActiveTests
{
    private static readonly (string Name, IFunction Function, double Low, double High)[] Functions =
    [
        ("sqrt", new Sqrt(), 0.3, 4), ("cbrt", new Cbrt(), -4, -0.3), ("cbrt of a positive", new Cbrt(), 0.3, 4), ("root 5", new Root(5), 0.3, 4),
            ("root −3", new Root(-3), 0.4, 4), ("odd root of a negative", new Root(5), -4, -0.3),
        ("exp", new Exp(), -2, 2), ("exp2", new Exp2(), -2, 2), ("exp10", new Exp10(), -1, 1), ("expm1", new ExpM1(), -1, 1),
        ("log", new Log(), 0.3, 4), ("log2", new Log2(), 0.3, 4), ("log10", new Log10(), 0.3, 4), ("log1p", new LogP1(), -0.6, 3),
            ("log to base 3", new LogBase(), 0.3, 4),
        ("sin", new Sin(), -3, 3), ("cos", new Cos(), -3, 3), ("tan", new Tan(), -1.2, 1.2), ("asin", new Asin(), -0.9, 0.9), ("acos", new Acos(), -0.9, 0.9),
            ("atan", new Atan(), -4, 4),
        ("sinpi", new SinPi(), -1, 1), ("tanpi", new TanPi(), -0.4, 0.4), ("atanpi", new AtanPi(), -2, 2),
        ("sinh", new Sinh(), -2, 2), ("cosh", new Cosh(), -2, 2), ("tanh", new Tanh(), -2, 2), ("asinh", new Asinh(), -4, 4), ("acosh", new Acosh(), 1.1, 4),
            ("atanh", new Atanh(), -0.9, 0.9),
        ("power", new Power(), 0.3, 3), ("whole power", new WholePower(), -2, -0.3), ("hypot", new Hypot(), -2, 2), ("atan2", new Atan2(), 0.2, 3),
            ("atan2 in the second quadrant", new Atan2(), -3, -0.2),
        ("rational", new Rational(), -2, 2), ("remainder", new Remainder(), 0.1, 0.9), ("fused", new Fused(), -2, 2), ("lerp", new Lerp(), 0, 1),
            ("clamped", new Clamped(), -0.9, 0.9), ("Horner", new Horner(), -1, 1),
        ("Newton's square root", new Newton(), 0.5, 4), ("recursion", new Recursive(), 0.5, 1.5), ("sorted", new Ordered(), 0.5, 1.4),
    ];

    public static TheoryData<string> Names => [.. Functions.Select(function => function.Name)];

    /// <summary>A function of one number, for any number type.</summary>
    public interface IFunction
    {
        T Of<T>(T x)
            where T : IFloatingPointIeee754<T>;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ValuesAreThoseOfDoubleAndSlopesThoseOfDifferences(string name)
    {
        (_, IFunction function, double low, double high) = Functions.Single(one => one.Name == name);
        for (int i = 0; i <= 10; i++)
        {
            double x = low + ((high - low) * (i + 0.37) / 11);
            Objective objective = Objective.OfScalars(v => function.Of(v[0]));
            (double value, double[] gradient) = objective.Gradient([x]);
            Assert.Equal(function.Of(x), value, 1e-14 * Math.Max(1, Math.Abs(value)));
            double h = 1e-5, slope = ((8 * (function.Of(x + h) - function.Of(x - h))) - (function.Of(x + (2 * h)) - function.Of(x - (2 * h)))) / (12 * h);
            Assert.Equal(slope, gradient[0], 1e-8 * Math.Max(1, Math.Abs(slope)));
            Assert.Equal(gradient[0] * 1.5, Clarke.DirectionalDerivative(objective, [x], [1.5]), 1e-12 * Math.Max(1, Math.Abs(slope)));
            Assert.True(objective.Kinks([x]).IsEmpty);
        }
    }

    [Fact]
    public void ConstantsRecordNothing()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(2);
        Active constant = Active.Exp(3.0) + (Active.One * 4.0) - Active.Pi;
        Assert.True(constant.IsConstant);
        Assert.Equal(1, tape.Count);
        Active y = x * constant;
        Assert.Equal(2, tape.Count);
        Assert.Equal([constant.Value], tape.Gradient(y));
        Assert.Equal([0.0], tape.Gradient(constant));
    }

    [Fact]
    public void APassOverAMillionOperationsIsRight()
    {
        // xₖ₊₁ = xₖ + h·sin(xₖ), whose derivative is the product of 1 + h·cos(xₖ).
        using ScalarTape tape = new();
        Active x = tape.Variable(0.5), start = x;
        double product = 1;
        for (int i = 0; i < 300_000; i++)
        {
            product *= 1 + (1e-5 * Math.Cos(x.Value));
            x += 1e-5 * Active.Sin(x);
        }

        Assert.Equal(900_001, tape.Count);
        Assert.Equal(product, tape.Gradient(x)[0], 1e-9);
        Assert.Equal(0.5, start.Value);
    }

    [Fact]
    public void SelectionsDecideAtKinks()
    {
        Objective objective = Objective.OfScalars(x => Active.Relu(x[0]) + (2 * Active.Abs(x[1])) + Active.Max(x[0], x[1]) + Active.Relu(x[0], 7));
        Selections selections = Selections.PyTorch with { ReluAtZero = 0.25, AbsAtZero = -3, FirstOfPairWeight = 0.75 };
        Assert.Equal([0.25 + 0.75 + 7, -6 + 0.25], objective.Gradient([0, 0], selections).Gradient);
        Assert.Equal([0.5 + 7, 0.5], objective.Gradient([0, 0]).Gradient);
        Assert.Equal(4, objective.Kinks([0, 0]).Count);
    }

    [Fact]
    public void SwitchesLoopsAndSignsAreDecidedByTangents()
    {
        Objective sign = Objective.OfScalars(x => Active.Sign(x[0]) switch { > 0 => 3 * x[0], < 0 => -x[0], _ => Active.Zero });
        Assert.Equal([3.0], Clarke.Gradient(sign, [0], [1.0]).Gradient);
        Assert.Equal([-1.0], Clarke.Gradient(sign, [0], [-1.0]).Gradient);
        Assert.Equal([[-1.0], [3.0]], Clarke.Subdifferential(sign, [0]).Generators.OrderBy(generator => generator[0]));

        // Steps of 1 until the number is not above 0: at an integer the loop may run once more, and the value does not jump.
        Objective loop = Objective.OfScalars(x =>
        {
            Active rest = x[0], sum = Active.Zero;
            while (rest > Active.Zero)
            {
                sum += rest;
                rest -= Active.One;
            }

            return sum;
        });
        Assert.Equal([3.0], Clarke.Gradient(loop, [3], [-1.0]).Gradient);
        Assert.Equal([4.0], Clarke.Gradient(loop, [3], [1.0]).Gradient);
        Assert.True(Clarke.Gradient(loop, [3], [1.0]).Certificate.IsCertified);
    }

    [Fact]
    public void DerivativesAreNotLostInSilence()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(2.5);
        Assert.Contains("lose its derivative", Assert.Throws<InvalidOperationException>(() => double.CreateChecked(x)).Message, StringComparison.Ordinal);
        Assert.Equal(2, int.CreateTruncating(x));
        Assert.Equal(3.5, double.CreateChecked(Convert<Active>(3.5f)));
        Assert.Empty(tape.Census().Operations);
        Active whole = tape.Variable(4);
        Assert.Equal(4, int.CreateChecked(whole));
        Assert.Equal("is a whole number", Assert.Single(tape.Census().Operations).Operation.Name);
    }

    [Fact]
    public void RoundingJumpsHalfWayAndNowhereElse()
    {
        using ScalarTape tape = new();
        Assert.Equal(3, Active.Round(tape.Variable(2.7), 0, MidpointRounding.ToEven).Value);
        Assert.Equal(0, Active.Truncate(tape.Variable(0)).Value);
        Assert.Empty(tape.Census().Operations);
        Assert.Equal(2, Active.Round(tape.Variable(2.5), 0, MidpointRounding.ToEven).Value);
        Assert.Single(tape.Census().Operations);
        Active.Floor(tape.Variable(2));
        Assert.Equal(2, tape.Census().Operations.Count);
    }

    [Fact]
    public void NumbersOfAnotherTapeAreRefused()
    {
        Active escaped;
        using (ScalarTape tape = new())
        {
            escaped = tape.Variable(1);
            using ScalarTape inner = new();
            Assert.Contains("another tape", Assert.Throws<InvalidOperationException>(() => escaped + inner.Variable(1)).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => inner.Gradient(escaped));
        }

        Assert.Throws<InvalidOperationException>(() => escaped * escaped);
        using ScalarTape reset = new();
        Active old = reset.Variable(1);
        reset.Reset();
        Assert.Throws<InvalidOperationException>(() => old + 1.0);
        Assert.Throws<ArgumentException>(() => reset.Variable(1, [1.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScalarTape(null, -1));
        Assert.Throws<ArgumentException>(() => reset.Gradient(reset.Variable(1), new double[3]));
    }

    [Fact]
    public void ThreadsRecordOnTapesOfTheirOwnAtOnce()
    {
        const int Threads = 4, Rounds = 300, Terms = 50;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                using ScalarTape tape = new();
                for (int pass = 0; pass < 2; pass++)
                {
                    tape.Reset();
                    Active x = tape.Variable(1 + thread), constant = 2, sum = 0;
                    for (int i = 0; i < Terms; i++)
                        sum += (constant * constant * x) + Active.Max(x, constant - constant);
                    Assert.Equal([5.0 * Terms], tape.Gradient(sum));
                }
            }
        });
    }

    [Fact]
    public void OneTapeIsRecordedWithinAnothersRecording()
    {
        using ScalarTape outer = new();
        Active x = outer.Variable(2), y = x * x;
        using (ScalarTape inner = new())
        {
            Active u = inner.Variable(3);
            y += x;
            Assert.Equal([6.0], inner.Gradient(u * u));
        }

        Assert.Equal([12.0], outer.Gradient(y * x - (x * x)));
    }

    [Fact]
    public void ATapeWithinAProgramDoesNotDisturbIt()
    {
        Objective inner = Objective.OfScalars(y => y[0] * y[0]);
        Objective outer = Objective.OfScalars(x => x[0] * inner.Gradient([x[0].Value]).Gradient[0]);
        Assert.Equal([6.0], outer.Gradient([3]).Gradient);
    }

    [Fact]
    public void TheOrderIsThatOfDouble()
    {
        double[] numbers = [double.NaN, double.NegativeInfinity, -1, -0.0, 0.0, 2, double.PositiveInfinity];
        foreach (double a in numbers)
        {
            foreach (double b in numbers)
            {
                using ScalarTape tape = new();
                Active x = tape.Variable(a), y = tape.Variable(b);
                Assert.Equal([a < b, a > b, a <= b, a >= b, a == b, a != b], (bool[])[x < y, x > y, x <= y, x >= y, x == y, x != y]);
                Assert.Equal(a.CompareTo(b), x.CompareTo(y));
                Assert.Equal(double.MaxMagnitude(a, b), Active.MaxMagnitude(x, y).Value);
                Assert.Equal(double.MaxNumber(a, b), Active.MaxNumber(x, y).Value);
            }
        }
    }

    private static T Convert<T>(float value)
        where T : INumber<T> => T.CreateChecked(value);

    private sealed class Sqrt : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Sqrt(x); }

    private sealed class Cbrt : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Cbrt(x); }

    private sealed class Root(int n) : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.RootN(x, n); }

    private sealed class Exp : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Exp(x); }

    private sealed class Exp2 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Exp2(x); }

    private sealed class Exp10 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Exp10(x); }

    private sealed class ExpM1 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.ExpM1(x); }

    private sealed class Log : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Log(x); }

    private sealed class Log2 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Log2(x); }

    private sealed class Log10 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Log10(x); }

    private sealed class LogP1 : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.LogP1(x); }

    private sealed class LogBase : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Log(x, T.CreateChecked(3)); }

    private sealed class Sin : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Sin(x); }

    private sealed class Cos : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Cos(x); }

    private sealed class Tan : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Tan(x); }

    private sealed class Asin : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Asin(x); }

    private sealed class Acos : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Acos(x); }

    private sealed class Atan : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Atan(x); }

    private sealed class SinPi : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.SinPi(x) + T.CosPi(x); }

    private sealed class TanPi : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.TanPi(x); }

    private sealed class AtanPi : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.AtanPi(x); }

    private sealed class Sinh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Sinh(x); }

    private sealed class Cosh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Cosh(x); }

    private sealed class Tanh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Tanh(x); }

    private sealed class Asinh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Asinh(x); }

    private sealed class Acosh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Acosh(x); }

    private sealed class Atanh : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Atanh(x); }

    private sealed class Power : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Pow(x, x) + T.Pow(x, T.CreateChecked(1.7)); }

    private sealed class WholePower : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Pow(x, T.CreateChecked(3)); }

    private sealed class Hypot : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Hypot(x, T.One - x); }

    private sealed class Atan2
        : IFunction
    { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Atan2(x + T.CreateChecked(4), x) + T.Atan2Pi(x, T.One); }

    private sealed class Rational : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => (x - T.One) / (T.One + (x * x)) - (-x); }

    private sealed class Remainder
        : IFunction
    {
        public T Of<T>(T x) where T : IFloatingPointIeee754<T> =>
            (x * x * T.CreateChecked(3.1)) % (x + T.One) + T.Ieee754Remainder(x, T.CreateChecked(3));
    }

    private sealed class Fused : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.FusedMultiplyAdd(x, x, x) + T.ScaleB(x, 3); }

    private sealed class Lerp : IFunction { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Lerp(x * x, T.One, x); }

    private sealed class Clamped
        : IFunction
    { public T Of<T>(T x) where T : IFloatingPointIeee754<T> => T.Clamp(x * x, -T.One, T.One) + T.CopySign(x * x, -T.One); }

    private sealed class Horner : IFunction
    {
        public T Of<T>(T x)
            where T : IFloatingPointIeee754<T>
        {
            T sum = T.Zero;
            for (int degree = 6; degree >= 0; degree--)
                sum = (sum * x) + T.CreateChecked(degree - 2);
            return sum;
        }
    }

    private sealed class Newton : IFunction
    {
        public T Of<T>(T x)
            where T : IFloatingPointIeee754<T>
        {
            // Without an absolute value, whose kink would be at an exact root.
            T root = x, two = T.CreateChecked(2);
            for (int step = 0; step < 40; step++)
                root = (root + (x / root)) / two;
            return root;
        }
    }

    private sealed class Recursive : IFunction
    {
        public T Of<T>(T x)
            where T : IFloatingPointIeee754<T> => Power(x, 13);

        private static T Power<T>(T x, int exponent)
            where T : IFloatingPointIeee754<T> => exponent switch
            {
                0 => T.One,
                _ when exponent % 2 == 0 => Power(x * x, exponent / 2),
                _ => x * Power(x, exponent - 1),
            };
    }

    private sealed class Ordered : IFunction
    {
        public T Of<T>(T x)
            where T : IFloatingPointIeee754<T>
        {
            T[] values = [x * x, T.Sin(x), x + T.One, -x];
            Array.Sort(values);
            return values[0] + (values[2] * values[3]);
        }
    }
}
