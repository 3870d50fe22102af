using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Finds points where a slope itself has a kink or no finite derivative.</summary>
internal static class Bend
{
    // Piecewise formulas that join smoothly, such as that of the error function, differ by rounding at their seams.
    private const double Tolerance = 1e-4;

    /// <summary>1 where the slope's derivatives ahead and behind, each along its own direction, are not opposite numbers; otherwise 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Between<L>(L ahead, L behind)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), one = L.Constant(1), sum = ahead + behind;
        L differs = L.IfGreater(L.Abs(sum), L.Constant(Tolerance) * (L.Abs(ahead) + L.Abs(behind)), one, zero);

        // x − x is nonzero exactly when x is infinite or NaN.
        return L.IfEqual((ahead - ahead) + (behind - behind), zero, differs, one);
    }
}
