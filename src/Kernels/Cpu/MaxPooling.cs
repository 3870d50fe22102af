using System.Numerics;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Max pooling of [batch, channels, height, width] arrays, with the position of every maximum saved. A NaN wins over every number.
/// Work is split by planes, and the windows of a plane are processed in order, so overlapping windows are always added in the same order.
/// </summary>
internal static unsafe class MaxPooling
{
    /// <summary>Finds the largest element of every window and its position.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="positions">For every output element, the flat index of its maximum in the whole input.</param>
    /// <param name="ties">Which of equal elements is taken, in the order of the scan along rows.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void Forward<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y, int* positions, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new ForwardBody<T>(shape, x, y, positions, ties));
    }

    /// <summary>The pullback: every dy goes to the position of its maximum.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The cotangent of the output.</param>
    /// <param name="positions">The positions that <see cref="Forward"/> saved, possibly changed by a lock to others in the same plane.</param>
    /// <param name="dx">The cotangent of the input.</param>
    /// <param name="accumulate">Add to what <paramref name="dx"/> holds, instead of replacing it.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void Pullback<T>(WorkerPool pool, in PoolingShape shape, T* dy, int* positions, T* dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new PullbackBody<T>(shape, dy, positions, dx, accumulate));
    }

    /// <summary>The tangent: dy = dx at the saved positions.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="dx">The tangent of the input.</param>
    /// <param name="positions">As <see cref="Forward"/> saved them.</param>
    /// <param name="dy">The tangent of the output.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void Tangent<T>(WorkerPool pool, in PoolingShape shape, T* dx, int* positions, T* dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new TangentBody<T>(shape, dx, positions, dy));
    }

    /// <summary>Counts, for every window, the elements that equal its maximum. The count is 1 if the pooling is differentiable or the maximum is NaN.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output of <see cref="Forward"/>.</param>
    /// <param name="counts">One count per output element.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void CountTies<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y, int* counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new TieBody<T>(shape, x, y, counts));
    }

    /// <summary>
    /// The pullback that splits evenly: every element tied for a window's maximum takes an equal share of its dy (several NaN count as tied).
    /// </summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output of <see cref="Forward"/>.</param>
    /// <param name="dy">The cotangent of the output.</param>
    /// <param name="dx">The cotangent of the input.</param>
    /// <param name="accumulate">Add to what <paramref name="dx"/> holds, instead of replacing it.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static void EvenPullback<T>(WorkerPool pool, in PoolingShape shape, T* x, T* y, T* dy, T* dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Validate();
        pool.For(shape.Planes, new EvenPullbackBody<T>(shape, x, y, dy, dx, accumulate));
    }

    private readonly struct ForwardBody<T>(PoolingShape shape, T* x, T* y, int* positions, TieOrder ties) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int lines = shape.Depth.Output * shape.Height.Output, width = shape.Width.Output;
            PoolingAxis axis = shape.Width;
            int plane = part * shape.InputPlane;
            nint output = (nint)part * lines * width;
            var columns = new PoolingColumns(shape);
            for (int line = 0; line < lines; line++, output += width)
            {
                PoolingRows rows = new(shape, line);
                for (int column = 0; column < width;)
                {
                    int block = typeof(T) == typeof(float) ? columns.BlockOf(column) : -1;
                    if (block >= 0)
                    {
                        EightWindows(rows, new PoolingSpan(axis, block), plane, output + block);
                        column = block + PoolingColumns.Lanes;
                    }
                    else
                    {
                        OneWindow(rows, new PoolingSpan(axis, column), plane, output + column);
                        column++;
                    }
                }
            }
        }

        private void OneWindow(in PoolingRows rows, PoolingSpan span, int plane, nint output)
        {
            int best = plane + rows.Line(rows.Front, rows.Top) + span.Left;
            T largest = x[best];
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = plane + rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w += span.Step)
                    {
                        T value = x[line + w];
                        bool taken = ties == TieOrder.First
                            ? !(value <= largest) && !T.IsNaN(largest)
                            : (!(value < largest) && !T.IsNaN(largest)) || T.IsNaN(value);
                        if (taken)
                        {
                            largest = value;
                            best = line + w;
                        }
                    }
                }
            }

            y[output] = largest;
            positions[output] = best;
        }

        // Eight neighbouring windows, starting at the given leftmost one.
        private void EightWindows(in PoolingRows rows, PoolingSpan span, int plane, nint output)
        {
            int stride = shape.Width.Stride;
            int corner = plane + rows.Line(rows.Front, rows.Top) + span.Left;
            Vector256<float> best = PoolingColumns.Load((float*)x + corner, stride);
            Vector256<int> place = Vector256.Create(corner);
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = plane + rows.Line(d, h);
                    for (int w = span.Left; w < span.Right; w++)
                    {
                        Vector256<float> value = PoolingColumns.Load((float*)x + line + w, stride);
                        Vector256<float> bestIsNumber = Vector256.Equals(best, best);
                        Vector256<float> taken = ties == TieOrder.First
                            ? ~Vector256.LessThanOrEqual(value, best) & bestIsNumber
                            : (~Vector256.LessThan(value, best) & bestIsNumber) | ~Vector256.Equals(value, value);
                        best = Vector256.ConditionalSelect(taken, value, best);
                        place = Vector256.ConditionalSelect(taken.AsInt32(), Vector256.Create(line + w), place);
                    }
                }
            }

            best.Store((float*)y + output);
            (place + (Vector256<int>.Indices * stride)).Store(positions + output);
        }
    }

    private readonly struct PullbackBody<T>(PoolingShape shape, T* dy, int* positions, T* dx, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            PoolingPlanes.Begin(shape, dx, part, accumulate);
            int count = shape.OutputPlane;
            nint output = (nint)part * count;
            for (int i = 0; i < count; i++)
                dx[positions[output + i]] += dy[output + i];
        }
    }

    private readonly struct TangentBody<T>(PoolingShape shape, T* dx, int* positions, T* dy) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int count = shape.OutputPlane;
            nint output = (nint)part * count;
            for (int i = 0; i < count; i++)
                dy[output + i] = dx[positions[output + i]];
        }
    }

    private readonly struct TieBody<T>(PoolingShape shape, T* x, T* y, int* counts) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
                for (int column = 0; column < width;)
                {
                    int block = typeof(T) == typeof(float) ? columns.BlockOf(column) : -1;
                    if (block >= 0)
                    {
                        EightWindows(rows, new PoolingSpan(axis, block), (float*)image, output + block);
                        column = block + PoolingColumns.Lanes;
                    }
                    else
                    {
                        int tied = PoolingPlanes.CountEqual(rows, new PoolingSpan(axis, column), image, y[output + column], nanIsEqual: false);
                        counts[output + column] = Math.Max(tied, 1);
                        column++;
                    }
                }
            }
        }

        private void EightWindows(in PoolingRows rows, PoolingSpan span, float* image, nint output)
        {
            Vector256<float> largest = Vector256.Load((float*)y + output);
            int stride = shape.Width.Stride;
            Vector256<int> tied = Vector256<int>.Zero;
            for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
            {
                for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                {
                    int line = rows.Line(d, h);
                    // A true comparison is −1.
                    for (int w = span.Left; w < span.Right; w++)
                        tied -= Vector256.Equals(PoolingColumns.Load(image + line + w, stride), largest).AsInt32();
                }
            }

            Vector256.Max(tied, Vector256<int>.One).Store(counts + output);
        }
    }

    private readonly struct EvenPullbackBody<T>(PoolingShape shape, T* x, T* y, T* dy, T* dx, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            T* target = PoolingPlanes.Begin(shape, dx, part, accumulate);
            int lines = shape.Depth.Output * shape.Height.Output, width = shape.Width.Output;
            PoolingAxis axis = shape.Width;
            T* image = x + ((nint)part * shape.InputPlane);
            nint output = (nint)part * lines * width;
            for (int line = 0; line < lines; line++)
            {
                PoolingRows rows = new(shape, line);
                for (int column = 0; column < width; column++, output++)
                {
                    PoolingSpan span = new(axis, column);
                    T largest = y[output];
                    bool isNaN = T.IsNaN(largest);
                    int tied = PoolingPlanes.CountEqual(rows, span, image, largest, nanIsEqual: true);
                    T share = T.CreateTruncating(double.CreateTruncating(dy[output]) / tied);
                    for (int d = rows.Front; d < rows.Back; d += rows.SliceStep)
                    {
                        for (int h = rows.Top; h < rows.Bottom; h += rows.RowStep)
                        {
                            int offset = rows.Line(d, h);
                            for (int w = span.Left; w < span.Right; w += span.Step)
                            {
                                if (image[offset + w] == largest || (isNaN && T.IsNaN(image[offset + w])))
                                    target[offset + w] += share;
                            }
                        }
                    }
                }
            }
        }
    }
}
