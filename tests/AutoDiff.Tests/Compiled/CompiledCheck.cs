using ConservativeAD.Scalars;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>Compares a compiled function with the tape, bit by bit.</summary>
internal sealed class CompiledCheck : IDisposable
{
    private readonly Func<Active[], Active> program;
    private readonly ScalarTape tape;
    private readonly double[] gradient;

    public CompiledCheck(Func<Active[], Active> program, int inputs, Selections? selections = null)
    {
        this.program = program;
        tape = new ScalarTape(selections);
        gradient = new double[inputs];
        Function = CompiledFunction.Of(program, inputs, selections);
    }

    public CompiledFunction Function { get; }

    /// <summary>Value and gradient by the tape.</summary>
    public (double Value, double[] Gradient) Tape(ReadOnlySpan<double> point)
    {
        tape.Reset();
        Active[] x = new Active[point.Length];
        for (int i = 0; i < x.Length; i++)
            x[i] = tape.Variable(point[i]);
        Active y = program(x);
        return (y.Value, tape.Gradient(y));
    }

    /// <summary>Holds the compiled function to the tape's bits at a point.</summary>
    public void At(params ReadOnlySpan<double> point)
    {
        string where = $"at ({string.Join(", ", point.ToArray().Select(x => x.ToString("R")))})";
        (double expected, double[] slopes) = Tape(point);
        Array.Fill(gradient, 7);
        AssertBits(expected, Function.ValueAndGradient(point, gradient), $"value {where}");
        AssertBits(expected, Function.Value(point), $"value alone {where}");
        for (int i = 0; i < slopes.Length; i++)
            AssertBits(slopes[i], gradient[i], $"derivative {i} {where}");
    }

    public void Dispose() => tape.Dispose();

    public static void AssertBits(double expected, double actual, string what) => Assert.True(
        BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual), $"{what}: {actual:R} where the tape gives {expected:R}");
}
