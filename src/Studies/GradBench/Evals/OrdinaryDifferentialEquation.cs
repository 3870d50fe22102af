using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁ from 0 at time 0 to time 2, by the classical method of Runge and Kutta; the gradient of the last element.</summary>
internal static class OrdinaryDifferentialEquation
{
    private const double End = 2;

    public static Module Module { get; } = new Module<Input>("ode", [new(Sample.Numbers(5, 0.2, 1.2), 3)],
        ("primal", (input, _) =>
        {
            Check(input);
            return Computation.Of(() => Solution(input.X, input.S));
        }),
        ("gradient", (input, device) =>
        {
            Check(input);
            TensorProgram program = new(device, true, (tape, leaves) => Last(tape, leaves[0], input.S), ([input.X.Length], input.X));
            return Computation.Of(() => program.Gradient()[0], program);
        }));

    private static double[] Solution(double[] x, int steps)
    {
        double h = End / steps;
        double[] y = new double[x.Length], before = new double[x.Length], sum = new double[x.Length], slope = new double[x.Length];
        for (int step = 0; step < steps; step++)
        {
            y.CopyTo(before, 0);
            Array.Clear(sum);
            foreach ((double weight, double ahead) in (ReadOnlySpan<(double, double)>)[(1, h / 2), (2, h / 2), (2, h), (1, 0)])
            {
                slope[0] = x[0];
                for (int i = 1; i < x.Length; i++)
                    slope[i] = x[i] * before[i - 1];
                for (int i = 0; i < x.Length; i++)
                {
                    sum[i] += weight * slope[i];
                    before[i] = y[i] + (ahead * slope[i]);
                }
            }

            for (int i = 0; i < x.Length; i++)
                y[i] += h / 6 * sum[i];
        }

        return y;
    }

    private static Var<double> Last(Tape<double> tape, Var<double> x, int steps)
    {
        int n = x.Shape[0];
        double h = End / steps;
        Var<double> one = tape.Constant([1], [1]), y = tape.Constant([n], new double[n]);
        Var<double> Slope(Var<double> at) => x * Operations.Concatenate(0, one, at.Slice(0, 0, n - 1));
        for (int step = 0; step < steps; step++)
        {
            Var<double> first = Slope(y), second = Slope(y + (first * (h / 2))), third = Slope(y + (second * (h / 2))), fourth = Slope(y + (third * h));
            y += (first + (second * 2) + (third * 2) + fourth) * (h / 6);
        }

        return y.Select(0, n - 1);
    }

    private static void Check(Input input)
    {
        Rows.NeedAtLeast(input.S, 1, "s");
        Rows.NeedAtLeast(input.X.Length, 1, "the number of elements of x");
    }

    /// <summary>The input.</summary>
    /// <param name="X">The factors.</param>
    /// <param name="S">The number of steps.</param>
    internal sealed record Input(double[] X, int S);
}
