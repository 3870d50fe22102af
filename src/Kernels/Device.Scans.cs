using System.Numerics;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Kernels;

/// <content>Scans: every partial result along an axis.</content>
public abstract partial class Device
{
    /// <summary>
    /// destination[…, j, …] = the scan's result of x[…, l, …] over l ≤ j along an axis, or over l ≥ j with <paramref name="reverse"/>. The bits are the same
    /// for any number of threads.
    /// </summary>
    /// <typeparam name="T">float, double or Half; computed in double and rounded at the end.</typeparam>
    /// <typeparam name="TScan">The scan.</typeparam>
    /// <param name="scan">The scan, without companions.</param>
    /// <param name="x">The array.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="reverse">Whether the scan begins at the end of the axis.</param>
    /// <param name="destination">The results, of the same shape; it may be x itself.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the scan needs companions.</exception>
    public void Scan<T, TScan>(TScan scan, in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScan : struct, IScan
    {
        x.CheckReadable();
        destination.BeginWrite("Device.Scan");
        ScanAny(scan, x, default, axis, reverse, destination, default, accumulate);
    }

    /// <summary>
    /// As <see cref="Scan{T, TScan}(TScan, in NDArray{T}, int, bool, in NDArray{T}, bool)"/>, with a companion for every element, with positions, or both.
    /// </summary>
    /// <typeparam name="T">float, double or Half; computed in double and rounded at the end.</typeparam>
    /// <typeparam name="TScan">The scan.</typeparam>
    /// <param name="scan">The scan.</param>
    /// <param name="x">The array.</param>
    /// <param name="companions">The companions, of the same shape; the default value if the scan reads none.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="reverse">Whether the scan begins at the end of the axis.</param>
    /// <param name="destination">The results, of the same shape; it may be one of the arguments. The default value if only positions are needed.</param>
    /// <param name="positions">Receives the index along the axis of the element that each result is taken from, contiguous, of the same shape; the default
    /// value if positions are not needed.</param>
    /// <param name="accumulate">Whether to add the results to what the destination holds.</param>
    /// <exception cref="ArgumentException">The shapes differ, companions or positions are given to a scan that has none or are missing, or positions are not
    /// contiguous.</exception>
    public void Scan<T, TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, int axis, bool reverse, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScan : struct, IScan
    {
        x.CheckReadable();
        companions.CheckReadable();
        destination.BeginWrite("Device.Scan");
        positions.BeginWrite("Device.Scan");
        ScanAny(scan, x, companions, axis, reverse, destination, positions, accumulate);
    }

    /// <summary>destination[…, j, …] = Σ x[…, l, …] over l ≤ j along an axis, or over l ≥ j with <paramref name="reverse"/>.</summary>
    /// <typeparam name="T">float, double or Half. Each sum is accurate to about the last digit of T, for an axis of any length.</typeparam>
    /// <param name="x">The array.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="reverse">Whether the sums begin at the end of the axis.</param>
    /// <param name="destination">The sums, of the same shape; it may be x itself.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CumulativeSum<T>(in NDArray<T> x, int axis, bool reverse, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        destination.BeginWrite("Device.CumulativeSum");

        // A double sum holds the digits that float sums would round off.
        if (typeof(T) == typeof(double))
            ScanAny(default(CompensatedSum), x, default, axis, reverse, destination, default, accumulate);
        else
            ScanAny(default(Running<Sum>), x, default, axis, reverse, destination, default, accumulate);
    }

    private protected abstract void ScanCore<T, TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, in ScanShape shape, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScan : struct, IScan;

    // The kernels take contiguous arrays.
    private void ScanAny<T, TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, int axis, bool reverse, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScan : struct, IScan
    {
        ScanShape shape = ArgumentChecks.Scan<T, TScan>(x, companions, axis, reverse, destination, positions);
        if (x.Count == 0)
            return;
        if (!x.IsContiguous)
        {
            NDArray<T> copy = Packed(x);
            ScanAny(scan, copy, companions, axis, reverse, destination, positions, accumulate);
            Return(copy);
        }
        else if (!companions.IsNone && !companions.IsContiguous)
        {
            NDArray<T> copy = Packed(companions);
            ScanAny(scan, x, copy, axis, reverse, destination, positions, accumulate);
            Return(copy);
        }
        else if (!destination.IsNone && !destination.IsContiguous)
        {
            NDArray<T> results = Allocate<T>(destination.Shape);
            ScanCore(scan, x, companions, shape, results, positions, false);
            Copy(results, destination, accumulate);
            Return(results);
        }
        else
        {
            ScanCore(scan, x, companions, shape, destination, positions, accumulate);
        }
    }

    private NDArray<T> Packed<T>(in NDArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> copy = Allocate<T>(array.Shape);
        Copy(array, copy);
        return copy;
    }
}
