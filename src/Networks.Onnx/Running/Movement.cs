using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Running;

/// <summary>Moves the elements of values of either kind.</summary>
internal static class Movement
{
    public static OnnxValue<T> Reshape<T>(this OnnxValue<T> x, in Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Host is { } host
        ? new OnnxValue<T>(host with
        {
            Shape = shape.Count == host.Shape.Count ? shape
            : throw new ArgumentException($"{host.Shape} has not the elements of {shape}.")
        })
        : new OnnxValue<T>(x.Variable.Reshape(shape.ToArray()), x.IsConstant, x.Type);

    public static OnnxValue<T> Permute<T>(this OnnxValue<T> x, int[] order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Host is not { } host)
            return new OnnxValue<T>(x.Variable.Permute(order), x.IsConstant, x.Type);
        int[] source = IndexMaps.Permute(host.Shape, order, out Shape shape);
        return new OnnxValue<T>(host.Take(shape, source));
    }

    public static OnnxValue<T> Broadcast<T>(this OnnxValue<T> x, in Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Host is { } host
        ? new OnnxValue<T>(host.Take(shape, IndexMaps.Broadcast(host.Shape, shape)))
        : new OnnxValue<T>(x.Variable.BroadcastTo(shape.ToArray()), x.IsConstant, x.Type);

    /// <summary>The value of a shape whose element i is that at source[i] of x, in row-major order.</summary>
    public static OnnxValue<T> Take<T>(this OnnxValue<T> x, in Shape shape, int[] source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Host is { } host
        ? new OnnxValue<T>(host.Take(shape, source))
        : new OnnxValue<T>(x.Variable.Take(shape, source), x.IsConstant, x.Type);

    /// <summary>The variable of a shape whose element i is that at source[i] of x, in row-major order.</summary>
    public static Var<T> Take<T>(this Var<T> x, in Shape shape, int[] source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => source.Length == 0
        ? x.Tape.Constant(shape, [])
        : x.Reshape(x.Shape.Count).Take(0, x.Tape.Indices(shape, source));

    public static OnnxValue<T> TakeAxis<T>(this OnnxValue<T> x, int axis, in Shape positionShape, int[] positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Host is null && positions.Length > 0)
            return new OnnxValue<T>(x.Variable.Take(axis, x.Variable.Tape.Indices(positionShape, positions)), x.IsConstant, x.Type);
        int[] source = IndexMaps.TakeAxis(x.Shape, axis, positionShape, positions, out Shape shape);
        return x.Take(shape, source);
    }

    public static OnnxValue<T> Concatenate<T>(IReadOnlyList<OnnxValue<T>> parts, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parts[0].IsReal)
            return new OnnxValue<T>(Operations.Concatenate(axis, [.. parts.Select(part => part.Variable)]), parts.All(part => part.IsConstant), parts[0].Type);
        Shape first = parts[0].Shape;
        int inner = first.ToArray()[(axis + 1)..].Aggregate(1, (product, extent) => product * extent);
        int outer = first.ToArray()[..axis].Aggregate(1, (product, extent) => product * extent);
        if (parts.Any(part => part.Host is null || part.Shape.Rank != first.Rank || part.Shape.With(axis, 0) != first.With(axis, 0)))
            throw new ArgumentException($"shapes {string.Join(", ", parts.Select(part => part.Shape))} were given; they may differ along axis {axis} only.");
        List<long> elements = [];
        for (int row = 0; row < outer; row++)
        {
            foreach (OnnxValue<T> part in parts)
            {
                int length = part.Shape[axis] * inner;
                elements.AddRange(part.Host!.Elements.AsSpan(row * length, length));
            }
        }

        return new OnnxValue<T>(new HostTensor(parts[0].Type, first.With(axis, parts.Sum(part => part.Shape[axis])), [.. elements]));
    }

    /// <summary>A part of a value: count[a] positions of every axis a, from start[a] in steps.</summary>
    public static OnnxValue<T> Slice<T>(this OnnxValue<T> x, int[] start, int[] step, int[] count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Host is null && step.All(one => one == 1) && count.All(length => length > 0))
        {
            Var<T> part = x.Variable;
            for (int axis = 0; axis < start.Length; axis++)
                part = start[axis] == 0 && count[axis] == part.Shape[axis] ? part : part.Slice(axis, start[axis], count[axis]);
            return new OnnxValue<T>(part, x.IsConstant, x.Type);
        }

        int[] strides = IndexMaps.Strides(x.Shape);
        int first = start.Zip(strides, (place, stride) => place * stride).Sum();
        Shape shape = new(count);
        return x.Take(shape, shape.Count == 0 ? [] : IndexMaps.Along(shape, first, [.. step.Zip(strides, (one, stride) => one * stride)]));
    }

    public static OnnxValue<T> Slice<T>(this OnnxValue<T> x, int axis, int start, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] starts = new int[x.Shape.Rank], steps = [.. Enumerable.Repeat(1, x.Shape.Rank)], counts = x.Shape.ToArray();
        starts[axis] = start;
        counts[axis] = count;
        return x.Slice(starts, steps, counts);
    }
}
