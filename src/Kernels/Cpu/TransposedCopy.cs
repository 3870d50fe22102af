using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ConservativeAD.Kernels.Common;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Copies matrices with contiguous columns to matrices with contiguous rows, 8 × 8 elements at a time in registers, so that both sides are accessed in whole
/// cache lines.
/// </summary>
internal static unsafe class TransposedCopy
{
    private const int Side = 8;

    // The fewest elements for which a part is worth another thread.
    private const int ElementsPerPart = 1 << 15;

    /// <summary>to[m][r·toStride + c] = from[m][c·fromStride + r] for every matrix m of the loop.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="loop">A loop over (matrices and) rows with the columns inside; operand 0 is written, operand 1 read.</param>
    /// <param name="to">The result.</param>
    /// <param name="from">The source.</param>
    public static void Run(WorkerPool pool, in StridedLoop loop, float* to, float* from)
    {
        int rows = loop.RowsOfMatrix, bands = Partition.Count(rows, Side), matrices = loop.OuterCount / rows;
        int perPart = Math.Max(1, ElementsPerPart / (Side * loop.InnerLength));
        Body body = new(loop, to, from, rows, bands, matrices * bands, perPart);
        pool.For(((matrices * bands) + perPart - 1) / perPart, body);
    }

    /// <summary>to[r·toStride + c] = from[c·fromStride + r] for one small matrix.</summary>
    public static void Run(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row += Side)
            Band(from + row, fromStride, to + (row * toStride), toStride, Math.Min(Side, rows - row), columns);
    }

    // Eight rows of the result.
    private static void Band(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        int column = 0;
        if (Avx.IsSupported && rows == Side)
        {
            for (; column <= columns - Side; column += Side)
                Turn(from + (column * fromStride), fromStride, to + column, toStride);
        }

        for (; column < columns; column++)
        {
            for (int row = 0; row < rows; row++)
                to[(row * toStride) + column] = from[(column * fromStride) + row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + fromStride), c = Vector256.Load(from + (2 * fromStride)),
            d = Vector256.Load(from + (3 * fromStride));
        from += 4 * fromStride;
        Vector256<float> e = Vector256.Load(from), f = Vector256.Load(from + fromStride), g = Vector256.Load(from + (2 * fromStride)),
            h = Vector256.Load(from + (3 * fromStride));

        // Exchanges neighbours, then pairs, then halves of the register.
        Vector256<float> ab = Avx.UnpackLow(a, b), ba = Avx.UnpackHigh(a, b), cd = Avx.UnpackLow(c, d), dc = Avx.UnpackHigh(c, d);
        Vector256<float> ef = Avx.UnpackLow(e, f), fe = Avx.UnpackHigh(e, f), gh = Avx.UnpackLow(g, h), hg = Avx.UnpackHigh(g, h);
        a = Avx.Shuffle(ab, cd, 0x44);
        b = Avx.Shuffle(ab, cd, 0xee);
        c = Avx.Shuffle(ba, dc, 0x44);
        d = Avx.Shuffle(ba, dc, 0xee);
        e = Avx.Shuffle(ef, gh, 0x44);
        f = Avx.Shuffle(ef, gh, 0xee);
        g = Avx.Shuffle(fe, hg, 0x44);
        h = Avx.Shuffle(fe, hg, 0xee);
        Avx.Permute2x128(a, e, 0x20).Store(to);
        Avx.Permute2x128(b, f, 0x20).Store(to + toStride);
        Avx.Permute2x128(c, g, 0x20).Store(to + (2 * toStride));
        Avx.Permute2x128(d, h, 0x20).Store(to + (3 * toStride));
        to += 4 * toStride;
        Avx.Permute2x128(a, e, 0x31).Store(to);
        Avx.Permute2x128(b, f, 0x31).Store(to + toStride);
        Avx.Permute2x128(c, g, 0x31).Store(to + (2 * toStride));
        Avx.Permute2x128(d, h, 0x31).Store(to + (3 * toStride));
    }

    private readonly struct Body(StridedLoop loop, float* to, float* from, int rows, int bands, int allBands, int perPart) : IParallelBody
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, allBands);
            for (int band = part * perPart; band < end; band++)
            {
                int row = band % bands * Side, outer = (band / bands * rows) + row;
                Band(from + loop.OuterOffset(outer, 1), loop.InnerStride(1), to + loop.OuterOffset(outer, 0), loop.RowStride(0), Math.Min(Side, rows - row),
                    loop.InnerLength);
            }
        }
    }
}
