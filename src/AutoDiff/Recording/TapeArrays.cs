using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// .NET's own arrays on a tape and back: vectors, matrices, rows of rows, tensor spans. Elements are copied, so that the program may change its arrays. The
/// methods take plain arrays only, as languages without spans need it.
/// </summary>
public static class TapeArrays
{
    /// <summary>Copies a vector to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="elements">The elements.</param>
    public static Var<T> VectorVariable<T>(this Tape<T> tape, T[] elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Checked(tape).Variable(Shape.Of(elements.Length), elements);
    }

    /// <summary>Copies a vector to the tape as a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="elements">The elements.</param>
    public static Var<T> VectorConstant<T>(this Tape<T> tape, T[] elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Checked(tape).Constant(Shape.Of(elements.Length), elements);
    }

    /// <summary>Copies an array of any rank to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="shape">The extents of the axes.</param>
    /// <param name="elements">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">The number of elements is not that of the shape.</exception>
    public static Var<T> TensorVariable<T>(this Tape<T> tape, int[] shape, T[] elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(elements);
        return Checked(tape).Variable(Shape.Of(shape), elements);
    }

    /// <summary>Copies an array of any rank to the tape as a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="shape">The extents of the axes.</param>
    /// <param name="elements">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">The number of elements is not that of the shape.</exception>
    public static Var<T> TensorConstant<T>(this Tape<T> tape, int[] shape, T[] elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(elements);
        return Checked(tape).Constant(Shape.Of(shape), elements);
    }

    /// <summary>Copies a matrix to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="matrix">The matrix.</param>
    public static Var<T> Variable<T>(this Tape<T> tape, T[,] matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return Checked(tape).Variable(ShapeOf(matrix), Flat(matrix));
    }

    /// <summary>Copies a matrix to the tape as a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="matrix">The matrix.</param>
    public static Var<T> Constant<T>(this Tape<T> tape, T[,] matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return Checked(tape).Constant(ShapeOf(matrix), Flat(matrix));
    }

    /// <summary>Copies the rows of a matrix to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="rows">The rows, all of one length.</param>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static Var<T> Variable<T>(this Tape<T> tape, T[][] rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Checked(tape).Variable(ShapeOf(rows), Flat(rows));

    /// <summary>Copies the rows of a matrix to the tape as a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="rows">The rows, all of one length.</param>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static Var<T> Constant<T>(this Tape<T> tape, T[][] rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Checked(tape).Constant(ShapeOf(rows), Flat(rows));

    /// <summary>Copies a tensor span of any strides to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="elements">The elements.</param>
    public static Var<T> Variable<T>(this Tape<T> tape, in ReadOnlyTensorSpan<T> elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Checked(tape).Variable(NDArrayTensorSpans.ShapeOf(elements), NDArrayTensorSpans.Flattened(elements));

    /// <summary>Copies a tensor span of any strides to the tape as a constant.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="elements">The elements.</param>
    public static Var<T> Constant<T>(this Tape<T> tape, in ReadOnlyTensorSpan<T> elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Checked(tape).Constant(NDArrayTensorSpans.ShapeOf(elements), NDArrayTensorSpans.Flattened(elements));

    /// <summary>The same elements in another shape.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="shape">The new extents; one may be −1 and follows from the others.</param>
    public static Var<T> Reshape<T>(this Var<T> value, int[] shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value.Reshape((ReadOnlySpan<int>)shape);

    /// <summary>Joins values of one shape along a new axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parts">The values, at least one.</param>
    /// <param name="axis">The new axis of the result.</param>
    public static Var<T> Stack<T>(this Var<T>[] parts, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operations.Stack(axis, (ReadOnlySpan<Var<T>>)parts);

    /// <summary>Joins values along an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parts">The values, at least one.</param>
    /// <param name="axis">The axis.</param>
    public static Var<T> Concatenate<T>(this Var<T>[] parts, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operations.Concatenate(axis, (ReadOnlySpan<Var<T>>)parts);

    /// <summary>The elements as a new matrix.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">A value of rank 2.</param>
    /// <exception cref="ArgumentException">The value has another rank.</exception>
    public static T[,] ToMatrix<T>(this Var<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ToMatrix(value.Value);

    /// <summary>The elements as a new matrix.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">An array of rank 2.</param>
    /// <exception cref="ArgumentException">The array has another rank.</exception>
    public static T[,] ToMatrix<T>(this NDArray<T> array)
        where T : unmanaged
    {
        CheckRank(array.Shape);
        T[] elements = array.ToArray();
        T[,] matrix = new T[array.Shape[0], array.Shape[1]];
        for (int row = 0, place = 0; row < matrix.GetLength(0); row++)
        {
            for (int column = 0; column < matrix.GetLength(1); column++)
                matrix[row, column] = elements[place++];
        }

        return matrix;
    }

    /// <summary>The rows as new arrays.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">A value of rank 2.</param>
    /// <exception cref="ArgumentException">The value has another rank.</exception>
    public static T[][] ToRows<T>(this Var<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ToRows(value.Value);

    /// <summary>The rows as new arrays.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">An array of rank 2.</param>
    /// <exception cref="ArgumentException">The array has another rank.</exception>
    public static T[][] ToRows<T>(this NDArray<T> array)
        where T : unmanaged
    {
        CheckRank(array.Shape);
        T[] elements = array.ToArray();
        int length = array.Shape[1];
        return [.. Enumerable.Range(0, array.Shape[0]).Select(row => elements.AsSpan(row * length, length).ToArray())];
    }

    /// <summary>Copies the elements to a tensor span, of any strides.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="destination">The destination, of the value's shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static void CopyTo<T>(this Var<T> value, in TensorSpan<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value.Value.CopyTo(destination);

    private static Tape<T> Checked<T>(Tape<T> tape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape;
    }

    private static Shape ShapeOf<T>(T[,] matrix) => Shape.Of(matrix.GetLength(0), matrix.GetLength(1));

    private static T[] Flat<T>(T[,] matrix)
    {
        T[] elements = new T[matrix.Length];
        int place = 0;
        foreach (T element in matrix)
            elements[place++] = element;
        return elements;
    }

    private static Shape ShapeOf<T>(T[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int length = rows.Length == 0 ? 0 : rows[0].Length;
        for (int row = 1; row < rows.Length; row++)
        {
            if (rows[row].Length != length)
                throw new ArgumentException($"Row {row} has {rows[row].Length} elements, and row 0 has {length}; the rows of a matrix have one length.",
                    nameof(rows));
        }

        return Shape.Of(rows.Length, length);
    }

    private static T[] Flat<T>(T[][] rows) => [.. rows.SelectMany(row => row)];

    private static void CheckRank(in Shape shape)
    {
        if (shape.Rank != 2)
            throw new ArgumentException($"A matrix has two axes; a value of shape {shape} was given.");
    }
}
