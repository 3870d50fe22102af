using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>The logarithm of a sum of exponentials, from its maximum, exponentials and a sum.</summary>
internal static class LogSumExp
{
    public static Module Module { get; } = new Module<Input>("lse", [new(Sample.Numbers(3000, -2, 3))],
        ("primal", (input, device) =>
        {
            TensorProgram program = Program(input, device, false);
            return Computation.Of(program.Value, program);
        }
    ),
        ("gradient", (input, device) =>
        {
            TensorProgram program = Program(input, device, true);
            return Computation.Of(() => program.Gradient()[0], program);
        }
    ));

    private static TensorProgram Program(Input input, Device device, bool isDifferentiated)
    {
        Rows.NeedAtLeast(input.X.Length, 1, "the number of elements of x");
        return new TensorProgram(device, isDifferentiated, (_, leaves) =>
        {
            Var<double> x = leaves[0], largest = x.Max();
            return (x - largest).Exp().Sum().Log() + largest;
        }, ([input.X.Length], input.X));
    }

    /// <summary>The input.</summary>
    /// <param name="X">The exponents.</param>
    internal sealed record Input(double[] X);
}
