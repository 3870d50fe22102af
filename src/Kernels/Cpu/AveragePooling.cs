using System.Numerics;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Average pooling of [batch, channels, height, width] arrays, divided among threads by planes like max pooling. Sums of Half are kept in
/// float.</summary>
internal static unsafe class AveragePooling
{
    /// <summary>The mean of every window.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="countPadding">Divide by the size of the window, its padding (zeros) included; otherwise by its elements on the image.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void Forward<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y, bool countPadding = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        if (typeof(T) == typeof(Half))
            pool.For(shape.Planes, new ForwardBody<T, float>(shape, x, y, countPadding));
        else
            pool.For(shape.Planes, new ForwardBody<T, T>(shape, x, y, countPadding));
    }

    /// <summary>The pullback: every element of a window takes an equal share of its dy.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The cotangent of the output.</param>
    /// <param name="dx">The cotangent of the input.</param>
    /// <param name="countPadding">As in <see cref="Forward"/>.</param>
    /// <param name="accumulate">Add to what <paramref name="dx"/> holds, instead of replacing it.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void Pullback<T>(WorkerPool pool, in PoolingShape shape, T* dy, T* dx, bool countPadding = true, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new PullbackBody<T>(shape, dy, dx, countPadding, accumulate));
    }

    // The number of elements that the sum of a window is divided by, without the factor of its column.
    private static int Lines(in PoolingShape shape, int line, bool countPadding)
    {
        int slice = line / shape.Height.Output, row = line - (slice * shape.Height.Output);
        return shape.Depth.Count(slice, countPadding) * shape.Height.Count(row, countPadding);
    }

    private readonly struct ForwardBody<T, TSum>(PoolingShape shape, T* x, T* y, bool countPadding) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSum : unmanaged, IBinaryFloatingPointIeee754<TSum>
    {
        public void Run(int part)
        {
            int lines = shape.Depth.Output * shape.Height.Output, width = shape.Width.Output;
            PoolingAxis axis = shape.Width;
            T* image = x + ((nint)part * shape.InputPlane);
            nint output = (nint)part * lines * width;
            var columns = new PoolingColumns(shape);
            for (int line = 0; line < lines; line++, output += width)
            {
                PoolingRows rows = new(shape, line);
                int divisor = Lines(shape, line, countPadding);
                for (int column = 0; column < width;)
                {
                    int block = typeof(T) == typeof(float) ? columns.BlockOf(column) : -1;
                    if (block >= 0)
                    {
                        EightWindows(rows, new PoolingSpan(axis, block), (float*)image, output + block, divisor * axis.Kernel);
                        column = block + PoolingColumns.Lanes;
                    }
                    else
                    {
                        OneWindow(rows, new PoolingSpan(axis, column), image, output + column, divisor * axis.Count(column, countPadding));
                        column++;
                    }
                }
            }
        }

        private void OneWindow(in PoolingRows rows, PoolingSpan span, T* image, nint output, int divisor)
        {
            TSum sum = TSum.Zero;
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w += span.Step)
                        sum += TSum.CreateTruncating(image[line + w]);
                }
            }

            y[output] = T.CreateTruncating(sum / TSum.CreateTruncating(divisor));
        }

        // Adds in the same order as the loop for one window, so the bits are the same.
        private void EightWindows(in PoolingRows rows, PoolingSpan span, float* image, nint output, int divisor)
        {
            int stride = shape.Width.Stride;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w++)
                        sum += PoolingColumns.Load(image + line + w, stride);
                }
            }

            (sum / Vector256.Create((float)divisor)).Store((float*)y + output);
        }
    }

    private readonly struct PullbackBody<T>(PoolingShape shape, T* dy, T* dx, bool countPadding, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            T* target = PoolingPlanes.Begin(shape, dx, part, accumulate);
            int lines = shape.Depth.Output * shape.Height.Output, width = shape.Width.Output;
            PoolingAxis axis = shape.Width;
            nint output = (nint)part * lines * width;
            for (int line = 0; line < lines; line++)
            {
                PoolingRows rows = new(shape, line);
                int divisor = Lines(shape, line, countPadding);
                for (int column = 0; column < width; column++, output++)
                {
                    PoolingSpan span = new(axis, column);

                    // In double, because a large window's size does not fit in Half.
                    T share = T.CreateTruncating(double.CreateTruncating(dy[output]) / (divisor * axis.Count(column, countPadding)));
                    for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
                    {
                        for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                        {
                            int offset = rows.Line(d, h);
                            for (int w = span.Left; w < span.Right; w += span.Step)
                                target[offset + w] += share;
                        }
                    }
                }
            }
        }
    }
}
