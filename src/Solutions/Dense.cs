using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>Small dense matrices as arrays of rows and columns.</summary>
internal static class Dense
{
    /// <summary>The columns from one on.</summary>
    public static double[,] Columns(double[,] matrix, int first, int count)
    {
        double[,] part = new double[matrix.GetLength(0), count];
        for (int row = 0; row < part.GetLength(0); row++)
        {
            for (int column = 0; column < count; column++)
                part[row, column] = matrix[row, first + column];
        }

        return part;
    }

    public static double[] Row(double[,] matrix, int row)
    {
        double[] elements = new double[matrix.GetLength(1)];
        for (int column = 0; column < elements.Length; column++)
            elements[column] = matrix[row, column];
        return elements;
    }

    public static double[,] OfRows(IReadOnlyList<double[]> rows)
    {
        double[,] matrix = new double[rows.Count, rows[0].Length];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < rows[row].Length; column++)
                matrix[row, column] = rows[row][column];
        }

        return matrix;
    }

    public static double[] Times(double[,] matrix, ReadOnlySpan<double> vector)
    {
        double[] product = new double[matrix.GetLength(0)];
        for (int row = 0; row < product.Length; row++)
        {
            // A zero is absorbing, also where an entry is not finite.
            for (int column = 0; column < vector.Length; column++)
                product[row] += vector[column] == 0 ? 0 : matrix[row, column] * vector[column];
        }

        return product;
    }

    public static double[] TransposedTimes(double[,] matrix, ReadOnlySpan<double> vector)
    {
        double[] product = new double[matrix.GetLength(1)];
        for (int row = 0; row < vector.Length; row++)
        {
            if (vector[row] == 0)
                continue;
            for (int column = 0; column < product.Length; column++)
                product[column] += matrix[row, column] * vector[row];
        }

        return product;
    }

    public static double[] Negated(double[] vector) => Vectors.Scaled(vector, -1);

    /// <summary>The largest magnitude; NaN if an element is none.</summary>
    public static double Largest(ReadOnlySpan<double> vector)
    {
        double largest = 0;
        foreach (double element in vector)
            largest = Math.Max(largest, Math.Abs(element));
        return largest;
    }

    /// <summary>Whether two matrices agree up to a share of their largest element.</summary>
    public static bool Agree(double[,] a, double[,] b, double tolerance)
    {
        double largest = 0, apart = 0;
        for (int row = 0; row < a.GetLength(0); row++)
        {
            for (int column = 0; column < a.GetLength(1); column++)
            {
                largest = Math.Max(largest, Math.Max(Math.Abs(a[row, column]), Math.Abs(b[row, column])));
                apart = Math.Max(apart, Math.Abs(a[row, column] - b[row, column]));
            }
        }

        return apart <= tolerance * largest;
    }
}
