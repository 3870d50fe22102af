using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>1 for every number except 0.</summary>
internal readonly struct IsNotZero : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(1));
}

/// <summary>1 for an element that is reached and not finite.</summary>
internal readonly struct NotFiniteWithin : IBinaryMap
{
    public L Invoke<L>(L value, L reach)
        where L : struct, ILane<L> => L.IfEqual(reach, L.Constant(0), L.Constant(0), default(IsNotFinite).Invoke(value));
}

/// <summary>The given mark for an element that is reached and finite.</summary>
internal readonly struct OfFiniteWithin : ITernaryMap
{
    public L Invoke<L>(L mark, L value, L reach)
        where L : struct, ILane<L> => L.IfEqual(reach, L.Constant(0), L.Constant(0), L.IfEqual(value - value, L.Constant(0), mark, L.Constant(0)));
}
