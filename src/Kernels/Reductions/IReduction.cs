using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Reductions;

/// <summary>A reduction along axes: each element is mapped, and the results are combined in a fixed order.</summary>
public interface IReduction
{
    /// <summary>The result for no elements.</summary><typeparam name="L">The lane type.</typeparam>
    static abstract L Identity<L>()
        where L : struct, ILane<L>;

    /// <summary>The contribution of one element.</summary><typeparam name="L">The lane type.</typeparam><param name="x">The element.</param>
    static abstract L Map<L>(L x)
        where L : struct, ILane<L>;

    /// <summary>Combines two partial results.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    static abstract L Combine<L>(L a, L b)
        where L : struct, ILane<L>;
}

/// <summary>The sum of the elements.</summary>
public readonly struct Sum : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(0);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => x;

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => a + b;
}

/// <summary>The sum of the squares of the elements.</summary>
public readonly struct SumOfSquares : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(0);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => x * x;

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => a + b;
}

/// <summary>The sum of the absolute values of the elements.</summary>
public readonly struct SumOfMagnitudes : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(0);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => L.Abs(x);

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => a + b;
}

/// <summary>The largest element; NaN if any is NaN; −∞ for no elements.</summary>
public readonly struct Largest : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(double.NegativeInfinity);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => x;

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => L.Max(a, b);
}

/// <summary>The smallest element; NaN if any is NaN; ∞ for no elements.</summary>
public readonly struct Smallest : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(double.PositiveInfinity);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => x;

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => L.Min(a, b);
}

/// <summary>The number of elements that are not 0; exact up to 2²⁴ per partial result in float, 2⁵³ in double.</summary>
public readonly struct CountOfNonzero : IReduction
{
    /// <inheritdoc/>
    public static L Identity<L>()
        where L : struct, ILane<L> => L.Constant(0);

    /// <inheritdoc/>
    public static L Map<L>(L x)
        where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(1));

    /// <inheritdoc/>
    public static L Combine<L>(L a, L b)
        where L : struct, ILane<L> => a + b;
}
