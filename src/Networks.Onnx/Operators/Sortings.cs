using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Largest elements, and where they stand.</summary>
internal static class Sortings
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Several("TopK", TopK);
        rows.Host("NonZero", NonZero);
        rows.Several("Unique", Unique);
    }

    /// <summary>The position of the first, or last, largest or smallest element of every line along an axis.</summary>
    public static long[] ArgExtreme<TElement>(TElement[] elements, in Shape shape, int axis, bool smallest, bool last)
        where TElement : IComparable<TElement>
    {
        int extent = shape[axis], stride = IndexMaps.Strides(shape)[axis];
        if (extent == 0)
            throw new ArgumentException($"axis {axis} of {shape} has no elements; one at least is needed.");
        long[] found = new long[shape.Count / extent];
        for (int line = 0; line < found.Length; line++)
        {
            int start = (line / stride * stride * extent) + (line % stride), best = 0;
            for (int at = 1; at < extent; at++)
            {
                int order = elements[start + (at * stride)].CompareTo(elements[start + (best * stride)]);
                order = smallest ? -order : order;
                if (order > 0 || (last && order == 0))
                    best = at;
            }

            found[line] = best;
        }

        return found;
    }

    private static OnnxValue<T>?[] TopK<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int axis = node.Axis(node.Int("axis", -1), x.Shape.Rank), extent = x.Shape[axis];
        long k = node.Opset < 10 ? node.Int("k") : node.Integers(1) is [long only] ? only : throw node.Wrong("K is one number");
        bool smallest = node.Int("largest", 1) == 0;
        if (k < 0 || k > extent)
            throw node.Wrong($"{k} elements were asked for; axis {axis} of {x.Shape} has {extent}");
        int[] order = x.Host is { } integers ? Order(integers.Elements, x.Shape, axis, (int)k, smallest)
            : Order(x.Variable.ToArray(), x.Shape, axis, (int)k, smallest);
        Shape shape = x.Shape.With(axis, (int)k);
        int stride = IndexMaps.Strides(x.Shape)[axis];
        HostTensor positions = new(OnnxType.Int64, shape, Array.ConvertAll(order, place => (long)(place / stride % extent)));

        // The engine's own operation knows its ties.
        OnnxValue<T> values = x.IsReal && k > 0 ? node.Result(x.Variable.TopK((int)k, axis, smallest)) : x.Take(shape, order);
        return [values, NodeContext<T>.Result(positions)];
    }

    // Row-major places in x of the k first elements of every line, in their order; of equal ones the earlier comes first.
    private static int[] Order<TElement>(TElement[] elements, in Shape shape, int axis, int k, bool smallest)
        where TElement : IComparable<TElement>
    {
        int extent = shape[axis], stride = IndexMaps.Strides(shape)[axis];
        int[] places = new int[shape.Count == 0 ? 0 : shape.Count / extent * k];
        for (int line = 0; k > 0 && line < places.Length / k; line++)
        {
            int start = (line / stride * stride * extent) + (line % stride);
            IEnumerable<int> at = Enumerable.Range(0, extent);
            int[] sorted = [.. (smallest ? at.OrderBy(i => elements[start + (i * stride)]) : at.OrderByDescending(i => elements[start + (i * stride)]))
                .Take(k)];
            for (int rank = 0; rank < k; rank++)
                places[(line / stride * stride * k) + (rank * stride) + (line % stride)] = start + (sorted[rank] * stride);
        }

        return places;
    }

    private static HostTensor NonZero<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = node[0].Shape;
        double[] numbers = node.Numbers(0);
        int[] found = [.. Enumerable.Range(0, numbers.Length).Where(i => numbers[i] != 0)], strides = IndexMaps.Strides(shape);
        return new HostTensor(OnnxType.Int64, Shape.Of(shape.Rank, found.Length),
            [.. strides.SelectMany((stride, axis) => found.Select(place => (long)(place / stride % shape[axis])))]);
    }

    private static OnnxValue<T>?[] Unique<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int axis = node.HasAttribute("axis") ? node.Axis(node.Int("axis"), x.Shape.Rank) : -1;
        int[] rest = [.. Enumerable.Range(0, x.Shape.Rank).Where(other => other != axis)];
        int[] source = axis < 0 ? [.. Enumerable.Range(0, x.Shape.Count)] : IndexMaps.Permute(x.Shape, [axis, .. rest], out _);
        int lines = axis < 0 ? x.Shape.Count : x.Shape[axis], length = lines == 0 ? 0 : source.Length / lines;
        double[] numbers = node.Numbers(0);
        Comparer<int> order = Comparer<int>.Create((left, right) =>
        {
            for (int i = 0; i < length; i++)
            {
                int sign = numbers[source[(left * length) + i]].CompareTo(numbers[source[(right * length) + i]]);
                if (sign != 0)
                    return sign;
            }

            return 0;
        });
        int[][] groups = [.. Groups(lines, order)];
        if (node.Int("sorted", 1) == 0)
            groups = [.. groups.OrderBy(group => group[0])];
        long[] inverse = new long[lines];
        for (int g = 0; g < groups.Length; g++)
        {
            foreach (int member in groups[g])
                inverse[member] = g;
        }

        int[] first = [.. groups.Select(group => group[0])];
        OnnxValue<T> values = axis < 0 ? x.Reshape(Shape.Of(x.Shape.Count)).TakeAxis(0, Shape.Of(first.Length), first)
            : x.TakeAxis(axis, Shape.Of(first.Length), first);
        return [
            values, NodeContext<T>.Result(HostTensor.List([.. first])), NodeContext<T>.Result(HostTensor.List(inverse)),
            NodeContext<T>.Result(HostTensor.List([.. groups.Select(group => (long)group.Length)])),
        ];
    }

    private static IEnumerable<int[]> Groups(int lines, Comparer<int> order)
    {
        List<int> group = [];
        foreach (int line in Enumerable.Range(0, lines).Order(order))
        {
            if (group.Count > 0 && order.Compare(group[^1], line) != 0)
            {
                yield return [.. group];
                group.Clear();
            }

            group.Add(line);
        }

        if (group.Count > 0)
            yield return [.. group];
    }
}
