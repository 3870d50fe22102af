using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>Solves with triangular matrices in place, of which only the triangle is read. A right-hand side of zeros stays 0 whatever the matrix
/// holds.</summary>
internal static class Triangle
{
    /// <summary>B ← L⁻¹B.</summary>
    /// <param name="l">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="hasUnitDiagonal">Whether the diagonal is taken to be 1.</param>
    public static void SolveLower(ReadOnlySpan<double> l, int n, Span<double> b, int columns, bool hasUnitDiagonal = false)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            if (columns == 1)
                row[0] -= Dot(l.Slice(i * n, i), b[..i]);
            else
            {
                for (int j = 0; j < i; j++)
                    Matrices.Add(row, -l[(i * n) + j], b.Slice(j * columns, columns));
            }

            if (!hasUnitDiagonal)
                Divide(row, l[(i * n) + i]);
        }
    }

    /// <summary>B ← U⁻¹B.</summary>
    /// <param name="u">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    public static void SolveUpper(ReadOnlySpan<double> u, int n, Span<double> b, int columns)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            if (columns == 1)
                row[0] -= Dot(u.Slice((i * n) + i + 1, n - i - 1), b[(i + 1)..n]);
            else
            {
                for (int j = i + 1; j < n; j++)
                    Matrices.Add(row, -u[(i * n) + j], b.Slice(j * columns, columns));
            }

            Divide(row, u[(i * n) + i]);
        }
    }

    /// <summary>B ← L⁻ᵀB.</summary>
    /// <param name="l">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="hasUnitDiagonal">Whether the diagonal is taken to be 1.</param>
    public static void SolveLowerTransposed(ReadOnlySpan<double> l, int n, Span<double> b, int columns, bool hasUnitDiagonal = false)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            if (!hasUnitDiagonal)
                Divide(row, l[(i * n) + i]);
            if (columns == 1)
                Matrices.Add(b[..i], -row[0], l.Slice(i * n, i));
            else
            {
                for (int j = 0; j < i; j++)
                    Matrices.Add(b.Slice(j * columns, columns), -l[(i * n) + j], row);
            }
        }
    }

    /// <summary>B ← U⁻ᵀB.</summary>
    /// <param name="u">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    public static void SolveUpperTransposed(ReadOnlySpan<double> u, int n, Span<double> b, int columns)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            Divide(row, u[(i * n) + i]);
            if (columns == 1)
                Matrices.Add(b[(i + 1)..n], -row[0], u.Slice((i * n) + i + 1, n - i - 1));
            else
            {
                for (int j = i + 1; j < n; j++)
                    Matrices.Add(b.Slice(j * columns, columns), -u[(i * n) + j], row);
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double product = TensorPrimitives.Dot(x, y);
        if (!double.IsNaN(product))
            return product;
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] != 0 && y[i] != 0)
                sum += x[i] * y[i];
        }

        return sum;
    }

    private static void Divide(Span<double> row, double by)
    {
        if (double.IsFinite(by) && by != 0)
        {
            TensorPrimitives.Divide(row, by, row);
            return;
        }

        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] != 0)
                row[i] /= by;
        }
    }
}
