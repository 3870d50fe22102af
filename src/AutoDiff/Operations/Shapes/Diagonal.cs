using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Diagonals of matrices.</content>
public static partial class Operations
{
    /// <summary>A diagonal of each of a stack of matrices, as its last axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Matrices: [..., rows, columns].</param>
    /// <param name="offset">Which diagonal: 0 for the main one, positive for those above it, negative for those below. One outside is empty.</param>
    /// <exception cref="ArgumentException">The argument has fewer than two axes.</exception>
    public static Var<T> Diagonal<T>(this Var<T> x, int offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rows, int columns) = MatrixOf(x.Shape, "diagonal");
        long right = Math.Max(0, (long)offset), down = Math.Max(0, -(long)offset);
        int length = (int)Math.Max(0, Math.Min(rows - down, columns - right));
        int[] positions = new int[length];
        for (int i = 0; i < length; i++)
            positions[i] = (int)(((i + down) * columns) + i + right);
        Shape flat = x.Shape.Without(-1).With(-1, rows * columns);
        return x.Apply(new Reshape<T>(flat)).Take(-1, x.Tape.Indices(Shape.Of(length), positions));
    }

    /// <summary>Square matrices with the elements of the last axis on a diagonal, and 0 elsewhere.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The diagonals: [..., length].</param>
    /// <param name="offset">Which diagonal: 0 for the main one, positive for those above it, negative for those below.</param>
    /// <returns>[..., n, n] for n = length + |offset|.</returns>
    /// <exception cref="ArgumentException">The argument has no axes.</exception>
    public static Var<T> DiagonalMatrix<T>(this Var<T> x, int offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Shape.Rank == 0)
            throw new ArgumentException("diagonal matrix: a value of rank 0 was given; it needs an axis, for the diagonal.", nameof(x));
        int length = x.Shape[-1], size = checked(length + Math.Abs(offset)), before = offset > 0 ? offset : checked(-offset * size);
        Shape matrices = new([.. x.Shape.Without(-1).ToArray(), size, size]);

        // Two neighbours on a diagonal are one row and one column apart, in row-major order size + 1 places.
        Var<T> spread = x.Unsqueeze(-1).Pad([0], [size]);
        Var<T> flat = spread.Apply(new Reshape<T>(x.Shape.With(-1, checked(length * (size + 1)))));
        int after = checked((size * size) - before - flat.Shape[-1]);
        if (after < 0)
            flat = flat.Slice(-1, 0, flat.Shape[-1] + after);
        return flat.Pad([before], [Math.Max(0, after)]).Apply(new Reshape<T>(matrices));
    }
}
