using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// An elementwise operation of one input, as a textbook states it: value, slope, and, where it has kinks, where they are and which slope applies there. The formulas are
/// written once over lanes and serve every element type and device. A smooth operation states the first three members only.
/// </summary>
/// <typeparam name="TSelf">The rule itself, a readonly struct whose fields are the operation's attributes.</typeparam>
public interface IUnaryRule<TSelf>
    where TSelf : struct, IUnaryRule<TSelf>
{
    /// <summary>What theory needs to know of the operation.</summary>
    static abstract OperationFacts Facts { get; }

    /// <summary>What <see cref="Slope{L}"/> reads; the reverse pass fetches no more than that.</summary>
    static virtual SlopeReads Reads => SlopeReads.Both;

    /// <summary>The value.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    L Value<L>(L x)
        where L : struct, ILane<L>;

    /// <summary>The derivative; at a kink, the selected slope. Evaluated over <see cref="DualLane{L}"/> it gives the second derivative.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="value">The value there, which often gives the slope more cheaply.</param>
    L Slope<L>(L x, L value)
        where L : struct, ILane<L>;

    /// <summary>The rule with the slopes that the selections choose, where the operation does not override them.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="selections">The selections.</param>
    static virtual TSelf Select(TSelf rule, Selections selections) => rule;

    /// <summary>The cotangent of the argument: the value's, times the slope.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="rule">The rule, with its slopes selected.</param>
    /// <param name="x">The argument.</param>
    /// <param name="value">The value there.</param>
    /// <param name="cotangent">The value's cotangent.</param>
    static virtual L Pullback<L>(TSelf rule, L x, L value, L cotangent)
        where L : struct, ILane<L> => cotangent * rule.Slope(x, value);

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
}
