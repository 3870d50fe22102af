using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>
/// The saddle point of x₁² + x₂² − y₁² − y₂²: a minimisation over x of the maximum over y, both by gradient descent. A function's name gives the modes of the
/// derivatives by x and by y: f for forward, r for reverse.
/// </summary>
internal static class Saddle
{
    private const int Dimensions = 2;

    public static Module Module { get; } = new Module<Input>("saddle", [new([0.5, 0.75])],
        ("rr", (input, _) => Prepare<EngineReverseMode, ReverseMode>(input)),
        ("ff", (input, _) => Prepare<OuterForwardMode, ForwardMode>(input)),
        ("fr", (input, _) => Prepare<OuterForwardMode, ReverseMode>(input)),
        ("rf", (input, _) => Prepare<EngineReverseMode, ForwardMode>(input)));

    private static Computation Prepare<TOuter, TInner>(Input input)
        where TOuter : IOuterMode
        where TInner : IGradientMode
    {
        Rows.NeedLength(input.Start, Dimensions, "start");
        Plain[] start = Array.ConvertAll(input.Start, Plain.Of);
        return Computation.Of(() =>
        {
            Plain[] x = GradientDescent.Minimum(new Highest<TOuter, TInner>(start), start.AsSpan()),
                y = GradientDescent.Minimum(new Depth<Plain, Outermost<TOuter>>(x), start.AsSpan());
            return (double[])[.. x.Concat(y).Select(number => number.Value)];
        });
    }

    /// <summary>The input.</summary>
    /// <param name="Start">Where every descent starts.</param>
    internal sealed record Input(double[] Start);

    // The function to minimise by x. The arguments of what it calls are the start, then x.
    private readonly struct Highest<TOuter, TInner>(Plain[] start) : IMinimized<Plain>
        where TOuter : IOuterMode
        where TInner : IGradientMode
    {
        public Plain Value(ReadOnlySpan<Plain> x) => Maximum<TInner>.Value<Plain>([.. start, .. x]);

        public void Gradient(ReadOnlySpan<Plain> x, Span<Plain> gradient) => TOuter.Gradient<Maximum<TInner>>([.. start, .. x], gradient);
    }

    // The maximum over y, at the end of a descent from the start.
    private readonly struct Maximum<TInner> : IFunction
        where TInner : IGradientMode
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T>
        {
            Depth<T, TInner> depth = new(x[Dimensions..].ToArray());
            return depth.Value(GradientDescent.Minimum(depth, x[..Dimensions])) * -1;
        }
    }

    // What a descent minimises to find the maximum by y at a given x.
    private readonly struct Depth<T, TInner>(T[] x) : IMinimized<T>
        where T : struct, IScalar<T>
        where TInner : IGradientMode
    {
        public T Value(ReadOnlySpan<T> y) => Negative.Value<T>([.. x, .. y]);

        public void Gradient(ReadOnlySpan<T> y, Span<T> gradient) => TInner.Gradient<T, Negative>([.. x, .. y], gradient);
    }

    private readonly struct Negative : IFunction
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T> => (x[2] * x[2]) + (x[3] * x[3]) - ((x[0] * x[0]) + (x[1] * x[1]));
    }

    // A mode for plain numbers where one for any numbers is asked for.
    private readonly struct Outermost<TOuter> : IGradientMode
        where TOuter : IOuterMode
    {
        public static void Gradient<T, TFunction>(ReadOnlySpan<T> x, Span<T> gradient)
            where T : struct, IScalar<T>
            where TFunction : IFunction
        {
            Plain[] found = new Plain[gradient.Length];
            TOuter.Gradient<TFunction>(Array.ConvertAll(x.ToArray(), number => Plain.Of(number.Value)), found);
            for (int i = 0; i < found.Length; i++)
                gradient[i] = T.Of(found[i].Value);
        }
    }
}
