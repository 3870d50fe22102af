using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>
/// A derivative within a derivative, for each pair of modes: d/dw of ∂f/∂x and ∂f/∂y, with f = w² sin(x) √y + cos(x)/(w y) + (3 − x)(w − y)/x, in closed form.
/// </summary>
public class NestedDerivativeTests
{
    private const double W = 1.3, X = 0.7, Y = 2.1;

    [Fact]
    public void ForwardAroundForward() => Check<OuterForwardMode, ForwardMode>();

    [Fact]
    public void ForwardAroundReverse() => Check<OuterForwardMode, ReverseMode>();

    [Fact]
    public void ReverseAroundForward() => Check<EngineReverseMode, ForwardMode>();

    [Fact]
    public void ReverseAroundReverse() => Check<EngineReverseMode, ReverseMode>();

    [Fact]
    public void InnerReverseModeAroundItself()
    {
        Plain[] gradient = new Plain[1];
        ReverseMode.Gradient<Plain, Slope<ReverseMode>>([new(X), new(Y), new(W)], gradient);
        Assert.Equal(Expected, gradient[0].Value, 1e-12);
    }

    [Fact]
    public void AGradientOfNothingIsZero()
    {
        Plain[] gradient = [new(5), new(5)];
        ReverseMode.Gradient<Plain, One>([new(X), new(Y)], gradient);
        Assert.All(gradient, element => Assert.Equal(0, element.Value));
        ForwardMode.Gradient<Plain, One>([new(X), new(Y)], gradient);
        Assert.All(gradient, element => Assert.Equal(0, element.Value));
        EngineReverseMode.Gradient<One>([new(X), new(Y)], gradient);
        Assert.All(gradient, element => Assert.Equal(0, element.Value));
    }

    // d/dw (∂f/∂x + 2 ∂f/∂y).
    private static double Expected =>
        (2 * W * Math.Cos(X) * Math.Sqrt(Y)) + (Math.Sin(X) / (W * W * Y)) - (3 / (X * X))
            + (2 * ((W * Math.Sin(X) / Math.Sqrt(Y)) + (Math.Cos(X) / (W * W * Y * Y))));

    private static void Check<TOuter, TInner>()
        where TOuter : IOuterMode
        where TInner : IGradientMode
    {
        Plain[] gradient = new Plain[1];
        TOuter.Gradient<Slope<TInner>>([new(X), new(Y), new(W)], gradient);
        Assert.Equal(Expected, gradient[0].Value, 1e-12);
    }

    private readonly struct Slope<TInner> : IFunction
        where TInner : IGradientMode
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T>
        {
            T[] gradient = new T[2];
            TInner.Gradient<T, Formula>([x[2], x[0], x[1]], gradient);
            return gradient[0] + (gradient[1] * 2);
        }
    }

    private readonly struct Formula : IFunction
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T>
        {
            (T w, T a, T b) = (x[0], x[1], x[2]);
            return (w * w * T.Sin(a) * T.Sqrt(b)) + (T.Cos(a) / (w * b)) + ((3 - a) * (w - b) / a) + (1 / (a + 2.5)) - (1 / (a + 2.5));
        }
    }

    private readonly struct One : IFunction
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T> => T.Of(1);
    }
}
