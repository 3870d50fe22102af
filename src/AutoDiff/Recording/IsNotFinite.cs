using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>1 for NaN and infinities, 0 for all other numbers.</summary>
internal readonly struct IsNotFinite : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L>
    {
        // x − x is 0 for finite x and NaN otherwise, and NaN compares unequal to everything.
        L zero = L.Constant(0);
        return L.IfEqual(x - x, zero, zero, L.Constant(1));
    }
}
