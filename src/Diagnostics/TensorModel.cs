using ConservativeAD.Kernels;

namespace ConservativeAD.Diagnostics;

/// <summary>One run of a model on tensors, which gives products with its Jacobian and the Jacobian's transpose.</summary>
internal sealed class TensorModel : IDisposable
{
    private readonly Tape<double> tape;
    private readonly Var<double>[] leaves;
    private readonly Var<double> output;

    public TensorModel(IReadOnlyList<Shape> shapes, Func<Var<double>[], Var<double>> model, ReadOnlySpan<double> point, Selections? selections)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(model);
        int expected = shapes.Sum(shape => shape.Count);
        if (expected != point.Length || expected == 0)
            throw new ArgumentException($"Tensors of shapes {string.Join(", ", shapes)} have {expected} elements; a point of {point.Length} was given.",
                nameof(point));
        tape = new Tape<double>(Device.Default, selections);
        try
        {
            leaves = new Var<double>[shapes.Count];
            for (int i = 0, start = 0; i < leaves.Length; start += shapes[i++].Count)
                leaves[i] = tape.Variable(shapes[i], point.Slice(start, shapes[i].Count));
            output = model(leaves);
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    public int Outputs => output.Shape.Count;

    /// <summary>weightsᵀ·J.</summary>
    public double[] Pull(double[] weights)
    {
        NDArray<double> cotangent = Device.Default.Allocate<double>(output.Shape);
        try
        {
            cotangent.CopyFrom(weights);
            Gradients<double> gradients = tape.Backward(output, cotangent);
            return [.. leaves.SelectMany(leaf => gradients[leaf].ToArray())];
        }
        finally
        {
            Device.Default.Return(cotangent);
        }
    }

    /// <summary>J·direction.</summary>
    public double[] Push(double[] direction)
    {
        int start = 0;
        foreach (Var<double> leaf in leaves)
        {
            tape.SetTangent(leaf, direction.AsSpan(start, leaf.Shape.Count));
            start += leaf.Shape.Count;
        }

        tape.CarryTangents();
        return tape.TangentOf(output).ToArray();
    }

    public void Dispose() => tape.Dispose();
}
