using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>
/// The singular value decomposition A = U·S·Vᵀ of a matrix with at least as many rows as columns, by rotations of its columns until they are orthogonal. Small
/// singular values come out with the digits that the columns' own scales allow.
/// </summary>
/// <remarks>Hestenes, J. SIAM 1958; Demmel and Veselić, SIAM J. Matrix Anal. Appl. 1992.</remarks>
internal static class SingularValueFactors
{
    private const int MaximumSweeps = 64;
    private const double Precision = 2.220446049250313e-16;

    /// <summary>Computes the decomposition; the singular values descend.</summary>
    /// <param name="columns">Aᵀ, [n, m], which becomes Uᵀ.</param>
    /// <param name="m">The number of rows of A.</param>
    /// <param name="n">The number of columns, at most m.</param>
    /// <param name="values">The n singular values.</param>
    /// <param name="right">Vᵀ, [n, n].</param>
    public static void Compute(Span<double> columns, int m, int n, Span<double> values, Span<double> right)
    {
        right.Clear();
        for (int i = 0; i < n; i++)
            right[(i * n) + i] = 1;
        if (n == 0)
            return;
        double largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(columns));
        int exponent = largest > 0 ? -Math.ILogB(largest) : 0;
        Scale(columns, exponent);
        bool isRotated = true;
        for (int sweep = 0; sweep < MaximumSweeps && isRotated; sweep++)
        {
            isRotated = false;
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                    isRotated |= Orthogonalise(columns.Slice(p * m, m), columns.Slice(q * m, m), right.Slice(p * n, n), right.Slice(q * n, n));
            }
        }

        for (int i = 0; i < n; i++)
            values[i] = TensorPrimitives.Norm<double>(columns.Slice(i * m, m));
        Sort(columns, m, n, values, right);
        Normalise(columns, m, n, values);
        Scale(values, -exponent);
    }

    /// <summary>Extends orthonormal rows to more of them.</summary>
    /// <param name="rows">[count, length], of which the first are given.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="given">The number of rows that are given.</param>
    public static void Complete(Span<double> rows, int length, int given)
    {
        int count = length == 0 ? 0 : rows.Length / length;
        int axis = 0;
        for (int i = given; i < count; i++)
        {
            Span<double> row = rows.Slice(i * length, length);
            double norm = 0;
            for (; axis < length && !(norm > 0.5 / Math.Sqrt(length)); axis++)
            {
                row.Clear();
                row[axis] = 1;
                for (int pass = 0; pass < 2; pass++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        ReadOnlySpan<double> other = rows.Slice(j * length, length);
                        TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(row, other), row, row);
                    }
                }

                norm = TensorPrimitives.Norm<double>(row);
            }

            TensorPrimitives.Divide(row, norm, row);
        }
    }

    private static bool Orthogonalise(Span<double> x, Span<double> y, Span<double> rightX, Span<double> rightY)
    {
        double xx = TensorPrimitives.SumOfSquares<double>(x), yy = TensorPrimitives.SumOfSquares<double>(y), xy = TensorPrimitives.Dot<double>(x, y);
        if (xx == 0 || yy == 0 || Math.Abs(xy) <= 2 * Precision * Math.Sqrt(xx) * Math.Sqrt(yy))
            return false;
        double zeta = (yy - xx) / (2 * xy);
        double t = double.IsInfinity(zeta) ? 0 : Math.CopySign(1, zeta) / (Math.Abs(zeta) + double.Hypot(1, zeta));
        if (t == 0)
            return false;
        double cosine = 1 / Math.Sqrt(1 + (t * t)), sine = cosine * t;
        Rotation.Apply(x, y, cosine, sine);
        Rotation.Apply(rightX, rightY, cosine, sine);
        return true;
    }

    // Equal values keep the order of their columns.
    private static void Sort(Span<double> columns, int m, int n, Span<double> values, Span<double> right)
    {
        for (int i = 1; i < n; i++)
        {
            for (int j = i; j > 0 && values[j] > values[j - 1]; j--)
            {
                (values[j], values[j - 1]) = (values[j - 1], values[j]);
                Rotation.Exchange(columns.Slice(j * m, m), columns.Slice((j - 1) * m, m));
                Rotation.Exchange(right.Slice(j * n, n), right.Slice((j - 1) * n, n));
            }
        }
    }

    // Columns that vanish in rounding errors are replaced by others that are orthogonal to all before.
    private static void Normalise(Span<double> columns, int m, int n, ReadOnlySpan<double> values)
    {
        int rank = 0;
        while (rank < n && values[rank] > 0)
        {
            Span<double> column = columns.Slice(rank * m, m);
            TensorPrimitives.Divide(column, values[rank], column);
            if (values[rank] <= n * Precision * values[0])
                Reorthogonalise(columns, m, rank);
            rank++;
        }

        Complete(columns[..(n * m)], m, rank);
    }

    private static void Reorthogonalise(Span<double> columns, int m, int index)
    {
        Span<double> column = columns.Slice(index * m, m);
        for (int pass = 0; pass < 2; pass++)
        {
            for (int j = 0; j < index; j++)
            {
                ReadOnlySpan<double> other = columns.Slice(j * m, m);
                TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(column, other), column, column);
            }

            double norm = TensorPrimitives.Norm<double>(column);
            if (norm < 0.5)
            {
                Complete(columns[..((index + 1) * m)], m, index);
                return;
            }

            TensorPrimitives.Divide(column, norm, column);
        }
    }

    private static void Scale(Span<double> numbers, int exponent)
    {
        if (exponent == 0)
            return;
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = Math.ScaleB(numbers[i], exponent);
    }
}
