using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Detects arguments that cannot be told apart from 0, for rules that are singular there.</summary>
internal static class NearZero
{
    /// <summary>
    /// <see cref="ObstacleKind.TooNearZero"/> if 0 &lt; |x| &lt; smallest; otherwise 0. At 0 itself the rule's own numbers show the singularity.
    /// </summary>
    public static L Of<L>(L x, L smallest)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0);
        return L.IfGreater(smallest, L.Abs(x), L.IfEqual(x, zero, zero, L.Constant((double)ObstacleKind.TooNearZero)), zero);
    }

    /// <summary><see cref="ObstacleKind.SlopeUnderflows"/> if |slope| &lt; smallest; otherwise 0.</summary>
    public static L OfSlope<L>(L slope, L smallest)
        where L : struct, ILane<L> => L.IfGreater(smallest, L.Abs(slope), L.Constant((double)ObstacleKind.SlopeUnderflows), L.Constant(0));
}
