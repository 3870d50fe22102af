using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Masks.</content>
public static partial class Operations
{
    /// <summary>The elements at which a mask is true, in row-major order, as one axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="mask">One for every element, in row-major order; a constant without derivative.</param>
    /// <exception cref="ArgumentException">The mask has another number of elements.</exception>
    public static Var<T> MaskedSelect<T>(this Var<T> x, ReadOnlySpan<bool> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.Length != x.Shape.Count)
            throw new ArgumentException(
                $"masked select: a mask of {mask.Length} was given for a value of shape {x.Shape}; there must be {x.Shape.Count}.", nameof(mask));
        List<int> positions = [];
        for (int element = 0; element < mask.Length; element++)
        {
            if (mask[element])
                positions.Add(element);
        }

        return x.Apply(new Rules.Reshape<T>(Shape.Of(mask.Length))).GatherRows(x.Tape.Indices(Shape.Of(positions.Count), [.. positions]));
    }

    /// <summary>x, and a given number where a mask is true. The gradient of replaced elements is 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="mask">One for every element, in row-major order; a constant without derivative.</param>
    /// <param name="value">The number, rounded to the element type.</param>
    /// <exception cref="ArgumentException">The mask has another number of elements.</exception>
    public static Var<T> MaskedFill<T>(this Var<T> x, ReadOnlySpan<bool> mask, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.Length != x.Shape.Count)
            throw new ArgumentException(
                $"masked fill: a mask of {mask.Length} was given for a value of shape {x.Shape}; there must be {x.Shape.Count}.", nameof(mask));
        return Where(mask, x.Tape.Constant(T.CreateTruncating(value)), x);
    }

    /// <summary>x, and a given number where a mask is not 0. The gradient of replaced elements is 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="mask">Nonzero for true, 0 for false; it broadcasts against x; a constant without derivative.</param>
    /// <param name="value">The number, rounded to the element type.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Var<T> MaskedFill<T>(this Var<T> x, in NDArray<T> mask, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Where(mask, x.Tape.Constant(T.CreateTruncating(value)), x);
}
