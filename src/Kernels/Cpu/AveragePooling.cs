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

    private static int Divisor(in PoolingShape shape, in PoolingWindow window, bool countPadding) =>
        countPadding ? shape.KernelHeight * shape.KernelWidth : window.Count;

    private readonly struct ForwardBody<T, TSum>(PoolingShape shape, T* x, T* y, bool countPadding) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSum : unmanaged, IBinaryFloatingPointIeee754<TSum>
    {
        public void Run(int part)
        {
            int height = shape.OutputHeight, width = shape.OutputWidth;
            T* image = x + ((nint)part * shape.InputHeight * shape.InputWidth);
            nint output = (nint)part * height * width;
            var columns = new PoolingColumns(shape);
            for (int row = 0; row < height; row++, output += width)
            {
                for (int column = 0; column < width;)
                {
                    int block = typeof(T) == typeof(float) ? columns.BlockOf(column) : -1;
                    if (block >= 0)
                    {
                        EightWindows(new PoolingWindow(shape, row, block), (float*)image, output + block);
                        column = block + PoolingColumns.Lanes;
                    }
                    else
                    {
                        OneWindow(new PoolingWindow(shape, row, column), image, output + column);
                        column++;
                    }
                }
            }
        }

        private void OneWindow(in PoolingWindow window, T* image, nint output)
        {
            TSum sum = TSum.Zero;
            for (int h = window.Top; h < window.Bottom; h++)
            {
                T* line = image + (h * shape.InputWidth);
                for (int w = window.Left; w < window.Right; w++)
                    sum += TSum.CreateTruncating(line[w]);
            }

            y[output] = T.CreateTruncating(sum / TSum.CreateTruncating(Divisor(shape, window, countPadding)));
        }

        // Adds in the same order as the loop for one window, so the bits are the same.
        private void EightWindows(in PoolingWindow window, float* image, nint output)
        {
            Vector256<float> sum = Vector256<float>.Zero;
            for (int h = window.Top; h < window.Bottom; h++)
            {
                for (int w = window.Left; w < window.Right; w++)
                    sum += PoolingColumns.Load(image + (h * shape.InputWidth) + w, shape.StrideWidth);
            }

            (sum / Vector256.Create((float)Divisor(shape, window, countPadding))).Store((float*)y + output);
        }
    }

    private readonly struct PullbackBody<T>(PoolingShape shape, T* dy, T* dx, bool countPadding, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            T* target = PoolingPlanes.Begin(shape, dx, part, accumulate);
            int height = shape.OutputHeight, width = shape.OutputWidth;
            nint output = (nint)part * height * width;
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++, output++)
                {
                    var window = new PoolingWindow(shape, row, column);

                    // In double, because a large window's size does not fit in Half.
                    T share = T.CreateTruncating(double.CreateTruncating(dy[output]) / Divisor(shape, window, countPadding));
                    for (int h = window.Top; h < window.Bottom; h++)
                    {
                        T* line = target + (h * shape.InputWidth);
                        for (int w = window.Left; w < window.Right; w++)
                            line[w] += share;
                    }
                }
            }
        }
    }
}
