using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>A tape of an objective on tensors, with the leaves that it gives to the program.</summary>
/// <param name="selections">The values to return at kinks.</param>
internal sealed class LeafTape(Selections selections) : IDisposable
{
    /// <summary>The tape.</summary>
    public Tape<double> Tape { get; } = new(Device.Default, selections);

    /// <summary>The variables of the present record, in an array that serves the next record again.</summary>
    public Var<double>[] Leaves { get; private set; } = [];

    /// <summary>Begins a record with the leaves on it.</summary>
    /// <param name="shapes">The shapes of the leaves.</param>
    /// <param name="point">Their elements, leaf by leaf.</param>
    /// <param name="direction">Their tangents, or null for none.</param>
    public void Begin(ReadOnlySpan<Shape> shapes, ReadOnlySpan<double> point, double[]? direction)
    {
        Tape.Reset();
        Tape.ForgetSettings();
        if (Leaves.Length != shapes.Length)
            Leaves = new Var<double>[shapes.Length];
        for (int i = 0, start = 0; i < shapes.Length; start += shapes[i++].Count)
        {
            Leaves[i] = Tape.Variable(shapes[i], point.Slice(start, shapes[i].Count));
            if (direction is not null)
                Tape.SetTangent(Leaves[i], direction.AsSpan(start, shapes[i].Count));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Tape.Dispose();
}
