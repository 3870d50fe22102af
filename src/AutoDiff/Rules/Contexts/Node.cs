using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>A recorded operation, with the members that the contexts of all passes share.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record that contains it.</param>
/// <param name="index">Its index in the record.</param>
internal readonly struct Node<T>(TapeRecord<T> record, int index)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public TapeRecord<T> Record => record;

    public int Index => index;

    public Device Device => record.Device;

    public OperationFacts Facts => record.FactsAt(index);

    public int InputCount => record.InputCount(index);

    public NDArray<T> Output => record.Value(index);

    public NDArray<T> Input(int input) => record.InputValue(index, input);

    public Shape InputShape(int input) => record.Value(record.InputNode(index, input)).Shape;

    public int InputNode(int input) => record.InputNode(index, input);

    public bool Needs(int input) => record.NeedsGradient(record.InputNode(index, input));

    public NDArray<T> Rent(in Shape shape) => record.Device.Allocate<T>(shape);

    public NDArray<int> RentIndices(in Shape shape) => record.Device.Allocate<int>(shape);

    public void Return<TElement>(in NDArray<TElement> array)
        where TElement : unmanaged => record.Device.Return(array);

    public ArrayChangedException Changed(ArrayChangedException exception) => record.Changed(index, exception);

    /// <summary>Maps every element of the output, in row-major order, to the element of an input that was broadcast to it.</summary>
    public int[] BroadcastElements(int input)
    {
        Shape shape = Input(input).Shape;
        int[] elements = new int[shape.Count];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = i;
        NDArray<int> numbered = RentIndices(shape);
        numbered.CopyFrom(elements);
        int[] result = numbered.BroadcastTo(Output.Shape).ToArray();
        Return(numbered);
        return result;
    }
}
