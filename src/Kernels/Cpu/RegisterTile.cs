using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The tile of C that a processor keeps in its registers, with the kernels for full tiles and for the edges.</summary>
/// <remarks>Pointers are untyped, so that code generic over the element type can use a tile; strides count elements.</remarks>
internal unsafe interface IRegisterTile
{
    static abstract int Rows { get; }

    static abstract int Columns { get; }

    /// <summary>
    /// The number of rows that the kernel for <paramref name="rows"/> rows reads and writes; memory must have room for them.
    /// </summary>
    static abstract int RowsCovering(int rows);

    /// <summary>The number of columns that the kernel reads and writes.</summary>
    static abstract int ColumnsCovering(int columns);

    /// <summary>C = A·B or C += A·B, with the kernel for the given numbers of rows and columns.</summary>
    static abstract void Run(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC, bool add);

    /// <summary>C = A·B for two registers of columns, with a separate offset for every k.</summary>
    static abstract void RunIndirect(int rows, int k, void* a, nint strideA, void* b, int* offsets, nint second, void* c, nint strideC);

    /// <summary>C = A·B for contiguous rows of A at a stride.</summary>
    static abstract void RunLines(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC);
}

/// <summary>Twelve rows of two registers, for processors with 32 registers.</summary>
internal unsafe struct TallTile<V, U, TUnit> : IRegisterTile
    where V : struct
    where U : unmanaged
    where TUnit : struct, IVectorUnit<V, U>
{
    public static int Rows => 12;

    public static int Columns => 2 * TUnit.Count;

    public static int RowsCovering(int rows) => rows > 8 ? 12 : rows > 6 ? 8 : ShortTile<V, U, TUnit>.RowsCovering(rows);

    public static int ColumnsCovering(int columns) => ShortTile<V, U, TUnit>.ColumnsCovering(columns);

    public static void Run(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC, bool add)
    {
        if (rows <= 6)
            ShortTile<V, U, TUnit>.Run(rows, columns, k, a, strideA, b, strideB, c, strideC, add);
        else if (columns > TUnit.Count)
            Run<Count2>(rows, k, a, strideA, b, strideB, c, strideC, add);
        else
            Run<Count1>(rows, k, a, strideA, b, strideB, c, strideC, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TColumns>(int rows, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC, bool add)
        where TColumns : struct, ICount
    {
        if (rows > 8)
            TileKernel<V, U, TUnit, Count12, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
        else
            TileKernel<V, U, TUnit, Count8, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
    }

    public static void RunIndirect(int rows, int k, void* a, nint strideA, void* b, int* offsets, nint second, void* c, nint strideC)
    {
        if (rows > 8)
            TileKernel<V, U, TUnit, Count12, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
        else if (rows > 6)
            TileKernel<V, U, TUnit, Count8, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
        else
            ShortTile<V, U, TUnit>.RunIndirect(rows, k, a, strideA, b, offsets, second, c, strideC);
    }

    public static void RunLines(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC)
    {
        if (rows <= 6)
            ShortTile<V, U, TUnit>.RunLines(rows, columns, k, a, strideA, b, strideB, c, strideC);
        else if (columns > TUnit.Count)
            RunLines<Count2>(rows, k, a, strideA, b, strideB, c, strideC);
        else
            RunLines<Count1>(rows, k, a, strideA, b, strideB, c, strideC);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunLines<TColumns>(int rows, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC)
        where TColumns : struct, ICount
    {
        if (rows > 8)
            TileKernel<V, U, TUnit, Count12, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
        else
            TileKernel<V, U, TUnit, Count8, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
    }
}

/// <summary>Six rows of two registers, for processors with 16 registers.</summary>
internal unsafe struct ShortTile<V, U, TUnit> : IRegisterTile
    where V : struct
    where U : unmanaged
    where TUnit : struct, IVectorUnit<V, U>
{
    public static int Rows => 6;

    public static int Columns => 2 * TUnit.Count;

    public static int RowsCovering(int rows) => rows > 4 ? 6 : rows > 2 ? 4 : rows;

    public static int ColumnsCovering(int columns) => columns > TUnit.Count ? 2 * TUnit.Count : TUnit.Count;

    public static void Run(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC, bool add)
    {
        if (columns > TUnit.Count)
            Run<Count2>(rows, k, a, strideA, b, strideB, c, strideC, add);
        else
            Run<Count1>(rows, k, a, strideA, b, strideB, c, strideC, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TColumns>(int rows, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC, bool add)
        where TColumns : struct, ICount
    {
        if (rows > 4)
            TileKernel<V, U, TUnit, Count6, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
        else if (rows > 2)
            TileKernel<V, U, TUnit, Count4, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
        else if (rows > 1)
            TileKernel<V, U, TUnit, Count2, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
        else
            TileKernel<V, U, TUnit, Count1, TColumns>.Run(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC, add);
    }

    public static void RunIndirect(int rows, int k, void* a, nint strideA, void* b, int* offsets, nint second, void* c, nint strideC)
    {
        if (rows > 4)
            TileKernel<V, U, TUnit, Count6, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
        else if (rows > 2)
            TileKernel<V, U, TUnit, Count4, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
        else if (rows > 1)
            TileKernel<V, U, TUnit, Count2, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
        else
            TileKernel<V, U, TUnit, Count1, Count2>.RunIndirect(k, (U*)a, strideA, (U*)b, offsets, second, (U*)c, strideC);
    }

    public static void RunLines(int rows, int columns, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC)
    {
        if (columns > TUnit.Count)
            RunLines<Count2>(rows, k, a, strideA, b, strideB, c, strideC);
        else
            RunLines<Count1>(rows, k, a, strideA, b, strideB, c, strideC);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunLines<TColumns>(int rows, int k, void* a, nint strideA, void* b, nint strideB, void* c, nint strideC)
        where TColumns : struct, ICount
    {
        if (rows > 4)
            TileKernel<V, U, TUnit, Count6, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
        else if (rows > 2)
            TileKernel<V, U, TUnit, Count4, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
        else if (rows > 1)
            TileKernel<V, U, TUnit, Count2, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
        else
            TileKernel<V, U, TUnit, Count1, TColumns>.RunLines(k, (U*)a, strideA, (U*)b, strideB, (U*)c, strideC);
    }
}

/// <summary>Work that uses the register tile of the current processor.</summary>
internal interface ITileWork
{
    void Run<TTile>()
        where TTile : struct, IRegisterTile;
}

/// <summary>Chooses the register tile.</summary>
internal static class RegisterTiles
{
    /// <summary>Runs work with the widest registers that the processor uses efficiently.</summary>
    /// <typeparam name="U">float or double.</typeparam>
    /// <typeparam name="TWork">The work.</typeparam>
    public static void Dispatch<U, TWork>(TWork work)
        where TWork : struct, ITileWork
    {
        if (typeof(U) == typeof(float))
        {
            if (Vector512.IsHardwareAccelerated)
                work.Run<TallTile<Vector512<float>, float, Single512>>();
            else if (Vector256.IsHardwareAccelerated)
                work.Run<ShortTile<Vector256<float>, float, Single256>>();
            else
                work.Run<ShortTile<Vector128<float>, float, Single128>>();
        }
        else
        {
            if (Vector512.IsHardwareAccelerated)
                work.Run<TallTile<Vector512<double>, double, Double512>>();
            else if (Vector256.IsHardwareAccelerated)
                work.Run<ShortTile<Vector256<double>, double, Double256>>();
            else
                work.Run<ShortTile<Vector128<double>, double, Double128>>();
        }
    }
}
