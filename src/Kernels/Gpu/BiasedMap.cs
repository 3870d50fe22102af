using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>A function of an element and its bias.</summary>
internal readonly struct BiasedMap<TMap>(TMap map) : IBinaryMap
    where TMap : struct, IUnaryMap
{
    private readonly TMap map = map;

    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => map.Invoke(x + y);
}
