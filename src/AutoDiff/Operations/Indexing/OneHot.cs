using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>One-hot vectors.</content>
public static partial class Operations
{
    /// <summary>A constant with one row per index, which is 1 at the index and 0 elsewhere.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape that holds the constant.</param>
    /// <param name="indices">The indices, from 0.</param>
    /// <param name="count">The length of a row; above every index.</param>
    /// <returns>[indices, count].</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the count.</exception>
    public static Var<T> OneHot<T>(this Tape<T> tape, ReadOnlySpan<int> indices, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        T[] rows = new T[checked(indices.Length * count)];
        for (int row = 0; row < indices.Length; row++)
        {
            if ((uint)indices[row] >= (uint)count)
                throw new ArgumentOutOfRangeException(nameof(indices), indices[row],
                    $"one-hot: index {indices[row]} at place {row} is not from 0 to {count - 1}.");
            rows[(row * count) + indices[row]] = T.One;
        }

        return tape.Constant(Shape.Of(indices.Length, count), rows);
    }
}
