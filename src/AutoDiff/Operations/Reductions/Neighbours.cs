using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Shifts arrays by one position along an axis, and propagates marks along it.</summary>
internal static class Neighbours
{
    /// <summary>destination[…, j, …] = source[…, j − 1, …].</summary>
    /// <typeparam name="W">The element type.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="source">The array.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="first">The value for the first position.</param>
    /// <param name="destination">Another array.</param>
    public static void Previous<W>(Device device, in NDArray<W> source, int axis, double first, in NDArray<W> destination)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (source.Count == 0)
            return;
        int length = source.Shape[axis];
        device.Copy(source.Slice(axis, 0, length - 1), destination.Slice(axis, 1, length - 1));
        device.Fill(destination.Slice(axis, 0, 1), W.CreateTruncating(first));
    }

    /// <summary>destination[…, j, …] = source[…, j + 1, …].</summary>
    /// <typeparam name="W">The element type.</typeparam>
    /// <param name="device">The device that computes.</param>
    /// <param name="source">The array.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="last">The value for the last position.</param>
    /// <param name="destination">Another array.</param>
    public static void Next<W>(Device device, in NDArray<W> source, int axis, double last, in NDArray<W> destination)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (source.Count == 0)
            return;
        int length = source.Shape[axis];
        device.Copy(source.Slice(axis, 1, length - 1), destination.Slice(axis, 0, length - 1));
        device.Fill(destination.Slice(axis, length - 1, 1), W.CreateTruncating(last));
    }

    /// <summary>Propagates marks back through an operation whose elements affect their own position along the axis and all later ones.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="context">The marks of the output elements that are reached.</param>
    /// <param name="axis">The axis.</param>
    public static void ReachFollowing<T>(in PullbackContext<T> context, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.CumulativeSum(context.Cotangent, axis, true, target, accumulate);
    }
}
