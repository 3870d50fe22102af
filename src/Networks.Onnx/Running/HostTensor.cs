using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Running;

/// <summary>Integers or booleans, which are computed on the host: shapes, indices, conditions.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Elements">The elements in row-major order; booleans are 0 and 1.</param>
internal sealed record HostTensor(OnnxType Type, Shape Shape, long[] Elements)
{
    /// <summary>A list of 64-bit integers.</summary>
    public static HostTensor List(params long[] elements) => new(OnnxType.Int64, Shape.Of(elements.Length), elements);

    /// <summary>The tensor of a shape whose element i is that at source[i] of this one.</summary>
    public HostTensor Take(in Shape shape, ReadOnlySpan<int> source)
    {
        long[] taken = new long[source.Length];
        for (int i = 0; i < taken.Length; i++)
            taken[i] = Elements[source[i]];
        return new HostTensor(Type, shape, taken);
    }

    /// <summary>A function of every element, in the same type unless another is named.</summary>
    public HostTensor Map(Func<long, long> function, OnnxType? type = null)
    {
        OnnxType result = type ?? Type;
        return new HostTensor(result, Shape, Array.ConvertAll(Elements, element => result.Wrap(function(element))));
    }

    /// <summary>A function of the elements of two tensors, which broadcast.</summary>
    public static HostTensor Map(HostTensor x, HostTensor y, Func<long, long, long> function, OnnxType? type = null)
    {
        OnnxType result = type ?? x.Type;
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, "elementwise");
        int[] left = IndexMaps.Broadcast(x.Shape, shape), right = IndexMaps.Broadcast(y.Shape, shape);
        long[] elements = new long[shape.Count];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = result.Wrap(function(x.Elements[left[i]], y.Elements[right[i]]));
        return new HostTensor(result, shape, elements);
    }
}
