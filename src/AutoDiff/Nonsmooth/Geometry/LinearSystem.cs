namespace ConservativeAD.Nonsmooth;

/// <summary>Small dense linear systems.</summary>
internal static class LinearSystem
{
    // A matrix with a pivot below this fraction of the largest one counts as singular.
    private const double Singular = 1e-13;

    /// <summary>Solves A·x = b by elimination with partial pivoting; null if A is singular to working precision. A and b are overwritten.</summary>
    /// <param name="matrix">A, square.</param>
    /// <param name="right">b.</param>
    public static double[]? Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double largest = 0;
        for (int column = 0; column < n; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < n; row++)
            {
                if (Math.Abs(matrix[row, column]) > Math.Abs(matrix[pivot, column]))
                    pivot = row;
            }

            double size = Math.Abs(matrix[pivot, column]);
            largest = Math.Max(largest, size);
            if (size <= Singular * largest || size == 0)
                return null;
            if (pivot != column)
            {
                for (int k = 0; k < n; k++)
                    (matrix[pivot, k], matrix[column, k]) = (matrix[column, k], matrix[pivot, k]);
                (right[pivot], right[column]) = (right[column], right[pivot]);
            }

            for (int row = column + 1; row < n; row++)
            {
                double factor = matrix[row, column] / matrix[column, column];
                if (factor == 0)
                    continue;
                for (int k = column; k < n; k++)
                    matrix[row, k] -= factor * matrix[column, k];
                right[row] -= factor * right[column];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < n; k++)
                right[row] -= matrix[row, k] * right[k];
            right[row] /= matrix[row, row];
        }

        return right;
    }
}
