namespace ConservativeAD.Kernels.Elementwise;

/// <summary>The function that returns its argument.</summary>
public readonly struct Identity : IUnaryMap
{
    /// <inheritdoc/>
    public static bool OnlySelects => true;

    /// <inheritdoc/>
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => x;
}
