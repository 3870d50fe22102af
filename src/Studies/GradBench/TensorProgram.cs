using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench;

/// <summary>A program on arrays, recorded at its first run and replayed at the others.</summary>
internal sealed class TensorProgram : IDisposable
{
    private readonly Replay<double> replay;
    private readonly NDArray<double>[] arrays;
    private readonly Var<double>[] leaves;

    /// <summary>Makes a program.</summary>
    /// <param name="device">Where it is computed.</param>
    /// <param name="isDifferentiated">Whether its arrays are variables; otherwise they are constants, and there is no gradient.</param>
    /// <param name="program">Computes the output from the arrays.</param>
    /// <param name="given">The arrays: shapes and elements.</param>
    public TensorProgram(Device device, bool isDifferentiated, Func<Tape<double>, Var<double>[], Var<double>> program,
        params (Shape Shape, double[] Elements)[] given)
    {
        arrays = [.. given.Select(array => device.Array<double>(array.Shape, array.Elements))];
        leaves = new Var<double>[arrays.Length];
        replay = new Replay<double>(new Tape<double>(device), tape =>
        {
            for (int i = 0; i < leaves.Length; i++)
                leaves[i] = isDifferentiated ? tape.Variable(arrays[i]) : tape.Constant(arrays[i]);
            return program(tape, leaves);
        });
    }

    /// <summary>Runs the program, whose output is a number.</summary>
    public double Value() => replay.Run().GetScalar();

    /// <summary>Runs the program and computes its gradient, array by array.</summary>
    public double[][] Gradient()
    {
        Gradients<double> gradients = replay.Backward();
        return [.. leaves.Select(leaf => gradients[leaf].ToArray())];
    }

    /// <inheritdoc/>
    public void Dispose() => replay.Tape.Dispose();
}
