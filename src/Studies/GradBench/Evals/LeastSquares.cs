using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>Half the sum of squares of what a polynomial misses of the sign, on a grid of [−1, 1].</summary>
internal static class LeastSquares
{
    // With fewer points a tape of single numbers is faster than arrays.
    private const int FewestPointsForArrays = 64;

    public static Module Module { get; } = new Module<Input>("llsq",
        [new(Sample.Numbers(24, -1, 1), 40), new(Sample.Numbers(8, -1, 1), FewestPointsForArrays)],
        ("primal", (input, _) =>
        {
            Check(input);
            return Computation.Of(() => Value<double>(input.X, input.N));
        }
    ),
        ("gradient", (input, device) =>
        {
            Check(input);
            if (input.N < FewestPointsForArrays)
            {
                ScalarProgram numbers = new(x => Value<Active>(x, input.N), input.X);
                return Computation.Of(numbers.Gradient, numbers);
            }

            TensorProgram arrays = new(device, true, (tape, leaves) => Value(tape, leaves[0], input.N), ([input.X.Length], input.X));
            return Computation.Of(() => arrays.Gradient()[0], arrays);
        }
    ));

    private static T Value<T>(ReadOnlySpan<T> x, int points)
        where T : struct, INumber<T>
    {
        T sum = T.Zero;
        for (int i = 0; i < points; i++)
        {
            double t = Point(i, points);
            T at = T.CreateChecked(t), polynomial = x[^1];
            for (int power = x.Length - 2; power >= 0; power--)
                polynomial = T.MultiplyAddEstimate(polynomial, at, x[power]);
            T missed = T.CreateChecked(Math.Sign(t)) - polynomial;
            sum += missed * missed;
        }

        return sum / T.CreateChecked(2);
    }

    // The same for all points at once.
    private static Var<double> Value(Tape<double> tape, Var<double> x, int points)
    {
        double[] grid = [.. Enumerable.Range(0, points).Select(i => Point(i, points))];
        Var<double> at = tape.Constant([points], grid), sign = tape.Constant([points], [.. grid.Select(t => (double)Math.Sign(t))]);
        int power = x.Shape[0] - 1;
        Var<double> polynomial = x.Select(0, power).BroadcastTo(points);
        while (power-- > 0)
            polynomial = (polynomial * at) + x.Select(0, power);
        return (sign - polynomial).Square().Sum() * 0.5;
    }

    private static double Point(int i, int points) => -1 + (i * 2.0 / (points - 1));

    private static void Check(Input input)
    {
        Rows.NeedAtLeast(input.N, 2, "n");
        Rows.NeedAtLeast(input.X.Length, 1, "the number of elements of x");
    }

    /// <summary>The input.</summary>
    /// <param name="X">The polynomial's coefficients, the constant first.</param>
    /// <param name="N">The number of points.</param>
    internal sealed record Input(double[] X, int N);
}
