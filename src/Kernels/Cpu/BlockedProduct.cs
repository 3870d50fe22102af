using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The matrix product over panels. Cuts C into slabs whose panels fit in the shared cache, cuts k into blocks, packs the panels of a block, and divides the
/// tiles of C among threads. Where C is wide enough, a part packs the panels of its own columns of B right before it reads them.
/// </summary>
/// <remarks>
/// An element of C is a sum over the blocks of k, in order, with one chain of multiply-adds per block. Blocks of k have a fixed length, and no two threads work
/// on the same element, so the bits depend neither on the threads nor on how C is cut. The scheme is that of K. Goto and R. van de Geijn, "Anatomy of
/// high-performance matrix multiplication", ACM TOMS 34 (2008), and of BLIS.
/// </remarks>
internal static unsafe class BlockedProduct<U, TTile>
    where U : unmanaged
    where TTile : struct, IRegisterTile
{
    // A panel of rows of A for one block of k stays in the first-level cache: 12 × 384 floats are 18 KB.
    private static int BlockK => MatrixProduct.SumBlockBytes / sizeof(U);

    // Panels of B that one thread reads repeatedly stay in its second-level cache.
    private const int ResidentBytes = 384 << 10;

    // Panels of B that a part packs for itself stay there too, beside the panels of A that pass through.
    private const int OwnBytes = 192 << 10;

    // With fewer parts of columns than this for each thread, threads share packed panels.
    private const int OwnPartsOfThread = 2;

    // Packed panels of a slab take 3 MB for each side. A multiple of every tile's rows and columns, so that slabs end with full tiles.
    private const int SlabExtent = 22 * 96;

    // The fewest multiply-adds worth waking another thread for: a few microseconds of work.
    private const long WorthSharing = 300_000;

    // If at most this many panels of A read B, packing B costs more than it saves.
    private const int ReadInPlaceUpTo = 4;

    /// <summary>C = left·right, or C += left·right, then the finish.</summary>
    /// <param name="pool">The threads, or null to use only the calling thread.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Summed extent.</param>
    /// <param name="left">The panels of A.</param>
    /// <param name="right">The panels of B.</param>
    /// <param name="c">C, or null if the finish writes the sums elsewhere.</param>
    /// <param name="strideC">Stride between rows of C.</param>
    /// <param name="accumulate">Whether to add to what C holds; must be false if C is null.</param>
    /// <param name="finish">The last operation on the sums.</param>
    public static void Run<TLeft, TRight, TFinish>(WorkerPool? pool, int m, int n, int k, TLeft left, TRight right, U* c, nint strideC, bool accumulate,
        TFinish finish)
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        if (pool is { Threads: 1 } || (long)m * n * k < WorthSharing)
            pool = null;
        for (int row = 0; row < m; row += SlabExtent)
        {
            int rows = Math.Min(SlabExtent, m - row);
            for (int column = 0; column < n; column += SlabExtent)
            {
                int columns = Math.Min(SlabExtent, n - column);
                Slab<TLeft, TRight, TFinish> slab = default;
                slab.Left = left;
                slab.Right = right;
                slab.Finish = finish;
                slab.Row = row;
                slab.Rows = rows;
                slab.Column = column;
                slab.Columns = columns;
                slab.Accumulate = accumulate;
                slab.C = c == null ? ScratchMemory.Rent<U>(ScratchUse.Accumulators, (long)rows * columns) : c + (row * strideC) + column;
                slab.StrideC = c == null ? columns : strideC;
                Run(pool, k, ref slab);
            }
        }
    }

    private static void Run<TLeft, TRight, TFinish>(WorkerPool? pool, int k, ref Slab<TLeft, TRight, TFinish> slab)
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        int rowPanels = Panels(slab.Rows, TTile.Rows);
        int columnPanels = Panels(slab.Columns, TTile.Columns);
        int longestBlock = Math.Min(k, BlockK);

        // A panel wider than what is left of its matrix is always packed, because reading it in place would leave the memory.
        slab.LeftInPlace = slab.Left.ReadsInPlace && columnPanels <= ReadInPlaceUpTo ? slab.Rows / TTile.Rows : 0;
        slab.RightInPlace = slab.Right.ReadsInPlace && rowPanels <= ReadInPlaceUpTo ? slab.Columns / TTile.Columns : 0;
        slab.LeftPanels = ScratchMemory.Rent<U>(ScratchUse.LeftPanels, (long)(rowPanels - slab.LeftInPlace) * TTile.Rows * longestBlock);

        int threads = pool?.Threads ?? 1;
        if (slab.RightInPlace == 0 && PacksOwnColumns(ref slab, rowPanels, columnPanels, longestBlock, threads))
        {
            RunByColumns(pool, k, ref slab, rowPanels);
            return;
        }

        slab.RightPanels = ScratchMemory.Rent<U>(ScratchUse.RightPanels, (long)(columnPanels - slab.RightInPlace) * TTile.Columns * longestBlock);
        slab.PanelColumnsPerPart = Math.Min(columnPanels, Math.Max(1, ResidentBytes / (sizeof(U) * TTile.Columns * Math.Max(1, longestBlock))));
        slab.PanelRowsPerPart = rowPanels;
        long workOfTile = (long)TTile.Rows * TTile.Columns * Math.Max(1, longestBlock);
        while (threads > 1)
        {
            int parts = Panels(rowPanels, slab.PanelRowsPerPart) * Panels(columnPanels, slab.PanelColumnsPerPart);
            if (parts >= 4 * threads || (parts >= threads && workOfTile * slab.PanelRowsPerPart * slab.PanelColumnsPerPart < WorthSharing))
                break;

            // Halves the longer side, so that the panels of both sides are reused often.
            if (slab.PanelRowsPerPart * TTile.Rows > slab.PanelColumnsPerPart * TTile.Columns && slab.PanelRowsPerPart > 1)
                slab.PanelRowsPerPart = (slab.PanelRowsPerPart + 1) / 2;
            else if (slab.PanelColumnsPerPart > 1)
                slab.PanelColumnsPerPart = (slab.PanelColumnsPerPart + 1) / 2;
            else if (slab.PanelRowsPerPart > 1)
                slab.PanelRowsPerPart = (slab.PanelRowsPerPart + 1) / 2;
            else
                break;
        }

        slab.PartsAcross = Panels(columnPanels, slab.PanelColumnsPerPart);
        int tileParts = Panels(rowPanels, slab.PanelRowsPerPart) * slab.PartsAcross;
        int leftPacked = rowPanels - slab.LeftInPlace;
        int rightPacked = columnPanels - slab.RightInPlace;

        // With k = 0 one empty block remains; it sets C to zero unless the product accumulates.
        int firstK = 0;
        do
        {
            slab.Begin(firstK, k);
            if (pool is null)
            {
                for (int panel = 0; panel < leftPacked; panel++)
                    slab.PackLeft(panel);
                for (int panel = 0; panel < rightPacked; panel++)
                    slab.PackRight(panel);
                for (int part = 0; part < tileParts; part++)
                    slab.Multiply(part);
            }
            else
            {
                Pack(pool, slab, leftPacked, rightPacked);
                MultiplyBody<TLeft, TRight, TFinish> multiply = default;
                multiply.Slab = slab;
                pool.For(tileParts, multiply);
            }

            firstK += BlockK;
        }
        while (firstK < k);
    }

    // Cuts C by columns alone, into parts whose packed columns of B fit in a cache; false if that leaves too few parts.
    private static bool PacksOwnColumns<TLeft, TRight, TFinish>(ref Slab<TLeft, TRight, TFinish> slab, int rowPanels, int columnPanels, int longestBlock,
        int threads)
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        int perPart = Math.Max(1, OwnBytes / (sizeof(U) * TTile.Columns * Math.Max(1, longestBlock)));
        if (threads > 1)
            perPart = Math.Min(perPart, Math.Max(2, columnPanels / (2 * OwnPartsOfThread * threads)));
        slab.PanelColumnsPerPart = Math.Min(columnPanels, perPart);
        slab.PanelRowsPerPart = rowPanels;
        slab.PartsAcross = Panels(columnPanels, slab.PanelColumnsPerPart);
        return threads == 1 || slab.PartsAcross >= OwnPartsOfThread * threads;
    }

    private static void RunByColumns<TLeft, TRight, TFinish>(WorkerPool? pool, int k, ref Slab<TLeft, TRight, TFinish> slab, int rowPanels)
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        int leftPacked = rowPanels - slab.LeftInPlace;
        int firstK = 0;
        do
        {
            slab.Begin(firstK, k);
            if (pool is null)
            {
                for (int panel = 0; panel < leftPacked; panel++)
                    slab.PackLeft(panel);
                for (int part = 0; part < slab.PartsAcross; part++)
                    slab.PackAndMultiply(part);
            }
            else
            {
                Pack(pool, slab, leftPacked, 0);
                ColumnsBody<TLeft, TRight, TFinish> multiply = default;
                multiply.Slab = slab;
                pool.For(slab.PartsAcross, multiply);
            }

            firstK += BlockK;
        }
        while (firstK < k);
    }

    private static void Pack<TLeft, TRight, TFinish>(WorkerPool pool, in Slab<TLeft, TRight, TFinish> slab, int leftPacked, int rightPacked)
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        if (leftPacked + rightPacked == 0)
            return;
        PackBody<TLeft, TRight, TFinish> pack = default;
        pack.Slab = slab;
        pack.LeftPacked = leftPacked;
        pack.RightPacked = rightPacked;
        pack.PanelsPerPart = Math.Max(1, (leftPacked + rightPacked) / (4 * pool.Threads));
        pool.For(Panels(leftPacked + rightPacked, pack.PanelsPerPart), pack);
    }

    private static int Panels(int extent, int panel) => Partition.Count(extent, panel);

    private struct Slab<TLeft, TRight, TFinish>
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        public TLeft Left;
        public TRight Right;
        public TFinish Finish;
        public int Row;
        public int Rows;
        public int Column;
        public int Columns;
        public int FirstK;
        public int K;
        public bool Accumulate;
        public bool Add;
        public bool IsLast;
        public U* C;
        public nint StrideC;

        // Panels before these indices are read in place; the packed ones follow.
        public int LeftInPlace;
        public int RightInPlace;
        public U* LeftPanels;
        public U* RightPanels;
        public int PanelRowsPerPart;
        public int PanelColumnsPerPart;
        public int PartsAcross;

        // The block of k that begins at the given one.
        public void Begin(int firstK, int k)
        {
            FirstK = firstK;
            K = Math.Min(BlockK, k - firstK);
            IsLast = firstK + K >= k;
            Add = Accumulate || firstK > 0;
        }

        public readonly void PackLeft(int packed)
        {
            int first = (LeftInPlace + packed) * TTile.Rows;
            Left.Pack(Row + first, Math.Min(TTile.Rows, Rows - first), TTile.Rows, FirstK, K, LeftPanels + ((nint)packed * TTile.Rows * K));
        }

        public readonly void PackRight(int packed)
        {
            int first = (RightInPlace + packed) * TTile.Columns;
            Right.Pack(Column + first, Math.Min(TTile.Columns, Columns - first), TTile.Columns, FirstK, K, RightPanels + ((nint)packed * TTile.Columns * K));
        }

        // All rows of a part's columns, with panels of B that the calling thread packs in memory of its own.
        public readonly void PackAndMultiply(int part)
        {
            int first = part * PanelColumnsPerPart, panels = Math.Min(PanelColumnsPerPart, Panels(Columns, TTile.Columns) - first);
            U* own = ScratchMemory.Rent<U>(ScratchUse.OwnPanels, (long)PanelColumnsPerPart * TTile.Columns * Math.Max(1, K));
            Slab<TLeft, TRight, TFinish> mine = this;
            mine.RightPanels = own - ((nint)first * TTile.Columns * K);
            for (int panel = first; panel < first + panels; panel++)
                mine.PackRight(panel);
            mine.Multiply(part);
        }

        [SkipLocalsInit]
        public void Multiply(int part)
        {
            // One tile, for the edges of C that do not fill a register.
            U* edge = stackalloc U[TTile.Rows * TTile.Columns];
            int firstRow = part / PartsAcross * PanelRowsPerPart * TTile.Rows;
            int rowEnd = Math.Min(Rows, firstRow + (PanelRowsPerPart * TTile.Rows));
            int firstColumn = part % PartsAcross * PanelColumnsPerPart * TTile.Columns;
            int columnEnd = Math.Min(Columns, firstColumn + (PanelColumnsPerPart * TTile.Columns));
            for (int row = firstRow; row < rowEnd; row += TTile.Rows)
            {
                int rows = Math.Min(TTile.Rows, rowEnd - row);
                int rowsWritten = TTile.RowsCovering(rows);
                nint strideA = TTile.Rows;
                int rowPanel = row / TTile.Rows;
                U* a = rowPanel < LeftInPlace ? Left.InPlace(Row + row, FirstK, out strideA) : LeftPanels + ((rowPanel - LeftInPlace) * (nint)TTile.Rows * K);
                for (int column = firstColumn; column < columnEnd; column += TTile.Columns)
                {
                    int columns = Math.Min(TTile.Columns, columnEnd - column);
                    nint strideB = TTile.Columns;
                    int columnPanel = column / TTile.Columns;
                    U* b = columnPanel < RightInPlace
                        ? Right.InPlace(Column + column, FirstK, out strideB)
                        : RightPanels + ((columnPanel - RightInPlace) * (nint)TTile.Columns * K);
                    U* c = C + (row * StrideC) + column;
                    if (rows == rowsWritten && columns == TTile.ColumnsCovering(columns))
                    {
                        TTile.Run(rows, columns, K, a, strideA, b, strideB, c, StrideC, Add);
                    }
                    else
                    {
                        TTile.Run(rows, columns, K, a, strideA, b, strideB, edge, TTile.Columns, false);
                        CopyEdge(edge, rows, columns, c, StrideC, Add);
                    }

                    if (IsLast && !Finish.IsNothing)
                    {
                        for (int i = 0; i < rows; i++)
                            Finish.Apply(c + (i * StrideC), Row + row + i, Column + column, columns);
                    }
                }
            }
        }

        private static void CopyEdge(U* edge, int rows, int columns, U* c, nint strideC, bool add)
        {
            for (int i = 0; i < rows; i++, edge += TTile.Columns, c += strideC)
            {
                int j = 0;
                if (add)
                {
                    for (; j < columns; j++)
                        c[j] = Sum(c[j], edge[j]);
                }
                else
                {
                    for (; j < columns; j++)
                        c[j] = edge[j];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static U Sum(U a, U b)
        {
            if (typeof(U) == typeof(float))
                return (U)(object)((float)(object)a + (float)(object)b);
            return (U)(object)((double)(object)a + (double)(object)b);
        }
    }

    private struct PackBody<TLeft, TRight, TFinish> : IParallelBody
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        public Slab<TLeft, TRight, TFinish> Slab;
        public int LeftPacked;
        public int RightPacked;
        public int PanelsPerPart;

        public void Run(int part)
        {
            int end = Partition.End(part, PanelsPerPart, LeftPacked + RightPacked);
            for (int panel = part * PanelsPerPart; panel < end; panel++)
            {
                if (panel < LeftPacked)
                    Slab.PackLeft(panel);
                else
                    Slab.PackRight(panel - LeftPacked);
            }
        }
    }

    private struct ColumnsBody<TLeft, TRight, TFinish> : IParallelBody
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        public Slab<TLeft, TRight, TFinish> Slab;

        public readonly void Run(int part) => Slab.PackAndMultiply(part);
    }

    private struct MultiplyBody<TLeft, TRight, TFinish> : IParallelBody
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        public Slab<TLeft, TRight, TFinish> Slab;

        public void Run(int part) => Slab.Multiply(part);
    }
}
