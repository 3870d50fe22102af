using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>A number that is known when a kernel is compiled.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal struct Count0 : ICount
{
    public static int Value => 0;
}

internal struct Count1 : ICount
{
    public static int Value => 1;
}

internal struct Count2 : ICount
{
    public static int Value => 2;
}

internal struct Count4 : ICount
{
    public static int Value => 4;
}

internal struct Count6 : ICount
{
    public static int Value => 6;
}

internal struct Count8 : ICount
{
    public static int Value => 8;
}

internal struct Count12 : ICount
{
    public static int Value => 12;
}

/// <summary>
/// The innermost loop of a matrix product: a tile of C stays in registers during the loop over k. Every element is one chain of multiply-adds in increasing k
/// for any tile size, so an element's bits do not depend on its tile.
/// </summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="U">The element.</typeparam>
/// <typeparam name="TUnit">The instructions.</typeparam>
/// <typeparam name="TRows">Rows of the tile, up to 12.</typeparam>
/// <typeparam name="TColumns">Columns of the tile in registers, 1 or 2.</typeparam>
internal static unsafe class TileKernel<V, U, TUnit, TRows, TColumns>
    where V : struct
    where U : unmanaged
    where TUnit : struct, IVectorUnit<V, U>
    where TRows : struct, ICount
    where TColumns : struct, ICount
{
    /// <summary>C = A·B, or C += A·B with <paramref name="add"/>.</summary>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">A, with the rows of one k contiguous.</param>
    /// <param name="strideA">Stride between values of k.</param>
    /// <param name="b">B, with the columns of one k contiguous.</param>
    /// <param name="strideB">Stride between values of k.</param>
    /// <param name="c">C.</param>
    /// <param name="strideC">Stride between rows.</param>
    /// <param name="add">Whether to add to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int k, U* a, nint strideA, U* b, nint strideB, U* c, nint strideC, bool add) =>
        Run<Count0, Count0>(k, a, strideA, b, strideB, null, TUnit.Count, c, strideC, add);

    /// <summary>C = A·B with a separate offset to the columns of each k, and a fixed distance from the first register's columns to the second's.</summary>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">A, with the rows of one k contiguous.</param>
    /// <param name="strideA">Stride between values of k.</param>
    /// <param name="b">The address that the offsets are relative to.</param>
    /// <param name="offsets">The offset of each k.</param>
    /// <param name="second">The distance from the first register's elements to the second's.</param>
    /// <param name="c">C.</param>
    /// <param name="strideC">Stride between rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunIndirect(int k, U* a, nint strideA, U* b, int* offsets, nint second, U* c, nint strideC) =>
        Run<Count1, Count0>(k, a, strideA, b, 0, offsets, second, c, strideC, false);

    /// <summary>C = A·B where each row of A is contiguous along k.</summary>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">A.</param>
    /// <param name="strideA">Stride between rows.</param>
    /// <param name="b">B, with the columns of one k contiguous.</param>
    /// <param name="strideB">Stride between values of k.</param>
    /// <param name="c">C.</param>
    /// <param name="strideC">Stride between rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunLines(int k, U* a, nint strideA, U* b, nint strideB, U* c, nint strideC) =>
        Run<Count0, Count1>(k, a, strideA, b, strideB, null, TUnit.Count, c, strideC, false);

    // Compiled with full optimisation from the start, because the first call may run for a second.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TIndirect, TLines>(int k, U* a, nint strideA, U* b, nint strideB, int* offsets, nint second, U* c, nint strideC, bool add)
        where TIndirect : struct, ICount
        where TLines : struct, ICount
    {
        V c0L = default, c0R = default;
        V c1L = default, c1R = default;
        V c2L = default, c2R = default;
        V c3L = default, c3R = default;
        V c4L = default, c4R = default;
        V c5L = default, c5R = default;
        V c6L = default, c6R = default;
        V c7L = default, c7R = default;
        V c8L = default, c8R = default;
        V c9L = default, c9R = default;
        V c10L = default, c10R = default;
        V c11L = default, c11R = default;

        // C is prefetched during the loop over k, so the end of the loop does not wait for it.
        if (TIndirect.Value == 0 && Sse.IsSupported)
        {
            for (int row = 0; row < TRows.Value; row++)
            {
                Sse.Prefetch0(c + (row * strideC));
                if (TColumns.Value > 1)
                    Sse.Prefetch0(c + (row * strideC) + TUnit.Count);
            }
        }

        // Four values of k at a time: what a loop costs besides its multiply-adds shows where another thread shares the core. Lines of A would need more
        // addresses than there are registers.
        nint stepA = TLines.Value > 0 ? 1 : strideA, stepB = TIndirect.Value > 0 ? 0 : strideB;
        if (TLines.Value == 0 && k >= 4)
        {
            do
            {
                Step<TLines>(a, strideA, TIndirect.Value > 0 ? b + offsets[0] : b, second,
                    ref c0L, ref c0R, ref c1L, ref c1R, ref c2L, ref c2R, ref c3L, ref c3R, ref c4L, ref c4R, ref c5L, ref c5R,
                    ref c6L, ref c6R, ref c7L, ref c7R, ref c8L, ref c8R, ref c9L, ref c9R, ref c10L, ref c10R, ref c11L, ref c11R);
                Step<TLines>(a + stepA, strideA, TIndirect.Value > 0 ? b + offsets[1] : b + stepB, second,
                    ref c0L, ref c0R, ref c1L, ref c1R, ref c2L, ref c2R, ref c3L, ref c3R, ref c4L, ref c4R, ref c5L, ref c5R,
                    ref c6L, ref c6R, ref c7L, ref c7R, ref c8L, ref c8R, ref c9L, ref c9R, ref c10L, ref c10R, ref c11L, ref c11R);
                Step<TLines>(a + (2 * stepA), strideA, TIndirect.Value > 0 ? b + offsets[2] : b + (2 * stepB), second,
                    ref c0L, ref c0R, ref c1L, ref c1R, ref c2L, ref c2R, ref c3L, ref c3R, ref c4L, ref c4R, ref c5L, ref c5R,
                    ref c6L, ref c6R, ref c7L, ref c7R, ref c8L, ref c8R, ref c9L, ref c9R, ref c10L, ref c10R, ref c11L, ref c11R);
                Step<TLines>(a + (3 * stepA), strideA, TIndirect.Value > 0 ? b + offsets[3] : b + (3 * stepB), second,
                    ref c0L, ref c0R, ref c1L, ref c1R, ref c2L, ref c2R, ref c3L, ref c3R, ref c4L, ref c4R, ref c5L, ref c5R,
                    ref c6L, ref c6R, ref c7L, ref c7R, ref c8L, ref c8R, ref c9L, ref c9R, ref c10L, ref c10R, ref c11L, ref c11R);
                a += 4 * stepA;
                b += 4 * stepB;
                offsets += TIndirect.Value > 0 ? 4 : 0;
                k -= 4;
            }
            while (k >= 4);
        }

        for (; k > 0; k--)
        {
            Step<TLines>(a, strideA, TIndirect.Value > 0 ? b + *offsets : b, second,
                ref c0L, ref c0R, ref c1L, ref c1R, ref c2L, ref c2R, ref c3L, ref c3R, ref c4L, ref c4R, ref c5L, ref c5R,
                ref c6L, ref c6R, ref c7L, ref c7R, ref c8L, ref c8R, ref c9L, ref c9R, ref c10L, ref c10R, ref c11L, ref c11R);
            a += stepA;
            b += stepB;
            offsets += TIndirect.Value > 0 ? 1 : 0;
        }

        Finish(c + (0 * strideC), c0L, c0R, add);
        if (TRows.Value > 1)
            Finish(c + (1 * strideC), c1L, c1R, add);
        if (TRows.Value > 2)
            Finish(c + (2 * strideC), c2L, c2R, add);
        if (TRows.Value > 3)
            Finish(c + (3 * strideC), c3L, c3R, add);
        if (TRows.Value > 4)
            Finish(c + (4 * strideC), c4L, c4R, add);
        if (TRows.Value > 5)
            Finish(c + (5 * strideC), c5L, c5R, add);
        if (TRows.Value > 6)
            Finish(c + (6 * strideC), c6L, c6R, add);
        if (TRows.Value > 7)
            Finish(c + (7 * strideC), c7L, c7R, add);
        if (TRows.Value > 8)
            Finish(c + (8 * strideC), c8L, c8R, add);
        if (TRows.Value > 9)
            Finish(c + (9 * strideC), c9L, c9R, add);
        if (TRows.Value > 10)
            Finish(c + (10 * strideC), c10L, c10R, add);
        if (TRows.Value > 11)
            Finish(c + (11 * strideC), c11L, c11R, add);
    }

    // The multiply-adds of one k. Every third row of A has a pointer; the next two rows are one and two strides away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLines>(U* a, nint strideA, U* columns, nint second,
        ref V c0L, ref V c0R, ref V c1L, ref V c1R, ref V c2L, ref V c2R, ref V c3L, ref V c3R, ref V c4L, ref V c4R, ref V c5L, ref V c5R,
        ref V c6L, ref V c6R, ref V c7L, ref V c7R, ref V c8L, ref V c8R, ref V c9L, ref V c9R, ref V c10L, ref V c10R, ref V c11L, ref V c11R)
        where TLines : struct, ICount
    {
        U* a3 = a + (3 * strideA), a6 = a + (6 * strideA), a9 = a + (9 * strideA);
        nint one = strideA * sizeof(U), two = 2 * one;
        V left = TUnit.Load(columns);
        V right = TColumns.Value > 1 ? TUnit.Load(columns + second) : default;

        {
            V x = TUnit.Broadcast(a);
            c0L = TUnit.MultiplyAdd(x, left, c0L);
            if (TColumns.Value > 1)
                c0R = TUnit.MultiplyAdd(x, right, c0R);
        }

        if (TRows.Value > 1)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a + one) : a + 1);
            c1L = TUnit.MultiplyAdd(x, left, c1L);
            if (TColumns.Value > 1)
                c1R = TUnit.MultiplyAdd(x, right, c1R);
        }

        if (TRows.Value > 2)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a + two) : a + 2);
            c2L = TUnit.MultiplyAdd(x, left, c2L);
            if (TColumns.Value > 1)
                c2R = TUnit.MultiplyAdd(x, right, c2R);
        }

        if (TRows.Value > 3)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? a3 : a + 3);
            c3L = TUnit.MultiplyAdd(x, left, c3L);
            if (TColumns.Value > 1)
                c3R = TUnit.MultiplyAdd(x, right, c3R);
        }

        if (TRows.Value > 4)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a3 + one) : a + 4);
            c4L = TUnit.MultiplyAdd(x, left, c4L);
            if (TColumns.Value > 1)
                c4R = TUnit.MultiplyAdd(x, right, c4R);
        }

        if (TRows.Value > 5)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a3 + two) : a + 5);
            c5L = TUnit.MultiplyAdd(x, left, c5L);
            if (TColumns.Value > 1)
                c5R = TUnit.MultiplyAdd(x, right, c5R);
        }

        if (TRows.Value > 6)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? a6 : a + 6);
            c6L = TUnit.MultiplyAdd(x, left, c6L);
            if (TColumns.Value > 1)
                c6R = TUnit.MultiplyAdd(x, right, c6R);
        }

        if (TRows.Value > 7)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a6 + one) : a + 7);
            c7L = TUnit.MultiplyAdd(x, left, c7L);
            if (TColumns.Value > 1)
                c7R = TUnit.MultiplyAdd(x, right, c7R);
        }

        if (TRows.Value > 8)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a6 + two) : a + 8);
            c8L = TUnit.MultiplyAdd(x, left, c8L);
            if (TColumns.Value > 1)
                c8R = TUnit.MultiplyAdd(x, right, c8R);
        }

        if (TRows.Value > 9)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? a9 : a + 9);
            c9L = TUnit.MultiplyAdd(x, left, c9L);
            if (TColumns.Value > 1)
                c9R = TUnit.MultiplyAdd(x, right, c9R);
        }

        if (TRows.Value > 10)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a9 + one) : a + 10);
            c10L = TUnit.MultiplyAdd(x, left, c10L);
            if (TColumns.Value > 1)
                c10R = TUnit.MultiplyAdd(x, right, c10R);
        }

        if (TRows.Value > 11)
        {
            V x = TUnit.Broadcast(TLines.Value > 0 ? (U*)((byte*)a9 + two) : a + 11);
            c11L = TUnit.MultiplyAdd(x, left, c11L);
            if (TColumns.Value > 1)
                c11R = TUnit.MultiplyAdd(x, right, c11R);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(U* c, V left, V right, bool add)
    {
        if (add)
        {
            left = TUnit.Add(TUnit.Load(c), left);
            if (TColumns.Value > 1)
                right = TUnit.Add(TUnit.Load(c + TUnit.Count), right);
        }

        TUnit.Store(left, c);
        if (TColumns.Value > 1)
            TUnit.Store(right, c + TUnit.Count);
    }
}
