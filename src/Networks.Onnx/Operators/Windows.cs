using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>The windows of a convolution or pooling along its axes, as attributes give them.</summary>
/// <param name="Kernel">Positions of a window.</param>
/// <param name="Strides">Positions from one window to the next.</param>
/// <param name="Dilations">Positions from one element of a window to the next.</param>
/// <param name="Before">Padding before each axis.</param>
/// <param name="After">Padding after each axis.</param>
internal sealed record Windows(int[] Kernel, int[] Strides, int[] Dilations, int[] Before, int[] After)
{
    /// <summary>The number of axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Whether every axis has the same padding before and after.</summary>
    public bool IsSymmetric => Before.AsSpan().SequenceEqual(After);

    /// <summary>The positions that a window spans along an axis.</summary>
    public long Span(int axis) => ((Kernel[axis] - 1L) * Dilations[axis]) + 1;

    /// <summary>Reads the attributes of a node whose input is [batch, channels, …].</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The shape of the input.</param>
    /// <param name="kernel">The kernel's extents; those of the attribute kernel_shape if null.</param>
    public static Windows Of<T>(NodeContext<T> node, Shape input, int[]? kernel = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = input.Rank - 2;
        if (rank is < 1 or > 3)
            throw node.Unsupported($"its input has the shape {input}; batch, channels and one to three axes are supported");
        int[] stated = node.Smalls("kernel_shape") ?? kernel ?? throw node.Wrong("attribute kernel_shape is missing");
        int[] window = List(node, "kernel_shape", stated, rank, 1);
        if (kernel is not null && !window.AsSpan().SequenceEqual(kernel))
            throw node.Wrong($"attribute kernel_shape is [{string.Join(", ", window)}], and its weights are of [{string.Join(", ", kernel)}]");
        int[] strides = List(node, "strides", node.Smalls("strides"), rank, 1), dilations = List(node, "dilations", node.Smalls("dilations"), rank, 1);
        int[] before = new int[rank], after = new int[rank];
        string auto = node.Choice("auto_pad", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        if (auto == "NOTSET" && node.Smalls("pads") is { Length: > 0 } pads)
        {
            if (pads.Length != 2 * rank || pads.Any(pad => pad < 0))
                throw node.Wrong($"attribute pads is [{string.Join(", ", pads)}]; {2 * rank} numbers of at least 0 are allowed");
            (before, after) = (pads[..rank], pads[rank..]);
        }

        Windows windows = new(window, strides, dilations, before, after);
        return auto is "SAME_UPPER" or "SAME_LOWER" ? windows.Same(input, auto == "SAME_UPPER") : windows;
    }

    /// <summary>Padding after every axis so that windows that would begin inside it count, as rounding the number of windows up asks.</summary>
    /// <param name="input">The shape of the input.</param>
    public Windows RoundedUp(Shape input)
    {
        int[] after = [.. After];
        for (int axis = 0; axis < Rank; axis++)
        {
            long room = (long)input[axis + 2] + Before[axis] + After[axis] - Span(axis);
            long windows = room < 0 ? 0 : ((room + Strides[axis] - 1) / Strides[axis]) + 1;

            // The last window must start inside the input or the padding before it.
            if (windows > 0 && (windows - 1) * Strides[axis] >= (long)input[axis + 2] + Before[axis])
                windows--;
            after[axis] += (int)Math.Max(((windows - 1) * Strides[axis]) - room, 0);
        }

        return this with { After = after };
    }

    /// <summary>The number of windows along an axis.</summary>
    public long Count(Shape input, int axis) => (((long)input[axis + 2] + Before[axis] + After[axis] - Span(axis)) / Strides[axis]) + 1;

    private static int[] List<T>(NodeContext<T> node, string name, int[]? list, int rank, int least)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] numbers = list is { Length: > 0 } ? list : [.. Enumerable.Repeat(1, rank)];
        return numbers.Length == rank && numbers.All(number => number >= least)
            ? numbers
            : throw node.Wrong($"attribute {name} is [{string.Join(", ", numbers)}]; {rank} numbers of at least {least} are allowed");
    }

    private Windows Same(Shape input, bool upper)
    {
        int[] before = new int[Rank], after = new int[Rank];
        for (int axis = 0; axis < Rank; axis++)
        {
            int extent = input[axis + 2];
            long windows = (extent + Strides[axis] - 1L) / Strides[axis];
            int total = checked((int)Math.Max(((windows - 1) * Strides[axis]) + Span(axis) - extent, 0));
            before[axis] = upper ? total / 2 : total - (total / 2);
            after[axis] = total - before[axis];
        }

        return this with { Before = before, After = after };
    }
}
