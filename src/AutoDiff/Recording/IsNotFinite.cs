using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>1 for NaN and the infinities, 0 for numbers.</summary>
internal readonly struct IsNotFinite : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L>
    {
        // x − x is 0 for numbers and NaN otherwise, and NaN equals nothing.
        L zero = L.Constant(0);
        return L.IfEqual(x - x, zero, zero, L.Constant(1));
    }
}
