using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Powers and Kronecker products of matrices, norms and determinants under the names of other libraries.</content>
public static partial class Operations
{
    /// <summary>A whole power of square matrices, by repeated squares; of the inverse for negative powers.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., n, n].</param>
    /// <param name="power">The power; 0 gives the identity, as a constant.</param>
    /// <returns>[..., n, n].</returns>
    /// <exception cref="ArgumentException">The matrices are not square, or one is singular to working precision and the power is negative.</exception>
    public static Var<T> MatrixPower<T>(this Var<T> a, int power)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = a.Shape;
        Matrices.CheckSquare(shape, "matrix power");
        if (power == 0)
        {
            T[] identities = new T[shape.Count];
            for (int i = 0, size = shape[-1] * shape[-1]; i < identities.Length; i++)
                identities[i] = i % size % (shape[-1] + 1) == 0 ? T.One : T.Zero;
            return a.Tape.Constant(shape, identities);
        }

        Var<T> square = power < 0 ? a.Inverse() : a;
        Var<T>? result = null;
        for (uint rest = (uint)Math.Abs((long)power); ; rest >>= 1)
        {
            if ((rest & 1) != 0)
                result = result is { } before ? before.MatMul(square) : square;
            if (rest <= 1)
                return result!.Value;
            square = square.MatMul(square);
        }
    }

    /// <summary>Kronecker's product of matrices: every element of the first times the second. The leading axes broadcast.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The first matrices, [..., m, n].</param>
    /// <param name="b">The second, [..., p, q]; at most four leading axes.</param>
    /// <returns>[..., m·p, n·q].</returns>
    /// <exception cref="ArgumentException">A value has fewer than two axes, or the leading axes do not broadcast.</exception>
    public static Var<T> Kronecker<T>(this Var<T> a, Var<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SingularSpectra.CheckMatrix(a.Shape, "kronecker");
        SingularSpectra.CheckMatrix(b.Shape, "kronecker");
        Var<T> blocks = a.Apply(new Reshape<T>(Matrices.Replaced(a.Shape, a.Shape[-2], 1, a.Shape[-1], 1)))
            * b.Apply(new Reshape<T>(Matrices.Replaced(b.Shape, 1, b.Shape[-2], 1, b.Shape[-1])));
        Shape leading = blocks.Shape.Without(-1).Without(-1);
        return blocks.Apply(new Reshape<T>(Matrices.Replaced(leading, checked(a.Shape[-2] * b.Shape[-2]), checked(a.Shape[-1] * b.Shape[-1]))));
    }

    /// <summary>Frobenius's norm of matrices, √Σ aᵢⱼ², which is <see cref="Norm2{T}(Var{T}, ReadOnlySpan{int}, bool, double?)"/> over their two axes.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., m, n].</param>
    /// <param name="lengthAtZero">The length of the gradient at the origin; that of the selections if null. Clarke in [−1, 1].</param>
    /// <returns>[...].</returns>
    /// <exception cref="ArgumentException">The value has fewer than two axes.</exception>
    public static Var<T> FrobeniusNorm<T>(this Var<T> a, double? lengthAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SingularSpectra.CheckMatrix(a.Shape, "frobenius norm");
        return a.Norm2([-2, -1], false, lengthAtZero);
    }

    /// <summary>The norm of matrices as maps of vectors in ‖·‖₁: the largest ‖·‖₁ of a column; convex and piecewise linear.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., m, n]; at least one column.</param>
    /// <param name="ties">The selection if several columns have the largest norm; that of the selections if null.</param>
    /// <returns>[...].</returns>
    /// <exception cref="ArgumentException">The value has fewer than two axes, or matrices without columns.</exception>
    public static Var<T> OperatorNorm1<T>(this Var<T> a, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SingularSpectra.CheckMatrix(a.Shape, "operator norm");
        return a.Norm1(-2).Max(-1, false, ties);
    }

    /// <summary>The norm of matrices as maps of vectors in ‖·‖∞: the largest ‖·‖₁ of a row; convex and piecewise linear.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., m, n]; at least one row.</param>
    /// <param name="ties">The selection if several rows have the largest norm; that of the selections if null.</param>
    /// <returns>[...].</returns>
    /// <exception cref="ArgumentException">The value has fewer than two axes, or matrices without rows.</exception>
    public static Var<T> OperatorNormInfinity<T>(this Var<T> a, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SingularSpectra.CheckMatrix(a.Shape, "operator norm");
        return a.Norm1(-1).Max(-1, false, ties);
    }

    /// <summary>The sign of the determinant and log|det A|, as of NumPy's and PyTorch's slogdet; a singular matrix is refused.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="a">The matrices, [..., n, n].</param>
    /// <returns>[...] and [...]: det A is the sign times the exponential of the logarithm.</returns>
    /// <exception cref="ArgumentException">The matrices are not square, or one is singular to working precision.</exception>
    public static (Var<T> Sign, Var<T> LogAbs) SignAndLogDeterminant<T>(this Var<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (a.DeterminantSign(), a.LogAbsDeterminant());
}
