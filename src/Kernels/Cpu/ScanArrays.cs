namespace ConservativeAD.Kernels.Cpu;

/// <summary>The arrays that a scan reads and writes; all pointers are at the same element.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="x">The elements.</param>
/// <param name="companions">Their companions, or null.</param>
/// <param name="y">The results; null if only positions are needed.</param>
/// <param name="positions">The positions, or null if they are not needed.</param>
/// <param name="accumulate">Whether to add to what the results hold.</param>
internal readonly unsafe struct ScanArrays<T>(T* x, T* companions, T* y, int* positions, bool accumulate)
    where T : unmanaged
{
    public readonly T* X = x;
    public readonly T* Companions = companions;
    public readonly T* Y = y;
    public readonly int* Positions = positions;
    public readonly bool Accumulate = accumulate;

    /// <summary>The same arrays, advanced by some elements.</summary>
    /// <param name="elements">The number of elements.</param>
    public ScanArrays<T> From(nint elements) =>
        new(X + elements, Companions == null ? null : Companions + elements, Y == null ? null : Y + elements, Positions == null
            ? null
            : Positions + elements, Accumulate);

    /// <summary>The same arrays with another name for their element type.</summary>
    /// <typeparam name="U">The type.</typeparam>
    public ScanArrays<U> As<U>()
        where U : unmanaged => new((U*)X, (U*)Companions, (U*)Y, Positions, Accumulate);
}
