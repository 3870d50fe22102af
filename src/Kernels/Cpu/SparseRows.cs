using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The numbers of a matrix that are not 0, for <see cref="SparseProduct{U}"/>: chunk of columns by chunk, and row by row within, each with the place in a panel
/// of the weights that it is multiplied by.
/// </summary>
/// <typeparam name="U">float or double.</typeparam>
internal sealed unsafe class SparseRows<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    // Eight numbers are written at once, of which the last may be none.
    private const int Room = 8;

    private static readonly int[] Packings = PackingsOfEight();

    private readonly AlignedArray<U> values;
    private readonly AlignedArray<int> places;
    private readonly int[] begins;
    private readonly int[] ends;
    private readonly int rows;

    /// <summary>Makes room for any matrix of an extent.</summary>
    /// <param name="rows">The most rows.</param>
    /// <param name="columns">Its columns.</param>
    public SparseRows(int rows, int columns)
    {
        (this.rows, Columns) = (rows, columns);
        int chunk = SparsePanel.Chunk;
        Chunks = (columns + chunk - 1) / chunk;
        values = new AlignedArray<U>((long)rows * Chunks * (chunk + Room));
        places = new AlignedArray<int>((long)rows * Chunks * (chunk + Room));
        (begins, ends) = (new int[rows * Chunks], new int[rows * Chunks]);
        for (int i = 0; i < begins.Length; i++)
            begins[i] = i * (chunk + Room);
    }

    // A copy of the first rows that takes no more memory than it needs.
    private SparseRows(SparseRows<U> full, int rows)
    {
        (this.rows, Columns, Chunks) = (rows, full.Columns, full.Chunks);
        (begins, ends) = (new int[rows * Chunks], new int[rows * Chunks]);
        int count = 0;
        for (int i = 0; i < begins.Length; i++)
        {
            int from = (i / rows * full.rows) + (i % rows);
            begins[i] = count;
            ends[i] = count += full.ends[from] - full.begins[from];
        }

        (values, places) = (new AlignedArray<U>(count), new AlignedArray<int>(count));
        for (int i = 0; i < begins.Length; i++)
        {
            (int from, int length) = (full.begins[(i / rows * full.rows) + (i % rows)], ends[i] - begins[i]);
            full.values.Span.Slice(from, length).CopyTo(values.Span[begins[i]..]);
            full.places.Span.Slice(from, length).CopyTo(places.Span[begins[i]..]);
        }
    }

    /// <summary>The columns of the matrix, those with nothing but 0 too.</summary>
    public int Columns { get; }

    /// <summary>The chunks of columns.</summary>
    public int Chunks { get; }

    /// <summary>The numbers.</summary>
    internal U* Values => values.Pointer;

    /// <summary>For each number, where the row of a panel begins that it is multiplied by.</summary>
    internal int* Places => places.Pointer;

    /// <summary>Where a chunk of rows begins, one row after another.</summary>
    internal ReadOnlySpan<int> Begins(int chunk) => begins.AsSpan(chunk * rows, rows);

    /// <summary>Where it ends.</summary>
    internal ReadOnlySpan<int> Ends(int chunk) => ends.AsSpan(chunk * rows, rows);

    /// <summary>A copy of the first rows that takes no more memory than it needs.</summary>
    /// <param name="count">Their number.</param>
    public SparseRows<U> Compact(int count) => new(this, count);

    /// <summary>Takes a matrix.</summary>
    /// <param name="matrix">Rows of <see cref="Columns"/> numbers each, at most as many as there is room for.</param>
    public void Take(ReadOnlySpan<U> matrix)
    {
        fixed (U* first = matrix)
        {
            for (int row = 0; row < matrix.Length / Columns; row++)
            {
                for (int chunk = 0; chunk < Chunks; chunk++)
                {
                    int at = begins[(chunk * rows) + row], end = Math.Min(Columns, (chunk + 1) * SparsePanel.Chunk);
                    for (int column = chunk * SparsePanel.Chunk; column < end; column++)
                    {
                        U value = first[((nint)row * Columns) + column];
                        values.Pointer[at] = value;
                        places.Pointer[at] = column * SparsePanel.Columns<U>();
                        at += value == U.Zero ? 0 : 1;
                    }

                    ends[(chunk * rows) + row] = at;
                }
            }
        }
    }

    /// <summary>Takes the values of relu at a matrix: what is above 0, and NaN.</summary>
    /// <param name="matrix">The matrix, filled up to full panels with negative numbers.</param>
    /// <param name="stride">Stride between its rows: full panels.</param>
    /// <param name="count">The number of rows.</param>
    /// <returns>How many of its numbers are exactly 0.</returns>
    public long TakePositive(U* matrix, int stride, int count)
    {
        long zeros = 0;
        for (int row = 0; row < count; row++, matrix += stride)
        {
            for (int chunk = 0; chunk < Chunks; chunk++)
            {
                int first = chunk * SparsePanel.Chunk, end = Math.Min(stride, first + SparsePanel.Chunk), at = begins[(chunk * rows) + row];
                ends[(chunk * rows) + row] = typeof(U) == typeof(float) && Avx2.IsSupported
                    ? TakeEights((float*)matrix, first, end, at, ref zeros)
                    : TakeOnes(matrix, first, end, at, ref zeros);
            }
        }

        return zeros;
    }

    private int TakeOnes(U* row, int first, int end, int at, ref long zeros)
    {
        U* to = values.Pointer;
        int* place = places.Pointer;
        int step = SparsePanel.Columns<U>();
        for (int column = first; column < end; column++)
        {
            U value = row[column];
            zeros += value == U.Zero ? 1 : 0;
            to[at] = value;
            place[at] = column * step;
            at += value <= U.Zero ? 0 : 1;
        }

        return at;
    }

    // Chunks and panels are multiples of eight columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TakeEights(float* row, int first, int end, int at, ref long zeros)
    {
        float* to = (float*)values.Pointer;
        int* place = places.Pointer;
        int step = SparsePanel.Columns<U>();
        Vector256<int> own = Vector256.Create(first * step) + (Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) * step), next = Vector256.Create(8 * step);
        Vector256<int> found = Vector256<int>.Zero;
        fixed (int* packings = Packings)
        {
            for (int column = first; column < end; column += 8, own += next)
            {
                Vector256<float> value = Vector256.Load(row + column);
                found -= Vector256.Equals(value, Vector256<float>.Zero).AsInt32();
                uint kept = ~Vector256.LessThanOrEqual(value, Vector256<float>.Zero).ExtractMostSignificantBits() & 0xff;
                Vector256<int> packing = Vector256.Load(packings + (8 * kept));
                Avx2.PermuteVar8x32(value, packing).Store(to + at);
                Avx2.PermuteVar8x32(own, packing).Store(place + at);
                at += BitOperations.PopCount(kept);
            }
        }

        zeros += Vector256.Sum(found);
        return at;
    }

    // For each set of eight lanes, its members in order.
    private static int[] PackingsOfEight()
    {
        int[] packings = new int[256 * 8];
        for (int set = 0; set < 256; set++)
        {
            for (int lane = 0, at = 8 * set; lane < 8; lane++)
            {
                if ((set & (1 << lane)) != 0)
                    packings[at++] = lane;
            }
        }

        return packings;
    }
}
