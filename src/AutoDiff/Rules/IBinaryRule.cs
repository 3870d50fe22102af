using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>An elementwise operation of two inputs, which broadcast against each other. A smooth operation states the first four members only.</summary>
/// <typeparam name="TSelf">The rule itself, a readonly struct whose fields are the operation's attributes.</typeparam>
public interface IBinaryRule<TSelf>
    where TSelf : struct, IBinaryRule<TSelf>
{
    /// <summary>What theory needs to know of the operation.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>The value.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    L Value<L>(L x, L y)
        where L : struct, ILane<L>;

    /// <summary>The derivative with respect to the first argument; at a kink, the selected one.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L>;

    /// <summary>The derivative with respect to the second argument; at a kink, the selected one.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L>;

    /// <summary>The rule with the slopes that the selections choose, where the operation does not override them.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="selections">The selections.</param>
    static virtual TSelf Select(TSelf rule, Selections selections) => rule;

    /// <summary>The cotangent of the first argument: the value's, times the slope.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L PullbackOfFirst<L>(TSelf rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => cotangent * rule.SlopeOfFirst(x, y);

    /// <summary>The cotangent of the second argument: the value's, times the slope.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L PullbackOfSecond<L>(TSelf rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => cotangent * rule.SlopeOfSecond(x, y);

    /// <summary>The derivative with respect to the first argument on the piece that (x, y) moves onto along (dx, dy).</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="dx">The first tangent.</param>
    /// <param name="dy">The second.</param>
    static virtual L LockedSlopeOfFirst<L>(TSelf rule, L x, L y, L dx, L dy)
        where L : struct, ILane<L> => rule.SlopeOfFirst(x, y);

    /// <summary>The derivative with respect to the second argument on the piece that (x, y) moves onto along (dx, dy).</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="dx">The first tangent.</param>
    /// <param name="dy">The second.</param>
    static virtual L LockedSlopeOfSecond<L>(TSelf rule, L x, L y, L dx, L dy)
        where L : struct, ILane<L> => rule.SlopeOfSecond(x, y);

    /// <summary>The linear form of the two tangents whose sign decides at a kink: (1, −1) where kinks are at x = y, as those of a maximum.</summary>
    static virtual (double OfFirst, double OfSecond) SwitchingForm => (1, -1);

    /// <summary>1 at a kink, 0 elsewhere.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    static virtual L Kink<L>(TSelf rule, L x, L y)
        where L : struct, ILane<L> => L.Constant(0);

    /// <summary>The one-sided directional derivative at (x, y) along (dx, dy).</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="dx">The first tangent.</param>
    /// <param name="dy">The second.</param>
    static virtual L Tangent<L>(TSelf rule, L x, L y, L dx, L dy)
        where L : struct, ILane<L> => (rule.SlopeOfFirst(x, y) * dx) + (rule.SlopeOfSecond(x, y) * dy);
}
