using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>Which of two numbers an extreme takes.</summary>
internal interface IPreference
{
    /// <summary>The preferred number; NaN if one is NaN.</summary>
    static abstract L Of<L>(L x, L y)
        where L : struct, ILane<L>;

    /// <summary>a where x is preferred to y, b elsewhere, at NaN too.</summary>
    static abstract L IfPreferred<L>(L x, L y, L a, L b)
        where L : struct, ILane<L>;
}

/// <summary>What the maximum and the minimum of two numbers share: kinks where both are equal, and slopes of 1 for the preferred one.</summary>
/// <typeparam name="TPreference">Which of the two is taken.</typeparam>
internal static class ExtremeOfTwo<TPreference>
    where TPreference : struct, IPreference
{
    public static L Kink<L>(L x, L y)
        where L : struct, ILane<L> => L.IfEqual(x, y, L.Constant(1), L.Constant(0));

    public static L Tangent<L>(L x, L y, L dx, L dy)
        where L : struct, ILane<L> => L.IfEqual(x, y, TPreference.Of(dx, dy), Choose(x, y, dx, dy));

    // Along a direction, a tie goes to the one that is preferred next to the point, and to the first if both move alike.
    public static L LockedSlopeOfFirst<L>(L x, L y, L dx, L dy)
        where L : struct, ILane<L> =>
            L.IfEqual(x, y, TPreference.IfPreferred(dy, dx, L.Constant(0), L.Constant(1)), Choose(x, y, L.Constant(1), L.Constant(0)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L SlopeOfFirst<L>(L x, L y, double firstWeight)
        where L : struct, ILane<L> =>
            TPreference.IfPreferred(x, y, L.Constant(1), L.IfEqual(x, y, L.Broadcast(firstWeight), TPreference.IfPreferred(y, x, L.Constant(0), x + y)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L SlopeOfSecond<L>(L x, L y, double firstWeight)
        where L : struct, ILane<L> =>
            TPreference.IfPreferred(y, x, L.Constant(1), L.IfEqual(x, y, L.Constant(1 - firstWeight), TPreference.IfPreferred(x, y, L.Constant(0), x + y)));

    // The sum is NaN if one of the two is.
    private static L Choose<L>(L x, L y, L ofFirst, L ofSecond)
        where L : struct, ILane<L> => TPreference.IfPreferred(x, y, ofFirst, TPreference.IfPreferred(y, x, ofSecond, x + y));
}
