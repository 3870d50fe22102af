using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Shapes, and operators that only move elements.</summary>
internal static class Shapes
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Host("Shape", ShapeOf);
        rows.Host("Size", node => new HostTensor(OnnxType.Int64, Shape.Scalar, [node[0].Shape.Count]));
        rows.Add("Reshape", Reshape);
        rows.Add("Flatten", Flatten);
        rows.Add("Squeeze", Squeeze);
        rows.Add("Unsqueeze", Unsqueeze);
        rows.Add("Transpose", Transpose);
        rows.Add("Concat", Concat);
        rows.Several("Split", Split);
        rows.Add("Slice", Slice);
        rows.Add("Expand", Expand);
        rows.Add("Tile", Tile);
        rows.Add("Pad", Pad);
        rows.Add("Trilu", Trilu);
        rows.Add("DepthToSpace", DepthToSpace);
        rows.Add("SpaceToDepth", SpaceToDepth);
        rows.Add("ReverseSequence", ReverseSequence);
    }

    private static HostTensor ShapeOf<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] extents = node[0].Shape.ToArray();
        int rank = extents.Length, start = Bound(node.Int("start", 0)), end = Bound(node.Int("end", rank));
        return HostTensor.List([.. extents[start..Math.Max(start, end)].Select(extent => (long)extent)]);

        int Bound(long place) => (int)Math.Clamp(place < 0 ? place + rank : place, 0, rank);
    }

    private static OnnxValue<T> Reshape<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape from = node[0].Shape;
        long[] wanted = [.. node.Opset < 5 ? node.Ints("shape") ?? throw node.Wrong("attribute shape is missing") : node.Integers(1)];
        bool keepsZeros = node.Int("allowzero", 0) != 0;
        for (int axis = 0; axis < wanted.Length; axis++)
        {
            if (wanted[axis] == 0 && !keepsZeros)
                wanted[axis] = axis < from.Rank ? from[axis] : throw node.Wrong($"the extent 0 of axis {axis} copies one that {from} does not have");
        }

        int open = Array.IndexOf(wanted, -1L);
        if (open >= 0)
        {
            Int128 others = wanted.Where((_, axis) => axis != open).Aggregate((Int128)1, (product, extent) => Int128.Min(product * extent, long.MaxValue));
            wanted[open] = others == 0 ? 0 : (long)(from.Count / others);
        }

        Shape shape = node.ShapeOf(wanted);
        return shape.Count == from.Count ? node[0].Reshape(shape) : throw node.Wrong($"{from} was to become {shape}, which has not its elements");
    }

    private static OnnxValue<T> Flatten<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] extents = node[0].Shape.ToArray();
        long axis = node.Int("axis", 1);
        int first = axis == extents.Length ? extents.Length : node.Axis(axis, extents.Length);
        return node[0].Reshape(Shape.Of(Product(extents[..first]), Product(extents[first..])));
    }

    private static int Product(int[] extents) => extents.Aggregate(1, (product, extent) => product * extent);

    private static OnnxValue<T> Squeeze<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] extents = node[0].Shape.ToArray();
        int[] axes = node.Either(1, "axes") is { } named
            ? node.Axes(named, extents.Length)
            : [.. Enumerable.Range(0, extents.Length).Where(axis => extents[axis] == 1)];
        if (axes.Any(axis => extents[axis] != 1))
            throw node.Wrong($"axes {string.Join(", ", axes)} of {node[0].Shape} were to be left out; only those of extent 1 can be");
        return node[0].Reshape(new Shape([.. extents.Where((_, axis) => !axes.Contains(axis))]));
    }

    private static OnnxValue<T> Unsqueeze<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long[] named = node.Either(1, "axes") ?? throw node.Wrong("its axes are missing");
        int rank = node[0].Shape.Rank + named.Length;
        int[] axes = node.Axes(named, rank);
        Queue<int> extents = new(node[0].Shape.ToArray());
        return node[0].Reshape(node.ShapeOf([.. Enumerable.Range(0, rank).Select(axis => axes.Contains(axis) ? 1L : extents.Dequeue())]));
    }

    private static OnnxValue<T> Transpose<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = node[0].Shape.Rank;
        int[] order = node.Ints("perm") is { } named ? node.Axes(named, rank) : [.. Enumerable.Range(0, rank).Reverse()];
        return order.Length == rank ? node[0].Permute(order) : throw node.Wrong($"attribute perm has {order.Length} axes; {rank} are needed");
    }

    private static OnnxValue<T> Concat<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T>[] parts = node.All();
        int axis = node.Axis(node.Opset < 4 ? node.Int("axis", 1) : node.Int("axis"), node[0].Shape.Rank);
        Int128 count = parts.Aggregate((Int128)0, (sum, part) => sum + part.Shape.Count);
        return count <= node.Limits.MaximumElements ? Movement.Concatenate(parts, axis) : throw node.TooLarge((long)count);
    }

    private static OnnxValue<T>?[] Split<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int axis = node.Axis(node.Int("axis", 0), x.Shape.Rank), extent = x.Shape[axis];
        long[] lengths;
        if (node.Either(1, "split") is { } named)
        {
            lengths = named;
        }
        else
        {
            int parts = node.Small("num_outputs", node.Outputs), length = parts > 0 ? (extent + parts - 1) / parts
                : throw node.Wrong($"{parts} parts were asked for");
            lengths = [.. Enumerable.Range(0, parts).Select(part => (long)Math.Clamp(extent - (part * length), 0, length))];
        }

        if (lengths.Any(length => length < 0) || lengths.Sum() != extent || lengths.Length != node.Outputs)
            throw node.Wrong($"axis {axis} of {x.Shape} was to be split into [{string.Join(", ", lengths)}] for {node.Outputs} outputs");
        int start = 0;
        return [.. lengths.Select(length =>
        {
            start += (int)length;
            return (OnnxValue<T>?)x.Slice(axis, start - (int)length, (int)length);
        })];
    }

    private static OnnxValue<T> Slice<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        bool areInputs = node.Opset >= 10;
        long[] from = areInputs ? node.Integers(1) : node.Ints("starts") ?? throw node.Wrong("attribute starts is missing");
        long[] to = areInputs ? node.Integers(2) : node.Ints("ends") ?? throw node.Wrong("attribute ends is missing");
        long[] named = (areInputs ? node.Has(3) ? node.Integers(3) : null : node.Ints("axes")) ?? [.. Enumerable.Range(0, from.Length)
            .Select(axis => (long)axis)];
        long[] by = areInputs && node.Has(4) ? node.Integers(4) : [.. Enumerable.Repeat(1L, from.Length)];
        int[] axes = node.Axes(named, x.Shape.Rank), start = new int[x.Shape.Rank], step = [.. Enumerable.Repeat(1, x.Shape.Rank)], count = x.Shape.ToArray();
        if (to.Length != from.Length || axes.Length != from.Length || by.Length != from.Length || by.Contains(0))
            throw node.Wrong("starts, ends, axes and steps are of one length, and no step is 0");
        for (int i = 0; i < axes.Length; i++)
        {
            long extent = x.Shape[axes[i]], lowest = by[i] > 0 ? 0 : -1, highest = by[i] > 0 ? extent : extent - 1;
            Int128 first = Math.Clamp(from[i] < 0 ? from[i] + extent : from[i], by[i] > 0 ? 0 : -1, highest);
            Int128 end = Math.Clamp(to[i] < 0 ? to[i] + extent : to[i], lowest, highest);
            Int128 length = Int128.Max((end - first + by[i] - Math.Sign(by[i])) / by[i], 0);
            (start[axes[i]], count[axes[i]]) = ((int)first, (int)length);
            step[axes[i]] = length <= 1 ? 1 : (int)by[i];
        }

        return x.Slice([.. start.Select((place, axis) => count[axis] == 0 ? 0 : place)], step, count);
    }

    private static OnnxValue<T> Expand<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape wanted = node.ShapeOf(node.Integers(1));
        Arithmetic.CheckBroadcast(node, node[0].Shape, wanted);
        return node[0].Broadcast(Shape.Broadcast(node[0].Shape, wanted, "expand"));
    }

    private static OnnxValue<T> Tile<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int[] extents = x.Shape.ToArray();
        long[] times = node.Integers(1);
        if (times.Length != extents.Length)
            throw node.Wrong($"{times.Length} repeats were given for {x.Shape}");
        Shape shape = node.ShapeOf([.. times.Zip(extents, (count, extent) => count is >= 0 and <= int.MaxValue ? count * extent : long.MaxValue)]);
        int[] strides = IndexMaps.Strides(x.Shape);
        return x.Take(shape, IndexMaps.Build(shape, position =>
        {
            int place = 0;
            for (int axis = 0; axis < extents.Length; axis++)
                place += position[axis] % extents[axis] * strides[axis];
            return place;
        }));
    }

    private static OnnxValue<T> Pad<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int rank = x.Shape.Rank;
        string mode = node.Choice("mode", "constant", "constant", "reflect", "edge", "wrap");
        long[] pads = (node.Opset >= 11 ? node.Integers(1) : node.Ints(node.Opset < 2 ? "paddings" : "pads")) ?? throw node.Wrong("its pads are missing");
        int[] axes = node.Has(3) ? node.Axes(node.Integers(3), rank) : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length)
            throw node.Wrong($"{pads.Length} pads were given for {axes.Length} axes; there are two for each");
        long[] before = new long[rank], after = new long[rank];
        for (int i = 0; i < axes.Length; i++)
            (before[axes[i]], after[axes[i]]) = (pads[i], pads[i + axes.Length]);
        Shape shape = node.ShapeOf([.. x.Shape.ToArray().Select((extent, axis) =>
            Math.Abs(before[axis]) > int.MaxValue || Math.Abs(after[axis]) > int.MaxValue ? long.MaxValue : extent + before[axis] + after[axis])]);
        if (mode != "constant" && x.Shape.Count == 0 && shape.Count > 0)
            throw node.Wrong($"{x.Shape} has no elements to repeat");
        int[] extents = x.Shape.ToArray(), strides = IndexMaps.Strides(x.Shape);
        if (mode == "constant" && x.IsReal && before.Concat(after).All(pad => pad >= 0))
            return node.Result(x.Variable.Pad(Array.ConvertAll(before, pad => (int)pad), Array.ConvertAll(after, pad => (int)pad), Fill()));

        // The value stands behind the elements; negative pads leave elements out.
        OnnxValue<T> elements = x.Reshape(Shape.Of(x.Shape.Count));
        if (mode == "constant")
            elements = Movement.Concatenate([elements, Constants.Filled(node, x.Type, Shape.Of(1), T.CreateTruncating(Fill()), (long)Fill())], 0);
        return elements.Take(shape, IndexMaps.Build(shape, position =>
        {
            int place = 0;
            for (int axis = 0; axis < extents.Length; axis++)
            {
                long at = position[axis] - before[axis];
                if (mode == "constant" && (at < 0 || at >= extents[axis]))
                    return x.Shape.Count;
                place += Inside(at, extents[axis]) * strides[axis];
            }

            return place;
        }));

        double Fill() => node.Opset < 11 ? node.Float("value", 0) : node.Has(2) ? node.Number(2) : 0;

        int Inside(long at, int extent)
        {
            if (mode == "edge")
                return (int)Math.Clamp(at, 0, extent - 1);
            if (mode == "wrap")
                return (int)(((at % extent) + extent) % extent);
            long period = Math.Max(2L * (extent - 1), 1), within = ((at % period) + period) % period;
            return (int)Math.Min(within, period - within) % extent;
        }
    }

    private static OnnxValue<T> Trilu<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        if (x.Shape.Rank < 2)
            throw node.Wrong($"its input has the shape {x.Shape}; matrices are allowed");
        bool isUpper = node.Int("upper", 1) != 0;
        int diagonal = (int)Math.Clamp(node.Has(1) ? node.Integers(1)[0] : 0, -x.Shape[-2] - 1L, x.Shape[-1] + 1L);
        if (x.Host is not { } host)
            return node.Result(isUpper ? node.Real(0).UpperTriangle(diagonal) : node.Real(0).LowerTriangle(diagonal));
        int columns = x.Shape[-1], rows = x.Shape[-2];
        return NodeContext<T>.Result(host with
        {
            Elements = [.. host.Elements.Select((value, i) => isUpper == (i % columns) - (i / columns % rows) >= diagonal
                || (i % columns) - (i / columns % rows) == diagonal ? value : 0)],
        });
    }

    private static OnnxValue<T> DepthToSpace<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = Images(node);
        int block = Block(node), depth = x[1] / block / block;
        if (x[1] % (block * block) != 0)
            throw node.Wrong($"{x} has {x[1]} channels; a multiple of {block}² is allowed");
        bool isColumns = node.Choice("mode", "DCR", "DCR", "CRD") == "CRD";
        OnnxValue<T> parts = isColumns
            ? node[0].Reshape(Shape.Of(x[0], depth, block, block, x[2], x[3])).Permute([0, 1, 4, 2, 5, 3])
            : node[0].Reshape(Shape.Of(x[0], block, block, depth, x[2], x[3])).Permute([0, 3, 4, 1, 5, 2]);
        return parts.Reshape(Shape.Of(x[0], depth, x[2] * block, x[3] * block));
    }

    private static OnnxValue<T> SpaceToDepth<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = Images(node);
        int block = Block(node);
        if (x[2] % block != 0 || x[3] % block != 0)
            throw node.Wrong($"{x} has {x[2]} rows and {x[3]} columns; multiples of {block} are allowed");
        return node[0].Reshape(Shape.Of(x[0], x[1], x[2] / block, block, x[3] / block, block)).Permute([0, 3, 5, 1, 2, 4])
            .Reshape(Shape.Of(x[0], x[1] * block * block, x[2] / block, x[3] / block));
    }

    private static Shape Images<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node[0].Shape is { Rank: 4 } shape
        ? shape
        : throw node.Wrong($"its input has the shape {node[0].Shape}; batch, channels, height and width are needed");

    private static int Block<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.Int("blocksize") is var block and >= 1 and <= 0x4000
        ? (int)block
        : throw node.Wrong($"attribute blocksize is {node.Int("blocksize")}; at least 1 is allowed");

    private static OnnxValue<T> ReverseSequence<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int time = node.Axis(node.Int("time_axis", 0), x.Shape.Rank), batch = node.Axis(node.Int("batch_axis", 1), x.Shape.Rank);
        long[] lengths = node.Integers(1);
        int extent = x.Shape[time];
        if (lengths.Length != x.Shape[batch] || lengths.Any(length => length < 0 || length > extent))
            throw node.Wrong($"lengths [{string.Join(", ", lengths)}] were given for {x.Shape}; each of {x.Shape[batch]} is at most {extent}");
        int[] strides = IndexMaps.Strides(x.Shape);
        return x.Take(x.Shape, IndexMaps.Build(x.Shape, position =>
        {
            int length = (int)lengths[position[batch]], at = position[time], place = 0;
            for (int axis = 0; axis < strides.Length; axis++)
                place += (axis == time && at < length ? length - 1 - at : position[axis]) * strides[axis];
            return place;
        }));
    }
}
