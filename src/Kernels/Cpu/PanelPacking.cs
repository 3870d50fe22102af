using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Writes panels: for each k, the elements of a few rows of A (or columns of B) next to each other, so that the innermost loop reads memory in order. A panel
/// that is wider than its matrix is filled up with zeros.
/// </summary>
internal static unsafe class PanelPacking
{
    // Half is widened a block at a time, 8 KB of the first-level cache.
    private const int HalfRows = 32;
    private const int HalfChunk = 64;

    /// <summary>Packs from memory in which the elements of one k are contiguous.</summary>
    /// <param name="source">The first element.</param>
    /// <param name="stride">Stride between values of k.</param>
    /// <param name="width">Elements of the panel that exist.</param>
    /// <param name="panelWidth">Elements of the panel.</param>
    /// <param name="k">The number of values of k.</param>
    /// <param name="panel">The panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T, U>(T* source, nint stride, int width, int panelWidth, int k, U* panel)
        where T : unmanaged
        where U : unmanaged
    {
        for (; k > 0; k--, source += stride, panel += panelWidth)
        {
            if (typeof(T) != typeof(U))
            {
                HalfConversion.ToSingle((ushort*)source, (float*)panel, width);
                new Span<U>(panel + width, panelWidth - width).Clear();
                continue;
            }

            U* from = (U*)source;
            int i = 0;
            for (; i <= width - Vector256<U>.Count; i += Vector256<U>.Count)
                Vector256.Load(from + i).Store(panel + i);
            for (; i < width; i++)
                panel[i] = from[i];
            for (; i < panelWidth; i++)
                panel[i] = default;
        }
    }

    /// <summary>Packs from memory in which the elements of one row, along k, are contiguous.</summary>
    /// <param name="source">The first element.</param>
    /// <param name="stride">Stride between rows.</param>
    /// <param name="width">Rows that exist.</param>
    /// <param name="panelWidth">Rows of the panel.</param>
    /// <param name="k">The number of values of k.</param>
    /// <param name="panel">The panel.</param>
    [SkipLocalsInit]
    public static void Transpose<T, U>(T* source, nint stride, int width, int panelWidth, int k, U* panel)
        where T : unmanaged
        where U : unmanaged
    {
        if (typeof(T) == typeof(U))
        {
            TransposeSame((U*)source, stride, width, panelWidth, panelWidth, k, panel);
            return;
        }

        float* widened = stackalloc float[HalfRows * HalfChunk];
        for (int row = 0; row < panelWidth; row += HalfRows)
        {
            int rows = Math.Clamp(width - row, 0, HalfRows), columns = Math.Min(HalfRows, panelWidth - row);
            for (int start = 0; start < k; start += HalfChunk)
            {
                int count = Math.Min(HalfChunk, k - start);
                for (int i = 0; i < rows; i++)
                    HalfConversion.ToSingle((ushort*)(source + ((row + i) * stride) + start), widened + (i * HalfChunk), count);
                TransposeSame(widened, HalfChunk, rows, columns, panelWidth, count, (float*)panel + ((nint)start * panelWidth) + row);
            }
        }
    }

    // Writes the first columns of the panel, up to the given count; those from the width on are zero.
    private static void TransposeSame<U>(U* source, nint stride, int width, int columns, int panelWidth, int k, U* panel)
        where U : unmanaged
    {
        int row = 0;
        for (; row <= width - 4; row += 4)
            FourRows(source + (row * stride), source + ((row + 1) * stride), source + ((row + 2) * stride), source + ((row + 3) * stride), panelWidth, k,
                panel + row);
        for (; row < width; row++)
        {
            U* from = source + (row * stride);
            U* to = panel + row;
            for (int p = 0; p < k; p++, to += panelWidth)
                *to = from[p];
        }

        for (; row < columns; row++)
        {
            U* to = panel + row;
            for (int p = 0; p < k; p++, to += panelWidth)
                *to = default;
        }
    }

    /// <summary>Packs four rows that are contiguous along k into four neighbouring columns of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourRows<U>(U* row0, U* row1, U* row2, U* row3, int panelWidth, int k, U* panel)
        where U : unmanaged
    {
        int p = 0;
        nint step = panelWidth;
        if (Avx.IsSupported && typeof(U) == typeof(float))
        {
            float* to = (float*)panel;
            for (; p <= k - 8; p += 8, to += 8 * step)
            {
                Vector256<float> r0 = Vector256.Load((float*)row0 + p);
                Vector256<float> r1 = Vector256.Load((float*)row1 + p);
                Vector256<float> r2 = Vector256.Load((float*)row2 + p);
                Vector256<float> r3 = Vector256.Load((float*)row3 + p);
                Vector256<float> low01 = Avx.UnpackLow(r0, r1);
                Vector256<float> high01 = Avx.UnpackHigh(r0, r1);
                Vector256<float> low23 = Avx.UnpackLow(r2, r3);
                Vector256<float> high23 = Avx.UnpackHigh(r2, r3);
                Vector256<float> k04 = Avx.Shuffle(low01, low23, 0x44);
                Vector256<float> k15 = Avx.Shuffle(low01, low23, 0xEE);
                Vector256<float> k26 = Avx.Shuffle(high01, high23, 0x44);
                Vector256<float> k37 = Avx.Shuffle(high01, high23, 0xEE);
                k04.GetLower().Store(to);
                k15.GetLower().Store(to + step);
                k26.GetLower().Store(to + (2 * step));
                k37.GetLower().Store(to + (3 * step));
                k04.GetUpper().Store(to + (4 * step));
                k15.GetUpper().Store(to + (5 * step));
                k26.GetUpper().Store(to + (6 * step));
                k37.GetUpper().Store(to + (7 * step));
            }
        }

        if (Avx.IsSupported && typeof(U) == typeof(double))
        {
            double* to = (double*)panel;
            for (; p <= k - 4; p += 4, to += 4 * step)
            {
                Vector256<double> r0 = Vector256.Load((double*)row0 + p);
                Vector256<double> r1 = Vector256.Load((double*)row1 + p);
                Vector256<double> r2 = Vector256.Load((double*)row2 + p);
                Vector256<double> r3 = Vector256.Load((double*)row3 + p);
                Vector256<double> low01 = Avx.UnpackLow(r0, r1);
                Vector256<double> high01 = Avx.UnpackHigh(r0, r1);
                Vector256<double> low23 = Avx.UnpackLow(r2, r3);
                Vector256<double> high23 = Avx.UnpackHigh(r2, r3);
                Avx.Permute2x128(low01, low23, 0x20).Store(to);
                Avx.Permute2x128(high01, high23, 0x20).Store(to + step);
                Avx.Permute2x128(low01, low23, 0x31).Store(to + (2 * step));
                Avx.Permute2x128(high01, high23, 0x31).Store(to + (3 * step));
            }
        }

        for (; p < k; p++)
        {
            U* to = panel + (p * step);
            to[0] = row0[p];
            to[1] = row1[p];
            to[2] = row2[p];
            to[3] = row3[p];
        }
    }
}
