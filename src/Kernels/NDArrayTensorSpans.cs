using System.Numerics.Tensors;

namespace ConservativeAD.Kernels;

/// <summary>Arrays as the tensor spans of .NET, and back.</summary>
public static unsafe class NDArrayTensorSpans
{
    /// <summary>
    /// The elements without a copy, to be read. The span is valid until the array's memory is given back, which nothing checks afterwards: for a value of a
    /// tape that is its reset, its next reverse pass for gradients, or its disposal. The array must be contiguous and on the processor.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">The array. One without axes gives a span of one axis of length 1.</param>
    /// <exception cref="NotSupportedException">The array is on another device.</exception>
    /// <exception cref="InvalidOperationException">The array is not contiguous, or its memory was given back.</exception>
    public static ReadOnlyTensorSpan<T> AsTensorSpan<T>(this in NDArray<T> array)
        where T : unmanaged => new(AsSpan(array), Lengths(array.Shape));

    /// <summary>The elements in row-major order without a copy; see <see cref="AsTensorSpan{T}"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">The array.</param>
    /// <exception cref="NotSupportedException">The array is on another device.</exception>
    /// <exception cref="InvalidOperationException">The array is not contiguous, or its memory was given back.</exception>
    public static ReadOnlySpan<T> AsSpan<T>(this in NDArray<T> array)
        where T : unmanaged
    {
        if (array.IsNone || array.Device is not Cpu.CpuDevice)
            throw new NotSupportedException($"{array} has no memory that the program can read; copy the elements out with ToArray.");
        array.CheckReadable();
        if (!array.IsContiguous)
            throw new InvalidOperationException($"Only a contiguous array is a span; copy the elements of the array of shape {array.Shape} with ToArray.");
        return new ReadOnlySpan<T>(Cpu.MapLoop.Pointer(array), array.Count);
    }

    /// <summary>Copies the elements to a tensor span, of any strides.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">The array.</param>
    /// <param name="destination">The destination, of the array's shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static void CopyTo<T>(this in NDArray<T> array, in TensorSpan<T> destination)
        where T : unmanaged
    {
        if (!HasLengths(array.Shape, destination.Lengths))
            throw new ArgumentException($"A tensor span of shape {Written(destination.Lengths)} was given for an array of shape {array.Shape}.",
                nameof(destination));
        new ReadOnlyTensorSpan<T>(array.ToArray(), Lengths(array.Shape)).CopyTo(destination);
    }

    /// <summary>The shape of a tensor span.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="span">The span.</param>
    /// <exception cref="ArgumentException">An axis is longer than an array's can be, or there are too many axes.</exception>
    public static Shape ShapeOf<T>(in ReadOnlyTensorSpan<T> span)
    {
        int[] extents = new int[span.Rank];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            nint length = span.Lengths[axis];
            extents[axis] = length <= int.MaxValue
                ? (int)length
                : throw new ArgumentException($"Axis {axis} of a tensor span of shape {Written(span.Lengths)} is longer than {int.MaxValue}.", nameof(span));
        }

        return Shape.Of(extents);
    }

    /// <summary>The elements of a tensor span of any strides, in row-major order.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="span">The span.</param>
    public static T[] Flattened<T>(in ReadOnlyTensorSpan<T> span)
    {
        T[] elements = new T[span.FlattenedLength];
        span.FlattenTo(elements);
        return elements;
    }

    private static nint[] Lengths(in Shape shape)
    {
        if (shape.Rank == 0)
            return [1];
        nint[] lengths = new nint[shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
            lengths[axis] = shape[axis];
        return lengths;
    }

    private static bool HasLengths(in Shape shape, ReadOnlySpan<nint> lengths) => lengths.SequenceEqual(Lengths(shape));

    private static string Written(ReadOnlySpan<nint> lengths) => $"[{string.Join(", ", lengths.ToArray())}]";
}
