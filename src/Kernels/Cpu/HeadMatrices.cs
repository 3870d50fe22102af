namespace ConservativeAD.Kernels.Cpu;

/// <summary>A stack of matrices, one for each head of each sequence, whose rows stand in one piece.</summary>
/// <typeparam name="U">The element type.</typeparam>
/// <param name="data">The first element.</param>
/// <param name="heads">Heads of a sequence.</param>
/// <param name="fromSequence">From one sequence to the next.</param>
/// <param name="fromHead">From one head to the next.</param>
/// <param name="fromRow">From one row to the next.</param>
internal readonly unsafe struct HeadMatrices<U>(U* data, int heads, nint fromSequence, nint fromHead, int fromRow)
    where U : unmanaged
{
    private readonly U* data = data;
    private readonly int heads = heads;
    private readonly nint fromSequence = fromSequence;
    private readonly nint fromHead = fromHead;

    /// <summary>From one row to the next.</summary>
    public int Stride { get; } = fromRow;

    /// <summary>The matrices of [batch, heads, rows, columns].</summary>
    public static HeadMatrices<U> Of<T>(in NDArray<T> array)
        where T : unmanaged => new((U*)MapLoop.Pointer(array), array.Shape[1], array.Stride(0), array.Stride(1), array.Stride(2));

    /// <summary>The first element of the matrix of a head; heads are counted through all sequences.</summary>
    public U* At(int head) => data + (head / heads * fromSequence) + (head % heads * fromHead);
}
