using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The factorisation A = QR of a list of columns, updated when a column is appended or removed (J. Daniel, W. Gragg, L. Kaufman and G. Stewart, Math. Comp. 30,
/// 1976). Either takes as many products as A has elements.
/// </summary>
internal sealed class ThinQr
{
    // If orthogonalisation leaves less than this fraction of a column, it is repeated, because rounding errors have grown by the inverse.
    private const double Cancelled = 0.5;

    // What is left of a dependent column.
    private const double Dependent = 1e-14;

    // The columns of Q, and those of R; what follows after a diagonal element is not used.
    private readonly List<double[]> units = [];
    private readonly List<double[]> upper = [];

    /// <summary>The number of columns.</summary>
    public int Count => units.Count;

    /// <summary>Removes all columns.</summary>
    public void Clear()
    {
        units.Clear();
        upper.Clear();
    }

    /// <summary>Appends a column, unless it depends on those that are there.</summary>
    /// <param name="column">The column, which may be overwritten.</param>
    /// <param name="products">Qᵀ·column, with Q as it was before.</param>
    /// <returns>Whether the column was appended.</returns>
    public bool Append(double[] column, out double[] products)
    {
        int k = Count;
        double[] entries = new double[k + 1];
        double size = Vectors.Norm(column), rest = size, before;
        do
        {
            before = rest;
            for (int i = 0; i < k; i++)
            {
                double product = TensorPrimitives.Dot<double>(units[i], column);
                entries[i] += product;
                TensorPrimitives.MultiplyAdd(units[i], -product, column, column);
            }

            rest = Vectors.Norm(column);
        }
        while (rest < Cancelled * before && rest > Dependent * size);
        products = entries[..k];
        if (!(rest > Dependent * size) || !double.IsFinite(rest))
            return false;
        entries[k] = rest;
        TensorPrimitives.Divide(column, rest, column);
        units.Add(column);
        upper.Add(entries);
        return true;
    }

    /// <summary>Removes a column.</summary>
    public void RemoveAt(int index)
    {
        upper.RemoveAt(index);
        RestoreTriangle(index);
    }

    /// <summary>Subtracts the first column from all others, and removes it.</summary>
    public void RemoveFirstFromAll()
    {
        double first = upper[0][0];
        upper.RemoveAt(0);
        foreach (double[] column in upper)
            column[0] -= first;
        RestoreTriangle(0);
    }

    /// <summary>The product of a column of Q with a vector.</summary>
    public double Product(int index, ReadOnlySpan<double> x) => TensorPrimitives.Dot(units[index], x);

    /// <summary>Adds a multiple of a column of Q to a vector.</summary>
    public void AddTo(Span<double> x, int index, double factor) => TensorPrimitives.MultiplyAdd(units[index], factor, x, x);

    /// <summary>Qᵀx.</summary>
    public double[] Products(ReadOnlySpan<double> x)
    {
        double[] products = new double[Count];
        for (int i = 0; i < products.Length; i++)
            products[i] = Product(i, x);
        return products;
    }

    /// <summary>R⁻¹·b, in place.</summary>
    public void Solve(Span<double> right)
    {
        for (int j = Count - 1; j >= 0; j--)
        {
            ReadOnlySpan<double> column = upper[j];
            right[j] /= column[j];
            Span<double> above = right[..j];
            TensorPrimitives.MultiplyAdd(column[..j], -right[j], above, above);
        }
    }

    /// <summary>R⁻ᵀ·b, in place.</summary>
    public void SolveTransposed(Span<double> right)
    {
        for (int j = 0; j < Count; j++)
        {
            ReadOnlySpan<double> column = upper[j];
            right[j] = (right[j] - TensorPrimitives.Dot(column[..j], right[..j])) / column[j];
        }
    }

    // From the given column on, R has an element below its diagonal, which rotations of two neighbouring rows remove.
    private void RestoreTriangle(int start)
    {
        int count = upper.Count;
        (double Cosine, double Sine)[] rotations = new (double, double)[count];
        for (int j = start; j < count; j++)
        {
            double[] column = upper[j];
            for (int i = start; i < j; i++)
            {
                (double cosine, double sine) = rotations[i];
                (column[i], column[i + 1]) = ((cosine * column[i]) + (sine * column[i + 1]), (cosine * column[i + 1]) - (sine * column[i]));
            }

            double length = double.Hypot(column[j], column[j + 1]);
            rotations[j] = length > 0 ? (column[j] / length, column[j + 1] / length) : (1, 0);
            column[j] = length;
            Rotate(units[j], units[j + 1], rotations[j].Cosine, rotations[j].Sine);
        }

        units.RemoveAt(count);
    }

    private static void Rotate(Span<double> first, Span<double> second, double cosine, double sine)
    {
        Span<Vector<double>> a = MemoryMarshal.Cast<double, Vector<double>>(first), b = MemoryMarshal.Cast<double, Vector<double>>(second);
        for (int i = 0; i < a.Length; i++)
            (a[i], b[i]) = ((cosine * a[i]) + (sine * b[i]), (cosine * b[i]) - (sine * a[i]));
        for (int i = a.Length * Vector<double>.Count; i < first.Length; i++)
            (first[i], second[i]) = ((cosine * first[i]) + (sine * second[i]), (cosine * second[i]) - (sine * first[i]));
    }
}
