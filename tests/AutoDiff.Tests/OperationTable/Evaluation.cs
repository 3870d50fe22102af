using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Runs of a row's program.</summary>
internal static class Evaluation
{
    /// <summary>Records the program at given values.</summary>
    public static Var<T> Record<T>(Tape<T> tape, Func<Var<T>[], Var<T>> program, Shape[] shapes, double[][] values, out Var<T>[] leaves)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        leaves = new Var<T>[shapes.Length];
        for (int input = 0; input < shapes.Length; input++)
            leaves[input] = tape.Variable(shapes[input], Array.ConvertAll(values[input], T.CreateTruncating));
        return program(leaves);
    }

    /// <summary>The value alone.</summary>
    public static double[] Value(OperationCase row, Shape[] shapes, double[][] values)
    {
        using Tape<double> tape = new();
        return Record(tape, row.Apply, shapes, values, out _).ToArray();
    }

    /// <summary>Value and gradients for a cotangent.</summary>
    public static (T[] Value, T[][] Gradients) Pull<T>(Func<Var<T>[], Var<T>> program, Shape[] shapes, double[][] values, Func<int, double> cotangent,
        Device? device = null, Selections? selections = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> tape = new(device, selections);
        Var<T> y = Record(tape, program, shapes, values, out Var<T>[] leaves);
        return (y.ToArray(), Gradients(tape, y, leaves, cotangent));
    }

    public static T[][] Gradients<T>(Tape<T> tape, Var<T> y, Var<T>[] leaves, Func<int, double> cotangent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] weights = [.. Enumerable.Range(0, y.Shape.Count).Select(i => T.CreateTruncating(cotangent(i)))];
        NDArray<T> seed = tape.Device.Array<T>(y.Shape, weights);
        Gradients<T> gradients = tape.Backward(y, seed);
        T[][] result = Array.ConvertAll(leaves, leaf => gradients[leaf].ToArray());
        tape.Device.Return(seed);
        return result;
    }

    /// <summary>The tangent along directions of the inputs.</summary>
    public static double[] Push(Func<Var<double>[], Var<double>> program, Shape[] shapes, double[][] values, double[][] directions,
        Selections? selections = null)
    {
        using Tape<double> tape = new(null, selections);
        Var<double>[] leaves = new Var<double>[shapes.Length];
        for (int input = 0; input < shapes.Length; input++)
        {
            leaves[input] = tape.Variable(shapes[input], values[input]);
            tape.SetTangent(leaves[input], directions[input]);
        }

        return tape.TangentOf(program(leaves)).ToArray();
    }

    /// <summary>Values moved along directions.</summary>
    public static double[][] Moved(double[][] values, double[][] directions, double step) =>
        [.. values.Zip(directions, (x, d) => x.Zip(d, (a, b) => a + (step * b)).ToArray())];

    public static double[] Random(int count, ulong seed, ulong stream)
    {
        double[] values = new double[count];
        new Philox(seed, stream).Uniform<double>(values, -1, 1);
        return values;
    }

    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    public static void AssertClose(double expected, double actual, double tolerance, string where) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * (1 + Math.Abs(expected)) || (double.IsNaN(expected) && double.IsNaN(actual)) || expected == actual,
            $"{where}: expected {expected:R}, was {actual:R}");
}
