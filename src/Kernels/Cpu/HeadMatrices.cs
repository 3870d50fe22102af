namespace ConservativeAD.Kernels.Cpu;

/// <summary>A stack of matrices with contiguous rows, one for each head of each sequence.</summary>
/// <typeparam name="U">The element type.</typeparam>
/// <param name="data">The first element.</param>
/// <param name="heads">Heads per sequence.</param>
/// <param name="fromSequence">Stride between sequences.</param>
/// <param name="fromHead">Stride between heads.</param>
/// <param name="fromRow">Stride between rows.</param>
internal readonly unsafe struct HeadMatrices<U>(U* data, int heads, nint fromSequence, nint fromHead, int fromRow)
    where U : unmanaged
{
    /// <summary>Stride between rows.</summary>
    public int Stride { get; } = fromRow;

    /// <summary>The matrices of a [batch, heads, rows, columns] array.</summary>
    public static HeadMatrices<U> Of<T>(in NDArray<T> array)
        where T : unmanaged => new((U*)MapLoop.Pointer(array), array.Shape[1], array.Stride(0), array.Stride(1), array.Stride(2));

    /// <summary>The first element of the matrix of a head; heads are counted through all sequences.</summary>
    public U* At(int head) => data + (head / heads * fromSequence) + (head % heads * fromHead);
}
