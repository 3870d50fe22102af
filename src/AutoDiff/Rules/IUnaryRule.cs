using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// An elementwise operation of one input, as a textbook defines it: its value, its slope and, if it has kinks, where they are and which slope applies there.
/// The formulas are written once over lanes and serve every element type and device. A smooth operation defines only the first three members.
/// </summary>
/// <typeparam name="TSelf">The rule itself, a readonly struct whose fields are the operation's attributes.</typeparam>
public interface IUnaryRule<TSelf>
    where TSelf : struct, IUnaryRule<TSelf>
{
    /// <summary>The facts about the operation that theory needs.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>The arrays that <see cref="Slope{L}"/> reads; the reverse pass fetches only those.</summary>
    static virtual SlopeReads Reads => SlopeReads.Both;

    /// <summary>
    /// Whether <see cref="Value{L}"/> only compares, selects and changes signs, with constants that Half holds (<see cref="IUnaryMap.OnlySelects"/>).
    /// </summary>
    static virtual bool OnlySelects => false;

    /// <summary>The value.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    L Value<L>(L x)
        where L : struct, ILane<L>;

    /// <summary>The derivative; at a kink, the selected slope. Evaluated over <see cref="DualLane{L}"/> it gives the second derivative.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="value">The value at the argument, from which the slope is often cheaper to compute.</param>
    L Slope<L>(L x, L value)
        where L : struct, ILane<L>;

    /// <summary>The rule with the slopes that the selections choose, unless the operation overrides them.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="selections">The selections.</param>
    static virtual TSelf Select(TSelf rule, Selections selections) => rule;

    /// <summary>
    /// The cotangent of the argument: the value's cotangent times the slope; 0 where the value's cotangent is 0 (<see cref="ILane{L}.Absorb"/>).
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The argument.</param>
    /// <param name="value">The value there.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L Pullback<L>(TSelf rule, L x, L value, L cotangent)
        where L : struct, ILane<L> => L.Absorb(cotangent, cotangent * rule.Slope(x, value));

    /// <summary>1 at a kink, 0 elsewhere.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The argument.</param>
    static virtual L Kink<L>(TSelf rule, L x)
        where L : struct, ILane<L> => L.Constant(0);

    /// <summary>The slope that applies at x when it moves along a tangent: at a kink, the slope of the side it moves to.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The argument.</param>
    /// <param name="value">The value there.</param>
    /// <param name="tangent">The direction of movement.</param>
    static virtual L DirectionalSlope<L>(TSelf rule, L x, L value, L tangent)
        where L : struct, ILane<L> => rule.Slope(x, value);

    /// <summary>
    /// The obstacle to certification at x, as the number of an <see cref="ObstacleKind"/>; 0 if there is none. A rule reports only what its numbers do not
    /// show: a jump, or the end of a domain where value and slope are finite. Values and slopes that are not finite, and kinks of discontinuous operations, are
    /// detected without it.
    /// </summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The argument.</param>
    /// <param name="smallest">The smallest normal number of the element type. Smaller numbers have lost precision, which matters where 0 is singular.</param>
    static virtual L Obstacle<L>(TSelf rule, L x, L smallest)
        where L : struct, ILane<L> => L.Constant(0);
}
