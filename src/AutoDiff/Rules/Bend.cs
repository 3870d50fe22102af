using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>Where a slope itself has a kink, or no finite derivative.</summary>
internal static class Bend
{
    // Formulas in pieces that join smoothly, as that of the error function, differ by rounding at their seams.
    private const double Tolerance = 1e-4;

    /// <summary>1 where the slope's derivatives ahead and behind, each along its own direction, are not opposite numbers; 0 where they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Between<L>(L ahead, L behind)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), one = L.Constant(1), sum = ahead + behind;
        L differs = L.IfGreater(L.Abs(sum), L.Constant(Tolerance) * (L.Abs(ahead) + L.Abs(behind)), one, zero);

        // Infinite or NaN, and only then, a number less itself is not 0.
        return L.IfEqual((ahead - ahead) + (behind - behind), zero, differs, one);
    }
}
