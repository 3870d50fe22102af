using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Normalises neighbouring columns, each a group of its own, row by row; sums take four rows at a time. The number of columns is a multiple of the vector's
/// lane count.
/// </summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class NormalizationColumns<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    private const int RowsAtATime = 4;

    /// <summary>The columns' means, and their mean squared deviations.</summary>
    public static void Statistics(U* x, nint stride, int rows, int columns, U* mean, U* variance)
    {
        Vector<U> n = Vector.Create(U.CreateTruncating(rows));
        new Span<U>(mean, columns).Clear();
        new Span<U>(variance, columns).Clear();
        for (int row = 0; row < rows; row += RowsAtATime)
            AddRows(x + (row * stride), stride, Math.Min(RowsAtATime, rows - row), columns, mean);
        Divide(mean, columns, n);
        for (int row = 0; row < rows; row += RowsAtATime)
            AddSquares(x + (row * stride), stride, Math.Min(RowsAtATime, rows - row), columns, mean, variance);
        Divide(variance, columns, n);
    }

    /// <summary>Σ v and Σ v·(x − mean) per column.</summary>
    public static void Moments(U* x, U* v, nint stride, int rows, int columns, U* mean, U* sum, U* dot)
    {
        new Span<U>(sum, columns).Clear();
        new Span<U>(dot, columns).Clear();
        for (int row = 0; row < rows; row += RowsAtATime)
            AddMoments(x + (row * stride), v + (row * stride), stride, Math.Min(RowsAtATime, rows - row), columns, mean, sum, dot);
    }

    /// <summary>y = (x − mean)·factor + shift in one row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(U* x, U* y, int columns, U* mean, U* factor, U* shift)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
            Vector.Store(((Vector.Load(x + i) - Vector.Load(mean + i)) * Vector.Load(factor + i)) + Vector.Load(shift + i), y + i);
    }

    /// <summary>d = factor·(v − level − (x − mean)·slope), or added to d, in one row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Pull(U* x, U* v, U* d, int columns, U* mean, U* factor, U* level, U* slope, bool accumulate)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
        {
            Vector<U> pulled = Vector.Load(factor + i)
                * (Vector.Load(v + i) - Vector.Load(level + i) - ((Vector.Load(x + i) - Vector.Load(mean + i)) * Vector.Load(slope + i)));
            Vector.Store(accumulate ? Vector.Load(d + i) + pulled : pulled, d + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddRows(U* x, nint stride, int rows, int columns, U* sum)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
        {
            Vector<U> total = rows == RowsAtATime
                ? Vector.Load(x + i) + Vector.Load(x + stride + i) + (Vector.Load(x + (2 * stride) + i) + Vector.Load(x + (3 * stride) + i))
                : RowSum(x + i, stride, rows);
            Vector.Store(Vector.Load(sum + i) + total, sum + i);
        }
    }

    private static Vector<U> RowSum(U* x, nint stride, int rows)
    {
        Vector<U> total = default;
        for (int row = 0; row < rows; row++)
            total += Vector.Load(x + (row * stride));
        return total;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddSquares(U* x, nint stride, int rows, int columns, U* mean, U* sum)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
        {
            Vector<U> by = Vector.Load(mean + i), total = Vector.Load(sum + i);
            U* at = x + i;
            for (int row = 0; row < rows; row++, at += stride)
            {
                Vector<U> deviation = Vector.Load(at) - by;
                total += deviation * deviation;
            }

            Vector.Store(total, sum + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddMoments(U* x, U* v, nint stride, int rows, int columns, U* mean, U* sum, U* dot)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
        {
            Vector<U> by = Vector.Load(mean + i), total = Vector.Load(sum + i), product = Vector.Load(dot + i);
            U* at = x + i, cotangents = v + i;
            for (int row = 0; row < rows; row++, at += stride, cotangents += stride)
            {
                Vector<U> cotangent = Vector.Load(cotangents);
                total += cotangent;
                product += cotangent * (Vector.Load(at) - by);
            }

            Vector.Store(total, sum + i);
            Vector.Store(product, dot + i);
        }
    }

    private static void Divide(U* x, int columns, Vector<U> by)
    {
        for (int i = 0; i < columns; i += Vector<U>.Count)
            Vector.Store(Vector.Load(x + i) / by, x + i);
    }
}
