using System.Numerics;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Max pooling along a direction: among the elements that tie for a window's maximum, selects the one with the largest tangent, and the first if several have
/// it. Several NaN count as tied.
/// </summary>
internal static unsafe class MaxPoolingAlong
{
    /// <summary>Finds the elements, and their tangents where <paramref name="dy"/> is given.</summary>
    public static void Run<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y, T* dx, int* positions, T* dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new Body<T>(shape, x, y, dx, positions, dy));
    }

    private readonly struct Body<T>(PoolingShape shape, T* x, T* y, T* dx, int* positions, T* dy) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int lines = shape.Depth.Output * shape.Height.Output, width = shape.Width.Output, plane = part * shape.InputPlane;
            PoolingAxis axis = shape.Width;
            nint output = (nint)part * lines * width;
            var columns = new PoolingColumns(shape);
            for (int line = 0; line < lines; line++, output += width)
            {
                PoolingRows rows = new(shape, line);
                for (int column = 0; column < width;)
                {
                    int block = typeof(T) == typeof(float) ? columns.BlockOf(column) : -1;
                    if (block >= 0 && EightWindows(rows, new PoolingSpan(axis, block), plane, output + block))
                    {
                        column = block + PoolingColumns.Lanes;
                        continue;
                    }

                    OneWindow(rows, new PoolingSpan(axis, column), plane, output + column);
                    column++;
                }
            }

            for (nint o = (nint)part * lines * width; dy is not null && o < output; o++)
                dy[o] = dx[positions[o]];
        }

        private void OneWindow(in PoolingRows rows, PoolingSpan span, int plane, nint output)
        {
            T largest = y[output];
            bool isNaN = T.IsNaN(largest);
            int best = -1;
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w += span.Step)
                    {
                        int at = plane + line + w;
                        if ((x[at] == largest || (isNaN && T.IsNaN(x[at]))) && (best < 0 || dx[at] > dx[best]))
                            best = at;
                    }
                }
            }

            positions[output] = best;
        }

        // Whether every window has found its element. A window does not if its maximum is NaN or all its tangents are −∞.
        private bool EightWindows(in PoolingRows rows, PoolingSpan span, int plane, nint output)
        {
            int stride = shape.Width.Stride;
            Vector256<float> largest = Vector256.Load((float*)y + output), furthest = Vector256.Create(float.NegativeInfinity);
            Vector256<int> place = Vector256.Create(-1);
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = plane + rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w++)
                    {
                        Vector256<float> tangent = PoolingColumns.Load((float*)dx + line + w, stride);
                        Vector256<float> taken = Vector256.Equals(PoolingColumns.Load((float*)x + line + w, stride), largest) & Vector256.GreaterThan(tangent,
                            furthest);
                        furthest = Vector256.ConditionalSelect(taken, tangent, furthest);
                        place = Vector256.ConditionalSelect(taken.AsInt32(), Vector256.Create(line + w), place);
                    }
                }
            }

            if (Vector256.LessThanAny(place, Vector256<int>.Zero))
                return false;
            (place + (Vector256<int>.Indices * stride)).Store(positions + output);
            return true;
        }
    }
}
