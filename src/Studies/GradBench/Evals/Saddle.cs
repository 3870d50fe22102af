using ConservativeAD.Scalars;
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
        ("rr", (input, _) => Prepare(input, GradientMode.Reverse, GradientMode.Reverse)),
        ("ff", (input, _) => Prepare(input, GradientMode.Forward, GradientMode.Forward)),
        ("fr", (input, _) => Prepare(input, GradientMode.Forward, GradientMode.Reverse)),
        ("rf", (input, _) => Prepare(input, GradientMode.Reverse, GradientMode.Forward)));

    private static Computation Prepare(Input input, GradientMode outer, GradientMode inner)
    {
        Rows.NeedLength(input.Start, Dimensions, "start");
        Active[] start = Array.ConvertAll(input.Start, value => new Active(value));
        return Computation.Of(() =>
        {
            Active[] x = GradientDescent.Minimum(Highest, at => Outermost(outer, Highest, at), start),
                y = GradientDescent.Minimum(Depth(x), at => Outermost(outer, Depth(x), at), start);
            return (double[])[.. x.Concat(y).Select(number => number.Value)];
        });

        // The maximum over y at a given x, at the end of a descent from the start.
        Active Highest(Active[] x) => -Depth(x)(GradientDescent.Minimum(Depth(x), y => inner.Within(Depth(x), y), start));
    }

    /// <summary>The input.</summary>
    /// <param name="Start">Where every descent starts.</param>
    internal sealed record Input(double[] Start);

    private static Active[] Outermost(GradientMode mode, Func<Active[], Active> function, Active[] at) =>
        Array.ConvertAll(mode.Outermost(function, Array.ConvertAll(at, number => number.Value)), slope => new Active(slope));

    // What a descent minimises to find the maximum by y at a given x.
    private static Func<Active[], Active> Depth(Active[] x) => y => (y[0] * y[0]) + (y[1] * y[1]) - ((x[0] * x[0]) + (x[1] * x[1]));
}
