using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace ConservativeAD.Solvers;

/// <summary>Vectors and matrices of MathNet on tapes and back, for float and double. Elements are copied.</summary>
public static class MathNetConversions
{
    /// <summary>An objective for MathNet's minimisers.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public static IObjectiveFunction ToMathNet(this Objective objective, Selections? selections = null) => new MathNetObjective(objective, selections);

    /// <summary>Copies a vector to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="vector">The vector.</param>
    public static Var<T> Variable<T>(this Tape<T> tape, Vector<T> vector)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(vector);
        return tape.VectorVariable(vector.ToArray());
    }

    /// <summary>Copies a vector to the tape as a constant.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="vector">The vector.</param>
    public static Var<T> Constant<T>(this Tape<T> tape, Vector<T> vector)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(vector);
        return tape.VectorConstant(vector.ToArray());
    }

    /// <summary>Copies a matrix to the tape as a variable with a gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="matrix">The matrix, dense or sparse.</param>
    public static Var<T> Variable<T>(this Tape<T> tape, Matrix<T> matrix)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return tape.TensorVariable([matrix.RowCount, matrix.ColumnCount], matrix.ToRowMajorArray());
    }

    /// <summary>Copies a matrix to the tape as a constant.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tape">The tape.</param>
    /// <param name="matrix">The matrix, dense or sparse.</param>
    public static Var<T> Constant<T>(this Tape<T> tape, Matrix<T> matrix)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return tape.TensorConstant([matrix.RowCount, matrix.ColumnCount], matrix.ToRowMajorArray());
    }

    /// <summary>The elements as a new vector.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="array">An array of rank 1.</param>
    /// <exception cref="ArgumentException">The array has another rank.</exception>
    public static Vector<T> ToMathNetVector<T>(this NDArray<T> array)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => array.Shape.Rank == 1
            ? Vector<T>.Build.Dense(array.ToArray())
            : throw new ArgumentException($"A vector has one axis; an array of shape {array.Shape} was given.", nameof(array));

    /// <summary>The elements as a new matrix.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="array">An array of rank 2.</param>
    /// <exception cref="ArgumentException">The array has another rank.</exception>
    public static Matrix<T> ToMathNetMatrix<T>(this NDArray<T> array)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => array.Shape.Rank == 2
            ? Matrix<T>.Build.DenseOfRowMajor(array.Shape[0], array.Shape[1], array.ToArray())
            : throw new ArgumentException($"A matrix has two axes; an array of shape {array.Shape} was given.", nameof(array));

    /// <summary>The entries of a Jacobian as a sparse matrix.</summary>
    /// <param name="jacobian">The Jacobian.</param>
    public static Matrix<double> ToMathNet(this SparseJacobian jacobian)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        return Matrix<double>.Build.SparseOfIndexed(jacobian.Rows, jacobian.Columns, jacobian.Entries.Select(entry => (entry.Row, entry.Column, entry.Value)));
    }

    /// <summary>A Hessian as a sparse matrix, with both triangles.</summary>
    /// <param name="hessian">The Hessian.</param>
    public static Matrix<double> ToMathNet(this SparseHessian hessian)
    {
        ArgumentNullException.ThrowIfNull(hessian);
        int size = hessian.Gradient.Length;
        return Matrix<double>.Build.SparseOfIndexed(size, size, hessian.Entries.SelectMany(entry => entry.Row == entry.Column
            ? [(entry.Row, entry.Column, entry.Value)]
            : new (int, int, double)[] { (entry.Row, entry.Column, entry.Value), (entry.Column, entry.Row, entry.Value) }));
    }
}
