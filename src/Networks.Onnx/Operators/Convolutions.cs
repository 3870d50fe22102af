using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Convolutions and transposed convolutions along one to three axes.</summary>
internal static class Convolutions
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Real("Conv", Convolution);
        rows.Real("ConvTranspose", Transposed);
    }

    private static Var<T> Convolution<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), weight = node.Real(1);
        Var<T>? bias = node.OptionalReal(2);
        int groups = node.Small("group", 1);
        Windows windows = Windows.Of(node, x.Shape, Kernel(node, weight.Shape));
        long elements = (long)x.Shape[0] * weight.Shape[0];
        for (int axis = 0; axis < windows.Rank; axis++)
            elements = Math.Min(elements * Math.Max(windows.Count(x.Shape, axis), 0), int.MaxValue + 1L);
        if (elements > node.Limits.MaximumElements)
            throw node.TooLarge(elements);
        int[] padding = windows.Before, stride = windows.Strides, dilation = windows.Dilations;
        if (!windows.IsSymmetric)
        {
            _ = node.ShapeOf([x.Shape[0], x.Shape[1], .. Enumerable.Range(0, windows.Rank)
                .Select(a => (long)x.Shape[a + 2] + windows.Before[a] + windows.After[a])]);
            x = x.Pad([0, 0, .. windows.Before], [0, 0, .. windows.After]);
            padding = new int[windows.Rank];
        }

        return windows.Rank switch
        {
            1 => x.Conv1d(weight, bias, stride[0], padding[0], dilation[0], groups),
            2 => x.Conv2d(weight, bias, (stride[0], stride[1]), (padding[0], padding[1]), (dilation[0], dilation[1]), groups),
            _ => x.Conv3d(weight, bias, (stride[0], stride[1], stride[2]), (padding[0], padding[1], padding[2]), (dilation[0], dilation[1], dilation[2]),
                groups),
        };
    }

    // The full result is computed and cropped, so that padding may differ before and after; what output padding adds beyond it is the bias alone.
    private static Var<T> Transposed<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), weight = node.Real(1);
        int groups = node.Small("group", 1);
        Windows windows = Windows.Of(node, x.Shape, Kernel(node, weight.Shape));
        int rank = windows.Rank;
        int[] added = node.Smalls("output_padding") ?? new int[rank];
        int[]? stated = node.Smalls("output_shape");
        if (added.Length != rank || added.Any(number => number < 0) || (stated is not null && stated.Length != rank && stated.Length != rank + 2))
            throw node.Wrong($"attributes output_padding and output_shape have {rank} numbers of at least 0");
        string auto = node.Text("auto_pad", "NOTSET");
        int[] before = windows.Before, extents = new int[rank], full = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            long whole = ((x.Shape[axis + 2] - 1L) * windows.Strides[axis]) + windows.Span(axis);
            full[axis] = checked((int)whole);
            long wanted = stated is not null ? stated[stated.Length - rank + axis]
                : auto is "SAME_UPPER" or "SAME_LOWER" ? (long)x.Shape[axis + 2] * windows.Strides[axis]
                : whole + added[axis] - windows.Before[axis] - windows.After[axis];
            extents[axis] = checked((int)wanted);
            if (wanted < 1)
                throw node.Wrong($"axis {axis + 2} of its result would have {wanted} positions");
            if (stated is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                long total = Math.Max(whole + added[axis] - wanted, 0);
                before = [.. before];
                before[axis] = checked((int)(auto == "SAME_UPPER" ? total / 2 : total - (total / 2)));
            }
        }

        _ = node.ShapeOf([x.Shape[0], (long)weight.Shape[1] * groups, .. extents.Select(extent => (long)extent)]);
        _ = node.ShapeOf([x.Shape[0], (long)weight.Shape[1] * groups, .. full.Select(extent => (long)extent)]);
        int[] stride = windows.Strides, dilation = windows.Dilations;
        Var<T> y = rank switch
        {
            1 => x.ConvTranspose1d(weight, null, stride[0], 0, 0, dilation[0], groups),
            2 => x.ConvTranspose2d(weight, null, (stride[0], stride[1]), null, null, (dilation[0], dilation[1]), groups),
            _ => x.ConvTranspose3d(weight, null, (stride[0], stride[1], stride[2]), null, null, (dilation[0], dilation[1], dilation[2]), groups),
        };
        for (int axis = 0; axis < rank; axis++)
        {
            int start = before[axis], lead = Math.Max(-start, 0), tail = Math.Max(start + extents[axis] - full[axis], 0);
            if (lead > 0 || tail > 0)
            {
                int[] front = new int[rank + 2], back = new int[rank + 2];
                (front[axis + 2], back[axis + 2]) = (lead, tail);
                y = y.Pad(front, back);
            }

            if (y.Shape[axis + 2] != extents[axis])
                y = y.Slice(axis + 2, start + lead, extents[axis]);
        }

        return node.OptionalReal(2) is { } bias ? y + bias.Reshape([bias.Shape.Count, .. Enumerable.Repeat(1, rank)]) : y;
    }

    private static int[] Kernel<T>(NodeContext<T> node, Shape weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => weight.Rank >= 2
        ? weight.ToArray()[2..]
        : throw node.Wrong($"its weights have the shape {weight}; they have two axes and those of the kernel");
}
