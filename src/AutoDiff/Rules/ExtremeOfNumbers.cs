using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>What the maximum and the minimum of two that ignore NaN share: the extreme of both if both are numbers, otherwise the one that is.</summary>
/// <typeparam name="TPreference">Which of two numbers is taken.</typeparam>
internal static class ExtremeOfNumbers<TPreference>
    where TPreference : struct, IPreference
{
    public static L Value<L>(L x, L y)
        where L : struct, ILane<L> => Choose(x, y, TPreference.Of(x, y), x, y);

    public static L SlopeOfFirst<L>(L x, L y, double firstWeight)
        where L : struct, ILane<L> => Choose(x, y, ExtremeOfTwo<TPreference>.SlopeOfFirst(x, y, firstWeight), L.Constant(1), L.Constant(0));

    public static L SlopeOfSecond<L>(L x, L y, double firstWeight)
        where L : struct, ILane<L> => Choose(x, y, ExtremeOfTwo<TPreference>.SlopeOfSecond(x, y, firstWeight), L.Constant(0), L.Constant(1));

    public static L Tangent<L>(L x, L y, L dx, L dy)
        where L : struct, ILane<L> => Choose(x, y, ExtremeOfTwo<TPreference>.Tangent(x, y, dx, dy), dx, dy);

    public static L LockedSlopeOfFirst<L>(L x, L y, L dx, L dy)
        where L : struct, ILane<L> => Choose(x, y, ExtremeOfTwo<TPreference>.LockedSlopeOfFirst(x, y, dx, dy), L.Constant(1), L.Constant(0));

    // Two NaNs count as the first.
    private static L Choose<L>(L x, L y, L ofBoth, L ofFirst, L ofSecond)
        where L : struct, ILane<L> => L.IfEqual(y, y, L.IfEqual(x, x, ofBoth, ofSecond), ofFirst);
}
