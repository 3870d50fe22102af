using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Converts a block of four random words to elements.</summary>
internal interface IRandomValues<E>
    where E : unmanaged
{
    /// <summary>The number of elements per block: 2 or 4.</summary>
    static abstract int PerBlock { get; }

    /// <summary>One of the elements.</summary>
    /// <param name="which">Its index.</param>
    /// <param name="word0">The first word.</param>
    /// <param name="word1">The second.</param>
    /// <param name="word2">The third.</param>
    /// <param name="word3">The fourth.</param>
    E Value(int which, uint word0, uint word1, uint word2, uint word3);
}

/// <summary>The elements of one block of a stream.</summary>
internal readonly struct RandomBody<E, TValues>(TValues values, ulong seed, ulong stream, ulong offset, ArrayView<E> destination, int count) : IIndexBody
    where E : unmanaged
    where TValues : struct, IRandomValues<E>
{
    public void Run(int index)
    {
        ulong block = (offset / (ulong)TValues.PerBlock) + (ulong)index;
        (uint word0, uint word1, uint word2, uint word3) = Philox.Block((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32), (uint)seed,
            (uint)(seed >> 32));
        int first = (int)((block * (ulong)TValues.PerBlock) - offset);
        for (int which = 0; which < TValues.PerBlock; which++)
        {
            int at = first + which;
            if (at >= 0 && at < count)
                destination[at] = values.Value(which, word0, word1, word2, word3);
        }
    }
}

/// <summary>Numbers from the words of a block.</summary>
internal static class RandomWords
{
    private const double TwoToMinus53 = 1.0 / 9007199254740992.0;

    /// <summary>One of the words.</summary>
    public static uint Word(int which, uint word0, uint word1, uint word2, uint word3) => which == 0 ? word0 : which == 1 ? word1 : which == 2 ? word2 : word3;

    /// <summary>53 bits of two words, as a number in [0, 1).</summary>
    public static double Unit(uint low, uint high) => (long)(((ulong)high << 32 | low) >> 11) * TwoToMinus53;

    /// <summary>53 bits of two words, as a number in (0, 1].</summary>
    public static double PositiveUnit(uint low, uint high) => ((long)(((ulong)high << 32 | low) >> 11) + 1) * TwoToMinus53;
}

/// <summary>Uniform values in [low, low + width), from one word each.</summary>
internal readonly struct UniformValues<E, L>(double low, double width, E high, E last) : IRandomValues<E>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private const double TwoToMinus32 = 1.0 / 4294967296.0;


    public static int PerBlock => 4;

    public E Value(int which, uint word0, uint word1, uint word2, uint word3)
    {
        E value = E.Store(L.Constant(low + (RandomWords.Word(which, word0, word1, word2, word3) * TwoToMinus32 * width)));
        return L.IsGreater(E.Load(high), E.Load(value)) ? value : last;
    }
}

/// <summary>Uniform values in [low, low + width), from two words each.</summary>
internal readonly struct FineUniformValues<E, L>(double low, double width, E high, E last) : IRandomValues<E>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public static int PerBlock => 2;

    public E Value(int which, uint word0, uint word1, uint word2, uint word3)
    {
        double unit = which == 0 ? RandomWords.Unit(word0, word1) : RandomWords.Unit(word2, word3);
        E value = E.Store(L.Constant(low + (unit * width)));
        return L.IsGreater(E.Load(high), E.Load(value)) ? value : last;
    }
}

/// <summary>Normal values, two per block, by the Box–Muller transform in double.</summary>
internal readonly struct NormalValues<E, L>(double mean, double deviation) : IRandomValues<E>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public static int PerBlock => 2;

    public E Value(int which, uint word0, uint word1, uint word2, uint word3)
    {
        DoubleLane radius = DoubleLane.Sqrt(-2 * DoubleFunctions.Log(RandomWords.PositiveUnit(word0, word1)));
        DoubleLane sine = DoubleFunctions.SinCosPi(2 * RandomWords.Unit(word2, word3), out DoubleLane cosine);
        return E.Store(L.Constant((mean + (deviation * radius * (which == 0 ? cosine : sine))).Value));
    }
}

/// <summary>One of two values, selected by an event whose probability has 32 bits.</summary>
internal readonly struct EventValues<E>(long threshold, E onEvent, E otherwise) : IRandomValues<E>
    where E : unmanaged
{
    public static int PerBlock => 4;

    public E Value(int which, uint word0, uint word1, uint word2, uint word3) =>
        RandomWords.Word(which, word0, word1, word2, word3) < threshold ? onEvent : otherwise;
}
