using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>An elementwise operation of two inputs, which broadcast against each other. A smooth operation defines only the first four members.</summary>
/// <typeparam name="TSelf">The rule itself, a readonly struct whose fields are the operation's attributes.</typeparam>
public interface IBinaryRule<TSelf>
    where TSelf : struct, IBinaryRule<TSelf>
{
    /// <summary>The facts about the operation that theory needs.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>
    /// Whether <see cref="Value{L}"/> only compares, selects and changes signs, with constants that Half holds (<see cref="IUnaryMap.OnlySelects"/>).
    /// </summary>
    static virtual bool OnlySelects => false;

    /// <summary>The operation of arithmetic that <see cref="Value{L}"/> is, if it is one (<see cref="IBinaryMap.ArithmeticOperation"/>).</summary>
    static virtual ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Other;

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

    /// <summary>The rule with the slopes that the selections choose, unless the operation overrides them.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="selections">The selections.</param>
    static virtual TSelf Select(TSelf rule, Selections selections) => rule;

    /// <summary>
    /// The cotangent of the first argument: the value's cotangent times the slope; 0 where the value's cotangent is 0 (<see cref="ILane{L}.Absorb"/>).
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L PullbackOfFirst<L>(TSelf rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => L.Absorb(cotangent, cotangent * rule.SlopeOfFirst(x, y));

    /// <summary>
    /// The cotangent of the second argument: the value's cotangent times the slope; 0 where the value's cotangent is 0 (<see cref="ILane{L}.Absorb"/>).
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L PullbackOfSecond<L>(TSelf rule, L x, L y, L cotangent)
        where L : struct, ILane<L> => L.Absorb(cotangent, cotangent * rule.SlopeOfSecond(x, y));

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

    /// <summary>The linear form of the two tangents whose sign decides at a kink: (1, −1) if the kinks are at x = y, as for a maximum.</summary>
    static virtual (double OfFirst, double OfSecond) SwitchingForm => (1, -1);

    /// <summary>1 at a kink, 0 elsewhere.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    static virtual L Kink<L>(TSelf rule, L x, L y)
        where L : struct, ILane<L> => L.Constant(0);

    /// <summary>
    /// The one-sided directional derivative at (x, y) along (dx, dy). A tangent of 0 contributes 0 even if the slope is infinite or NaN
    /// (<see cref="ILane{L}.Absorb"/>).
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="dx">The first tangent.</param>
    /// <param name="dy">The second.</param>
    static virtual L Tangent<L>(TSelf rule, L x, L y, L dx, L dy)
        where L : struct, ILane<L> => L.Absorb(dx, rule.SlopeOfFirst(x, y) * dx) + L.Absorb(dy, rule.SlopeOfSecond(x, y) * dy);

    /// <summary>
    /// The obstacle to certification at (x, y), as the number of an <see cref="ObstacleKind"/>; 0 if there is none. A rule reports only what its numbers do not
    /// show: a jump, or the end of a domain where value and slopes are finite. Values and slopes that are not finite, and kinks of discontinuous operations,
    /// are detected without it.
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="firstMoves">1 if the first argument depends on variables, 0 if it is a constant.</param>
    /// <param name="secondMoves">The same for the second argument.</param>
    /// <param name="smallest">The smallest normal number of the element type. Smaller numbers have lost precision, which matters where 0 is singular.</param>
    static virtual L Obstacle<L>(TSelf rule, L x, L y, L firstMoves, L secondMoves, L smallest)
        where L : struct, ILane<L> => L.Constant(0);
}
