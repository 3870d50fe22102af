using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Functions on one plane of an image, common to all poolings.</summary>
internal static unsafe class PoolingPlanes
{
    /// <summary>The plane of the input's cotangent, cleared unless the cotangents are added to what it holds.</summary>
    public static T* Begin<T>(in PoolingShape shape, T* dx, int plane, bool accumulate)
        where T : unmanaged
    {
        int length = shape.InputPlane;
        T* start = dx + ((nint)plane * length);
        if (!accumulate)
            new Span<T>(start, length).Clear();
        return start;
    }

    /// <summary>The number of elements of a window that equal a value.</summary>
    public static int CountEqual<T>(in PoolingRows rows, PoolingSpan span, T* image, T value, bool nanIsEqual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool countNaN = nanIsEqual && T.IsNaN(value);
        int count = 0;
        for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
        {
            for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
            {
                int line = rows.Line(d, h);
                for (int w = span.Left; w < span.Right; w += span.Step)
                    count += image[line + w] == value || (countNaN && T.IsNaN(image[line + w])) ? 1 : 0;
            }
        }

        return count;
    }
}
