namespace ConservativeAD.Kernels.Common;

/// <summary>The extents of attention.</summary>
/// <param name="Heads">Heads of all sequences.</param>
/// <param name="Tokens">Queries per sequence.</param>
/// <param name="Keys">Keys per sequence.</param>
/// <param name="Dimension">Numbers in a query, a key or a value.</param>
internal readonly record struct AttentionShape(int Heads, int Tokens, int Keys, int Dimension)
{
    /// <summary>The extents, read from queries and keys with four axes.</summary>
    public static AttentionShape Of<T>(in NDArray<T> q, in NDArray<T> k)
        where T : unmanaged => new(q.Shape[0] * q.Shape[1], q.Shape[2], k.Shape[2], q.Shape[3]);
}
