using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Poolings.</summary>
internal static class Poolings
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Several("MaxPool", MaxPool);
        rows.Real("AveragePool", AveragePool);
        rows.Real("LpPool", LpPool);
        rows.Real("GlobalAveragePool", node => node.Real(0).Mean(Positions(node), true));
        rows.Real("GlobalMaxPool", node => node.Real(0).Max(Positions(node), true));
        rows.Real("GlobalLpPool", node => node.Real(0).Norm(node.Float2("p", 2), Positions(node), true));
        rows.Real("MaxUnpool", MaxUnpool);
    }

    private static int[] Positions<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node[0].Shape.Rank > 2
        ? [.. Enumerable.Range(2, node[0].Shape.Rank - 2)]
        : throw node.Wrong($"its input has the shape {node[0].Shape}; batch, channels and further axes are needed");

    // p is an integer in newer versions and a number in older ones.
    private static double Float2<T>(this NodeContext<T> node, string name, double otherwise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.Opset < 2 ? node.Float(name, otherwise) : node.Int(name, (long)otherwise);

    private static Windows Read<T>(NodeContext<T> node, Shape input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Windows windows = Windows.Of(node, input);
        return node.Int("ceil_mode", 0) != 0 ? windows.RoundedUp(input) : windows;
    }

    private static Var<T> Padded<T>(NodeContext<T> node, Var<T> x, Windows windows, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = node.ShapeOf([x.Shape[0], x.Shape[1], .. Enumerable.Range(0, windows.Rank)
            .Select(a => (long)x.Shape[a + 2] + windows.Before[a] + windows.After[a])]);
        return windows.Before.All(pad => pad == 0) && windows.After.All(pad => pad == 0)
            ? x
            : x.Pad([0, 0, .. windows.Before], [0, 0, .. windows.After], value);
    }

    private static OnnxValue<T>?[] MaxPool<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (node[0].Host is { } host)
            return MaxPoolOfIntegers(node, host);
        Var<T> x = node.Real(0);
        Windows windows = Read(node, x.Shape);
        int[] kernel = windows.Kernel, stride = windows.Strides, padding = windows.Before, dilation = windows.Dilations;
        Shape input = x.Shape;

        // The engine pads both sides alike and by less than a window; otherwise −∞ stands around the input.
        if (!windows.IsSymmetric || Enumerable.Range(0, windows.Rank).Any(axis => 2 * padding[axis] > kernel[axis] || dilation[axis] > 1))
        {
            x = Padded(node, x, windows, double.NegativeInfinity);
            padding = new int[windows.Rank];
        }

        Var<T> y = windows.Rank switch
        {
            1 => x.MaxPool1d(kernel[0], stride[0], padding[0], null, dilation[0]),
            2 => x.MaxPool2d((kernel[0], kernel[1]), (stride[0], stride[1]), (padding[0], padding[1]), null, (dilation[0], dilation[1])),
            _ => x.MaxPool3d((kernel[0], kernel[1], kernel[2]), (stride[0], stride[1], stride[2]), (padding[0], padding[1], padding[2]), null,
                (dilation[0], dilation[1], dilation[2])),
        };
        return [node.Result(y), node.Wants(1) ? NodeContext<T>.Result(First(node, node.Real(0).ToArray(), input, windows, y.Shape)) : null];
    }

    private static OnnxValue<T>?[] MaxPoolOfIntegers<T>(NodeContext<T> node, HostTensor x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Windows windows = Read(node, x.Shape);
        Shape output = node.ShapeOf([x.Shape[0], x.Shape[1], .. Enumerable.Range(0, windows.Rank).Select(axis => windows.Count(x.Shape, axis))]);
        HostTensor first = First(node, x.Elements, x.Shape, windows, output, places: true);
        return [
            NodeContext<T>.Result(x.Take(output, Array.ConvertAll(first.Elements, place => (int)place))),
            node.Wants(1) ? NodeContext<T>.Result(First(node, x.Elements, x.Shape, windows, output)) : null,
        ];
    }

    // The first largest element of every window, as a row-major index into the input, or with the last two axes exchanged.
    private static HostTensor First<T, TElement>(NodeContext<T> node, TElement[] elements, Shape input, Windows windows, Shape output, bool places = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TElement : IComparable<TElement>
    {
        int[] strides = IndexMaps.Strides(input), counts = windows.Kernel;
        Shape window = new(counts);
        int[] shown = [.. strides];
        if (!places && node.Int("storage_order", 0) != 0 && windows.Rank == 2)
            (shown[2], shown[3]) = (1, input[2]);
        List<long> found = new(output.Count);
        _ = IndexMaps.Build(output, position =>
        {
            int best = -1, index = 0;
            _ = IndexMaps.Build(window, within =>
            {
                int place = (position[0] * strides[0]) + (position[1] * strides[1]), label = place;
                for (int axis = 0; axis < counts.Length; axis++)
                {
                    int at = (position[axis + 2] * windows.Strides[axis]) + (within[axis] * windows.Dilations[axis]) - windows.Before[axis];
                    if (at < 0 || at >= input[axis + 2])
                        return 0;
                    place += at * strides[axis + 2];
                    label += at * shown[axis + 2];
                }

                if (best < 0 || elements[place].CompareTo(elements[best]) > 0)
                    (best, index) = (place, label);
                return 0;
            });
            found.Add(best < 0 ? throw node.Wrong("a window lies outside the input") : places ? best : index);
            return 0;
        });
        return new HostTensor(OnnxType.Int64, output, [.. found]);
    }

    private static Var<T> Averages<T>(Var<T> x, Windows windows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] kernel = windows.Kernel, stride = windows.Strides;
        return windows.Rank switch
        {
            1 => x.AveragePool1d(kernel[0], stride[0]),
            2 => x.AveragePool2d((kernel[0], kernel[1]), (stride[0], stride[1])),
            _ => x.AveragePool3d((kernel[0], kernel[1], kernel[2]), (stride[0], stride[1], stride[2])),
        };
    }

    private static Var<T> AveragePool<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        Windows stated = Windows.Of(node, x.Shape), windows = Read(node, x.Shape);
        if (windows.Dilations.Any(dilation => dilation != 1))
            return SumOfWindows(node, Padded(node, x, windows, 0), windows) / x.Tape.Constant(Counts(node, x, stated, windows));
        Var<T> y = Averages(Padded(node, x, windows, 0), windows);
        NDArray<T> counts = Counts(node, x, stated, windows);
        double whole = windows.Kernel.Aggregate(1.0, (product, extent) => product * extent);
        return counts.ToArray().All(count => double.CreateTruncating(count) == whole) ? y : y.Scale(whole) / x.Tape.Constant(counts);
    }

    // How many positions of every window count: those of the input, and those of the padding that was stated if it counts too.
    private static NDArray<T> Counts<T>(NodeContext<T> node, Var<T> x, Windows stated, Windows windows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool countsPadding = node.Int("count_include_pad", 0) != 0;
        long[][] along = [.. Enumerable.Range(0, windows.Rank).Select(axis =>
        {
            long from = countsPadding ? -stated.Before[axis] : 0, to = x.Shape[axis + 2] + (countsPadding ? stated.After[axis] : 0);
            return Enumerable.Range(0, checked((int)windows.Count(x.Shape, axis))).Select(window => Enumerable.Range(0, windows.Kernel[axis])
                .LongCount(within => ((long)window * windows.Strides[axis]) - windows.Before[axis] + (within * windows.Dilations[axis]) is var at
                    && at >= from && at < to))
                .ToArray();
        })];
        Shape shape = new([1, 1, .. along.Select(counts => counts.Length)]);
        T[] product = new T[shape.Count];
        int place = 0;
        _ = IndexMaps.Build(shape, position =>
        {
            product[place++] = T.CreateTruncating(along.Select((counts, axis) => counts[position[axis + 2]]).Aggregate(1L, (left, right) => left * right));
            return 0;
        });
        return x.Tape.Constant(shape, product).Value;
    }

    private static Var<T> SumOfWindows<T>(NodeContext<T> node, Var<T> padded, Windows windows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Windows bare = windows with { Before = new int[windows.Rank], After = new int[windows.Rank] };
        Shape window = new(windows.Kernel);
        int[] counts = [padded.Shape[0], padded.Shape[1], .. Enumerable.Range(0, windows.Rank).Select(axis => checked((int)bare.Count(padded.Shape, axis)))];
        Var<T>? sum = null;
        _ = IndexMaps.Build(window, within =>
        {
            int[] start = [0, 0, .. within.Select((at, axis) => at * windows.Dilations[axis])];
            Var<T> part = node.Result(padded).Slice(start, [1, 1, .. windows.Strides], counts).Variable;
            sum = sum is { } before ? before + part : part;
            return 0;
        });
        return sum!.Value;
    }

    private static Var<T> LpPool<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double p = node.Float2("p", 2);
        Var<T> x = node.Real(0);
        Windows windows = Read(node, x.Shape);
        Var<T> powers = Padded(node, p == 2 ? x.Square() : x.Abs().Pow(p), windows, 0);
        Var<T> sums = SumOfWindows(node, powers, windows);
        return p == 2 ? sums.Sqrt() : sums.Pow(1 / p);
    }

    private static Var<T> MaxUnpool<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        Windows windows = Windows.Of(node, x.Shape);
        int rank = windows.Rank;
        long[] inferred = [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, rank)
            .Select(axis => ((x.Shape[axis + 2] - 1L) * windows.Strides[axis]) + windows.Kernel[axis] - windows.Before[axis] - windows.After[axis])];
        Shape from = node.ShapeOf(inferred), shape = node.Has(2) ? node.ShapeOf(node.Integers(2)) : from;
        int[] inside = IndexMaps.Strides(shape), of = IndexMaps.Strides(from), source = [.. Enumerable.Repeat(x.Shape.Count, shape.Count)];
        long[] indices = node.Integers(1);
        if (indices.Length != x.Shape.Count || shape.Rank != from.Rank)
            throw node.Wrong($"{indices.Length} indices were given for {x.Shape} and a result of {shape}");
        for (int i = 0; i < indices.Length; i++)
        {
            long index = indices[i], rest = index;
            int place = 0;
            if (index < 0 || index >= from.Count)
                throw node.Wrong($"index {index} is outside {from}");
            for (int axis = 0; axis < of.Length; axis++)
            {
                place += (int)(rest / of[axis]) * inside[axis];
                rest %= of[axis];
            }

            source[place] = i;
        }

        Var<T> withZero = Operations.Concatenate(0, x.Reshape(x.Shape.Count), x.Tape.Constant([1], [T.Zero]));
        return withZero.Take(shape, source);
    }
}
