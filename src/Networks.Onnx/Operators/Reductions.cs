using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Reductions over axes, and sums along one.</summary>
internal static class Reductions
{
    // The first version in which the axes are an input.
    private const int AxesOfSum = 13, AxesOfOthers = 18;

    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Add("ReduceSum", node => Reduce(node, (x, axes, keep) => x.Sum(axes, keep), values =>
            unchecked(values.Aggregate(0L, (sum, value) => sum + value)), AxesOfSum));
        rows.Add("ReduceMean", node => Reduce(node, (x, axes, keep) => x.Mean(axes, keep), values => (long)values.Average()));
        rows.Add("ReduceMax", node => Reduce(node, (x, axes, keep) => x.Max(axes, keep), values => values.Max()));
        rows.Add("ReduceMin", node => Reduce(node, (x, axes, keep) => x.Min(axes, keep), values => values.Min()));
        rows.Add("ReduceProd", node => Reduce(node, (x, axes, keep) => x.Product(axes, keep), values =>
            unchecked(values.Aggregate(1L, (product, value) => product * value))));
        rows.Add("ReduceL1", node => Reduce(node, (x, axes, keep) => x.Norm1(axes, keep), values => values.Sum(Math.Abs)));
        rows.Add("ReduceL2", node => Reduce(node, (x, axes, keep) => x.Norm2(axes, keep), values => (long)Math.Sqrt(values.Sum(value => value * value))));
        rows.Add("ReduceSumSquare", node => Reduce(node, (x, axes, keep) => x.Square().Sum(axes, keep), values => values.Sum(value => value * value)));
        rows.Add("ReduceLogSum", node => Reduce(node, (x, axes, keep) => x.Sum(axes, keep).Log()));
        rows.Add("ReduceLogSumExp", node => Reduce(node, (x, axes, keep) => x.LogSumExp(axes, keep)));
        rows.Host("ArgMax", node => Arg(node, smallest: false));
        rows.Host("ArgMin", node => Arg(node, smallest: true));
        rows.Add("CumSum", CumulativeSum);
    }

    private delegate Var<T> Reduction<T>(Var<T> x, int[] axes, bool keep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static OnnxValue<T> Reduce<T>(NodeContext<T> node, Reduction<T> real, Func<IEnumerable<long>, long>? host = null, int axesAreInput = AxesOfOthers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        long[]? named = node.Opset >= axesAreInput ? node.Has(1) ? node.Integers(1) : null : node.Ints("axes");
        if (named is null or [] && node.Int("noop_with_empty_axes", 0) != 0)
            return x;
        int[] axes = named is null or [] ? [.. Enumerable.Range(0, x.Shape.Rank)] : node.Axes(named, x.Shape.Rank);
        bool keep = node.Int("keepdims", 1) != 0;
        if (x.Host is not { } integers)
            return node.Result(axes.Length == 0 ? real(node.Real(0).Reshape(1), [0], false) : real(node.Real(0), axes, keep));
        if (host is null)
            throw node.Unsupported($"its input holds {x.Type}; floating-point numbers are supported");
        int[] kept = [.. Enumerable.Range(0, x.Shape.Rank).Except(axes)];
        int[] source = IndexMaps.Permute(x.Shape, [.. kept, .. axes], out _);
        int count = axes.Aggregate(1, (product, axis) => product * x.Shape[axis]);
        int[] extents = x.Shape.ToArray();
        Shape shape = new([.. extents.Select((extent, axis) => axes.Contains(axis) ? 1 : extent).Where((_, axis) => keep || !axes.Contains(axis))]);
        return NodeContext<T>.Result(new HostTensor(x.Type, shape, [.. Enumerable.Range(0, shape.Count)
            .Select(i => x.Type.Wrap(host(source.Skip(i * count).Take(count).Select(place => integers.Elements[place]))))]));
    }

    private static HostTensor Arg<T>(NodeContext<T> node, bool smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0];
        int axis = node.Axis(node.Int("axis", 0), x.Shape.Rank);
        bool last = node.Int("select_last_index", 0) != 0;
        long[] found = x.Host is { } integers
            ? Sortings.ArgExtreme(integers.Elements, x.Shape, axis, smallest, last)
            : Sortings.ArgExtreme(x.Variable.ToArray(), x.Shape, axis, smallest, last);
        return new HostTensor(OnnxType.Int64, node.Int("keepdims", 1) != 0 ? x.Shape.With(axis, 1) : x.Shape.Without(axis), found);
    }

    private static OnnxValue<T> CumulativeSum<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int axis = node.Axis((long)node.Number(1), node[0].Shape.Rank);
        bool isReverse = node.Int("reverse", 0) != 0, isExclusive = node.Int("exclusive", 0) != 0;
        if (node[0].Host is { } integers)
            return NodeContext<T>.Result(CumulativeSum(integers, axis, isReverse, isExclusive));
        Var<T> x = node.Real(0);
        x = isReverse ? x.Flip(axis) : x;
        if (isExclusive)
        {
            int[] front = new int[x.Shape.Rank];
            front[axis] = 1;
            x = x.Shape[axis] == 0 ? x : x.Slice(axis, 0, x.Shape[axis] - 1).Pad(front, new int[front.Length]);
        }

        x = x.CumulativeSum(axis);
        return node.Result(isReverse ? x.Flip(axis) : x);
    }

    private static HostTensor CumulativeSum(HostTensor x, int axis, bool isReverse, bool isExclusive)
    {
        long[] sums = new long[x.Elements.Length];
        int stride = IndexMaps.Strides(x.Shape)[axis], extent = x.Shape[axis];
        for (int i = 0; i < sums.Length; i++)
        {
            int at = i / stride % extent, from = isReverse ? at + (isExclusive ? 1 : 0) : 0, to = isReverse ? extent : at + (isExclusive ? 0 : 1);
            for (int k = from; k < to; k++)
                sums[i] = x.Type.Wrap(unchecked(sums[i] + x.Elements[i + ((k - at) * stride)]));
        }

        return new HostTensor(x.Type, x.Shape, sums);
    }
}
