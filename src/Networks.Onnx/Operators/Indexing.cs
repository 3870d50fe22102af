using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Reading and writing at indices.</summary>
internal static class Indexing
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Add("Gather", Gather);
        rows.Add("GatherElements", GatherElements);
        rows.Add("GatherND", GatherMany);
        rows.Add("ScatterElements", ScatterElements);
        rows.Add("Scatter", ScatterElements);
        rows.Add("ScatterND", ScatterMany);
        rows.Add("Compress", Compress);
    }

    /// <summary>Indices counted from the start, each inside an extent.</summary>
    public static int[] Inside<T>(NodeContext<T> node, long[] indices, int extent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(indices, index => Inside(node, index, extent));

    private static int Inside<T>(NodeContext<T> node, long index, int extent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => index >= -extent && index < extent
        ? (int)(index < 0 ? index + extent : index)
        : throw node.Wrong($"index {index} is outside an axis of {extent} positions");

    private static OnnxValue<T> Gather<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        HostTensor indices = node.Host(1);
        int axis = node.Axis(node.Int("axis", 0), x.Shape.Rank);
        int[] positions = Inside(node, indices.Elements, x.Shape[axis]), extents = x.Shape.ToArray();
        _ = node.ShapeOf([.. extents[..axis].Select(extent => (long)extent), .. indices.Shape.ToArray().Select(extent => (long)extent),
            .. extents[(axis + 1)..].Select(extent => (long)extent)]);
        return x.TakeAxis(axis, indices.Shape, positions);
    }

    private static OnnxValue<T> GatherElements<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        HostTensor indices = node.Host(1);
        return x.Take(indices.Shape, Places(node, x.Shape, indices, node.Axis(node.Int("axis", 0), x.Shape.Rank)));
    }

    // The place in an array that every index along an axis means, the other axes being those of the index.
    private static int[] Places<T>(NodeContext<T> node, Shape shape, HostTensor indices, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (indices.Shape.Rank != shape.Rank || Enumerable.Range(0, shape.Rank).Any(other => other != axis && indices.Shape[other] > shape[other]))
            throw node.Wrong($"indices of {indices.Shape} were given for {shape}; only axis {axis} may be longer");
        int[] at = Inside(node, indices.Elements, shape[axis]), strides = IndexMaps.Strides(shape);
        int next = 0;
        return IndexMaps.Build(indices.Shape, position =>
        {
            int place = at[next++] * strides[axis];
            for (int other = 0; other < strides.Length; other++)
                place += other == axis ? 0 : position[other] * strides[other];
            return place;
        });
    }

    // The places where the slices begin that the rows of indices name.
    private static int[] Starts<T>(NodeContext<T> node, Shape shape, HostTensor indices, int batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int depth = indices.Shape.Rank > 0 ? indices.Shape[-1] : throw node.Wrong("its indices are a single number; an axis at least is needed");
        if (batch < 0 || batch >= indices.Shape.Rank || batch + depth > shape.Rank
            || !shape.ToArray().AsSpan(0, batch).SequenceEqual(indices.Shape.ToArray().AsSpan(0, batch)))
            throw node.Wrong($"indices of {indices.Shape} with {batch} axes of the batch were given for {shape}");
        int[] strides = IndexMaps.Strides(shape), extents = shape.ToArray();
        int rows = depth == 0 ? new Shape(indices.Shape.ToArray().AsSpan()[..^1]).Count : indices.Elements.Length / depth;
        int batches = extents[..batch].Aggregate(1, (product, extent) => product * extent);
        int[] starts = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            int within = batch == 0 ? 0 : row / (rows / batches) * strides[batch - 1];
            for (int i = 0; i < depth; i++)
                within += Inside(node, indices.Elements[(row * depth) + i], extents[batch + i]) * strides[batch + i];
            starts[row] = within;
        }

        return starts;
    }

    private static OnnxValue<T> GatherMany<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        HostTensor indices = node.Host(1);
        int batch = node.Small("batch_dims", 0);
        int[] starts = Starts(node, x.Shape, indices, batch), rest = x.Shape.ToArray()[(batch + indices.Shape[-1])..];
        Shape shape = node.ShapeOf([.. indices.Shape.ToArray()[..^1].Select(extent => (long)extent), .. rest.Select(extent => (long)extent)]);
        int length = new Shape(rest).Count;
        return x.Take(shape, [.. starts.SelectMany(start => Enumerable.Range(start, length))]);
    }

    private static OnnxValue<T> ScatterElements<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        HostTensor indices = node.Host(1);
        if (node[2].Shape != indices.Shape)
            throw node.Wrong($"updates of {node[2].Shape} were given for indices of {indices.Shape}");
        return Scatter(node, Places(node, node[0].Shape, indices, node.Axis(node.Int("axis", 0), node[0].Shape.Rank)));
    }

    private static OnnxValue<T> ScatterMany<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        HostTensor indices = node.Host(1);
        int[] starts = Starts(node, node[0].Shape, indices, 0), rest = node[0].Shape.ToArray()[indices.Shape[-1]..];
        int length = new Shape(rest).Count;
        if (node[2].Shape.Count != starts.Length * length)
            throw node.Wrong($"updates of {node[2].Shape} were given for {starts.Length} slices of [{string.Join(", ", rest)}]");
        return Scatter(node, [.. starts.SelectMany(start => Enumerable.Range(start, length))]);
    }

    // Updates of one place are applied in rounds, in their order.
    private static OnnxValue<T> Scatter<T>(NodeContext<T> node, int[] places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0], updates = node[2];
        string reduction = node.Choice("reduction", "none", "none", "add", "mul", "max", "min");
        if (places.Length == 0)
            return x;
        if (reduction == "none")
        {
            int[] source = [.. Enumerable.Range(0, x.Shape.Count)];
            for (int i = 0; i < places.Length; i++)
                source[places[i]] = x.Shape.Count + i;
            OnnxValue<T> both = Movement.Concatenate([x.Reshape(Shape.Of(x.Shape.Count)), updates.Reshape(Shape.Of(places.Length))], 0);
            return both.Take(x.Shape, source);
        }

        if (x.Host is { } host)
        {
            long[] elements = [.. host.Elements], added = node.Integers(2);
            for (int i = 0; i < places.Length; i++)
                elements[places[i]] = host.Type.Wrap(Combine(elements[places[i]], added[i]));
            return NodeContext<T>.Result(host with { Elements = elements });
        }

        Var<T> result = x.Variable.Reshape(x.Shape.Count), values = updates.Variable.Reshape(places.Length);
        if (reduction == "add")
            return node.Result(result.ScatterAdd(0, node.Tape.Indices(Shape.Of(places.Length), places), values).Reshape(x.Shape.ToArray()));
        int[] rounds = new int[x.Shape.Count], round = Array.ConvertAll(places, place => rounds[place]++);
        for (int r = 0; r < rounds.Max(); r++)
        {
            int[] source = new int[x.Shape.Count];
            bool[] isHit = new bool[source.Length];
            for (int i = 0; i < places.Length; i++)
            {
                if (round[i] == r)
                    (source[places[i]], isHit[places[i]]) = (i, true);
            }

            Var<T> given = values.Take(Shape.Of(source.Length), source);
            Var<T> combined = reduction == "mul" ? result * given : reduction == "max" ? result.Maximum(given) : result.Minimum(given);
            result = Operations.Where(isHit, combined, result);
        }

        return node.Result(result.Reshape(x.Shape.ToArray()));

        long Combine(long left, long right) => reduction switch
        {
            "add" => unchecked(left + right),
            "mul" => unchecked(left * right),
            "max" => Math.Max(left, right),
            _ => Math.Min(left, right),
        };
    }

    private static OnnxValue<T> Compress<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node.HasAttribute("axis") ? node[0] : node[0].Reshape(Shape.Of(node[0].Shape.Count));
        int axis = node.HasAttribute("axis") ? node.Axis(node.Int("axis"), x.Shape.Rank) : 0;
        long[] condition = node.Integers(1);
        int[] kept = [.. Enumerable.Range(0, Math.Min(condition.Length, x.Shape[axis])).Where(i => condition[i] != 0)];
        return x.TakeAxis(axis, Shape.Of(kept.Length), kept);
    }
}
