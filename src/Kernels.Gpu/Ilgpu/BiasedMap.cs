using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>A function of an element and its bias.</summary>
internal readonly struct BiasedMap<TMap>(TMap map) : IBinaryMap
    where TMap : struct, IUnaryMap
{
    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => map.Invoke(x + y);
}
