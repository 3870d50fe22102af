using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁ from 0 at time 0 to time 2, by the classical method of Runge and Kutta; the gradient of the last element.</summary>
internal static class OrdinaryDifferentialEquation
{
    private const double End = 2;

    public static Module Module { get; } = new Module<Input>("ode", [new(Sample.Numbers(5, 0.2, 1.2), 3)],
        ("primal", (input, device) =>
        {
            TensorProgram program = Program(input, device, false, y => y);
            return Computation.Of(program.Values, program);
        }
    ),
        ("gradient", (input, device) =>
        {
            TensorProgram program = Program(input, device, true, y => y.Select(0, input.X.Length - 1));
            return Computation.Of(() => program.Gradient()[0], program);
        }
    ));

    private static TensorProgram Program(Input input, Device device, bool isDifferentiated, Func<Var<double>, Var<double>> output)
    {
        Rows.NeedAtLeast(input.S, 1, "s");
        Rows.NeedAtLeast(input.X.Length, 1, "the number of elements of x");
        return new TensorProgram(device, isDifferentiated, (tape, leaves) => output(Solution(tape, leaves[0], input.S)), ([input.X.Length], input.X));
    }

    private static Var<double> Solution(Tape<double> tape, Var<double> x, int steps)
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

        return y;
    }

    /// <summary>The input.</summary>
    /// <param name="X">The factors.</param>
    /// <param name="S">The number of steps.</param>
    internal sealed record Input(double[] X, int S);
}
