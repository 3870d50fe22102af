using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets while it is recorded for many examples at once.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">The tape to record on.</param>
/// <param name="count">The number of examples.</param>
/// <param name="node">The operation as recorded for one example.</param>
/// <param name="inputs">Its inputs; those that vary have the examples along their first axis.</param>
/// <param name="varies">Which inputs vary with the example; one does.</param>
internal readonly struct Examples<T>(Tape<T> tape, int count, Node<T> node, Var<T>[] inputs, bool[] varies)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of examples.</summary>
    public int Count => count;

    /// <summary>The tape to record on.</summary>
    public Tape<T> Tape => tape;

    /// <summary>The number of inputs.</summary>
    public int InputCount => varies.Length;

    /// <summary>The shape of the output for one example.</summary>
    public Shape Output => node.Output.Shape;

    /// <summary>An input, with the examples along its first axis if it varies.</summary>
    public Var<T> this[int input] => inputs[input];

    /// <summary>Whether an input varies with the example.</summary>
    public bool Varies(int input) => varies[input];

    /// <summary>Whether any input from a given one on varies with the example.</summary>
    public bool VariesFrom(int first) => varies.AsSpan(first).Contains(true);

    /// <summary>The shape of an input for one example.</summary>
    public Shape ShapeOf(int input) => node.Input(input).Shape;

    /// <summary>An input that broadcasts as it does for one example, to values of the given rank.</summary>
    public Var<T> Aligned(int input, int rank)
    {
        Shape shape = ShapeOf(input);
        if (!varies[input] || shape.Rank == rank)
            return inputs[input];
        Span<int> extents = stackalloc int[rank + 1];
        extents.Fill(1);
        extents[0] = count;
        for (int axis = 0; axis < shape.Rank; axis++)
            extents[1 + rank - shape.Rank + axis] = shape[axis];
        return Reshaped(inputs[input], new Shape(extents));
    }

    /// <summary>An input with the examples along its first axis, repeated for each if it does not vary.</summary>
    public Var<T> All(int input)
    {
        if (varies[input])
            return inputs[input];
        Shape shape = ShapeOf(input);
        return inputs[input].Apply(new BroadcastTo<T>(Led(count, shape)));
    }

    /// <summary>An input whose first axis holds the first axes of all examples.</summary>
    public Var<T> Merged(int input)
    {
        Shape shape = ShapeOf(input);
        return Reshaped(All(input), shape.With(0, checked(count * shape[0])));
    }

    /// <summary>Gives a value the examples along its first axis and the shape of one example's output behind it.</summary>
    public Var<T> Shaped(Var<T> value) => Reshaped(value, Led(count, Output));

    /// <summary>A value in another shape.</summary>
    public static Var<T> Reshaped(Var<T> value, in Shape shape) => value.Shape == shape ? value : value.Apply(new Reshape<T>(shape));

    /// <summary>Records a reduction of the first input.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="axis">The axis of one example; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="make">Makes the rule for an axis.</param>
    public Var<T> Reduced<TRule>(int? axis, bool keepAxis, Func<int, bool, TRule> make)
        where TRule : struct, IRule<T>
    {
        if (axis is { } along)
            return inputs[0].Apply(make(along + 1, keepAxis));
        Var<T> flat = Reshaped(inputs[0], Shape.Of(count, ShapeOf(0).Count));
        return Shaped(flat.Apply(make(1, false)));
    }

    /// <summary>Indices of one example, repeated for each. A replay repeats what they are by then.</summary>
    /// <param name="indices">The indices.</param>
    public NDArray<int> Repeated(NDArray<int> indices)
    {
        NDArray<int> repeated = tape.Contents.Memory.RentIndices(Led(count, indices.Shape));
        Device device = tape.Device;
        int examples = count;
        tape.SideEffect(() =>
        {
            for (int example = 0; example < examples; example++)
                device.CopyIndices(indices.Unpinned(), repeated.Slice(0, example, 1));
        });
        return repeated;
    }

    /// <summary>A shape behind a leading axis.</summary>
    public static Shape Led(int count, in Shape shape)
    {
        Span<int> extents = stackalloc int[shape.Rank + 1];
        extents[0] = count;
        shape.CopyTo(extents[1..]);
        return new Shape(extents);
    }
}
