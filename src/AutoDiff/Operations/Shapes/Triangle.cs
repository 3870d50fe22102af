using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Triangles of matrices.</content>
public static partial class Operations
{
    /// <summary>The lower triangles of a stack of matrices; the other elements are 0, also where they were NaN.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Matrices: [..., rows, columns].</param>
    /// <param name="diagonal">The last diagonal that is kept: 0 for the main one, positive for those above it, negative for those below.</param>
    /// <exception cref="ArgumentException">The argument has fewer than two axes.</exception>
    public static Var<T> LowerTriangle<T>(this Var<T> x, int diagonal = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Triangle(x, "lower triangle", (row, column) => (long)column - row <= diagonal);

    /// <summary>The upper triangles of a stack of matrices; the other elements are 0, also where they were NaN.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Matrices: [..., rows, columns].</param>
    /// <param name="diagonal">The first diagonal that is kept: 0 for the main one, positive for those above it, negative for those below.</param>
    /// <exception cref="ArgumentException">The argument has fewer than two axes.</exception>
    public static Var<T> UpperTriangle<T>(this Var<T> x, int diagonal = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Triangle(x, "upper triangle", (row, column) => (long)column - row >= diagonal);

    private static Var<T> Triangle<T>(Var<T> x, string operation, Func<int, int, bool> isKept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rows, int columns) = MatrixOf(x.Shape, operation);
        T[] kept = new T[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                kept[(row * columns) + column] = isKept(row, column) ? T.One : T.Zero;
        }

        return Where(x.Tape.Constant(Shape.Of(rows, columns), kept).Value, x, x.Tape.Constant(T.Zero));
    }

    private static (int Rows, int Columns) MatrixOf(in Shape shape, string operation) => shape.Rank >= 2
        ? (shape[-2], shape[-1])
        : throw new ArgumentException($"{operation}: a value of shape {shape} was given; a matrix has at least two axes.");
}
