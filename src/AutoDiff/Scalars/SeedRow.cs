using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Scalars;

/// <summary>The derivatives of one node along several seeds, side by side.</summary>
/// <typeparam name="TSelf">The row itself.</typeparam>
internal unsafe interface ISeedRow<TSelf>
    where TSelf : unmanaged, ISeedRow<TSelf>
{
    /// <summary>The number of seeds.</summary>
    static abstract int Width { get; }

    static abstract bool IsZero(TSelf row);

    /// <summary>sum + row·factor, rounded twice as in a pass with one seed. An element that is 0 adds 0, even if the factor is infinite or NaN.</summary>
    static abstract TSelf AddProduct(TSelf sum, TSelf row, double factor);
}

/// <summary>Eight seeds.</summary>
internal readonly struct RowOfEight(Vector512<double> elements) : ISeedRow<RowOfEight>
{
    private readonly Vector512<double> elements = elements;

    public static int Width => Vector512<double>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(RowOfEight row) => Vector512.EqualsAll(row.elements, Vector512<double>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowOfEight AddProduct(RowOfEight sum, RowOfEight row, double factor) => new(sum.elements + Vector512.ConditionalSelect(
        Vector512.Equals(row.elements, Vector512<double>.Zero), Vector512<double>.Zero, row.elements * Vector512.Create(factor)));
}

/// <summary>Four seeds.</summary>
internal readonly struct RowOfFour(Vector256<double> elements) : ISeedRow<RowOfFour>
{
    private readonly Vector256<double> elements = elements;

    public static int Width => Vector256<double>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(RowOfFour row) => Vector256.EqualsAll(row.elements, Vector256<double>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowOfFour AddProduct(RowOfFour sum, RowOfFour row, double factor) => new(sum.elements + Vector256.ConditionalSelect(
        Vector256.Equals(row.elements, Vector256<double>.Zero), Vector256<double>.Zero, row.elements * Vector256.Create(factor)));
}

/// <summary>Two seeds.</summary>
internal readonly struct RowOfTwo(Vector128<double> elements) : ISeedRow<RowOfTwo>
{
    private readonly Vector128<double> elements = elements;

    public static int Width => Vector128<double>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(RowOfTwo row) => Vector128.EqualsAll(row.elements, Vector128<double>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowOfTwo AddProduct(RowOfTwo sum, RowOfTwo row, double factor) => new(sum.elements + Vector128.ConditionalSelect(
        Vector128.Equals(row.elements, Vector128<double>.Zero), Vector128<double>.Zero, row.elements * Vector128.Create(factor)));
}
