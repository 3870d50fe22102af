using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Finds the obstacle at an element of an elementwise operation: the one that the rule itself reports, or else a value or slope that is not finite.
/// </summary>
internal static class ObstacleNet
{
    /// <summary>The obstacle number for an operation's kinks: a jump if the operation is discontinuous, otherwise 0.</summary>
    public static double AtKinks(OperationFacts facts) => facts.IsContinuous ? 0 : (double)ObstacleKind.Jump;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Of<TRule, L>(TRule rule, L x, double smallest, double atKinks)
        where TRule : struct, IUnaryRule<TRule>
        where L : struct, ILane<L>
    {
        L value = rule.Value(x), slope = rule.Slope(x, value), reported = TRule.Obstacle(rule, x, L.Broadcast(smallest));
        if (atKinks != 0)
            reported = L.IfEqual(TRule.Kink(rule, x), L.Constant(0), reported, L.Broadcast(atKinks));
        return Finite(value, slope, reported);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Of<TRule, L>(TRule rule, L x, L y, Moving moving, double atKinks)
        where TRule : struct, IBinaryRule<TRule>
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), reported = TRule.Obstacle(rule, x, y, L.Broadcast(moving.First), L.Broadcast(moving.Second), L.Broadcast(moving.Smallest));
        if (atKinks != 0)
            reported = L.IfEqual(TRule.Kink(rule, x, y), zero, reported, L.Broadcast(atKinks));

        // The slope with respect to a constant input is irrelevant.
        L first = L.IfEqual(L.Broadcast(moving.First), zero, zero, rule.SlopeOfFirst(x, y));
        L second = L.IfEqual(L.Broadcast(moving.Second), zero, zero, rule.SlopeOfSecond(x, y));
        return Finite(rule.Value(x, y), (first - first) + (second - second), reported);
    }

    // x − x is nonzero exactly when x is infinite or NaN; only NaN differs from itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Finite<L>(L value, L slope, L reported)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0);
        L ofSlope = L.IfEqual(slope - slope, zero, reported, L.IfEqual(reported, zero, L.Constant((double)ObstacleKind.InfiniteSlope), reported));
        L ofNumber = L.IfEqual(value - value, zero, ofSlope, L.Constant((double)ObstacleKind.InfiniteValue));
        return L.IfEqual(value, value, ofNumber, L.Constant((double)ObstacleKind.OutsideDomain));
    }

    /// <summary>Which inputs of an operation of two depend on variables, as 1 or 0, and the smallest normal number of the element type.</summary>
    public readonly struct Moving(double first, double second, double smallest)
    {
        public readonly double First = first;
        public readonly double Second = second;
        public readonly double Smallest = smallest;
    }
}
