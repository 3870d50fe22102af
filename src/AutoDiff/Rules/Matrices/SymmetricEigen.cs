using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix on the host. Rows and columns that are not connected by elements other than 0 are treated apart, so that
/// the eigenvalues of a diagonal matrix are exact, and equal blocks have equal ones.
/// </summary>
/// <remarks>
/// Householder's tridiagonal form and the implicit QL iteration: Martin, Reinsch and Wilkinson, Numer. Math. 1968; Dubrulle, Martin and Wilkinson, Numer. Math.
/// 1968.
/// </remarks>
internal static class SymmetricEigen
{
    /// <summary>The part of an eigenvalue of a single row, which is exact.</summary>
    public const double Exact = -1;

    private const double Precision = 2.220446049250313e-16;
    private const double ErrorFactor = 4;
    private const int MaximumIterations = 128;

    /// <summary>The numbers that <see cref="Compute"/> takes.</summary>
    /// <param name="n">The number of rows.</param>
    public static int Memory(int n) => (3 * n * n) + (6 * n);

    /// <summary>Computes the eigenvalues in ascending order, with all that is known of them.</summary>
    /// <param name="a">The matrix, [n, n]; symmetric and finite.</param>
    /// <param name="spectrum">Takes the results.</param>
    /// <param name="memory">Memory.</param>
    public static void Compute(ReadOnlySpan<double> a, in Spectrum spectrum, Span<double> memory)
    {
        int n = spectrum.Count;
        Span<double> labels = memory[..n], queue = memory.Slice(n, n), values = memory.Slice(2 * n, n), off = memory.Slice(3 * n, n);
        Span<double> work = memory.Slice(4 * n, 2 * n);
        Span<double> block = memory.Slice(6 * n, n * n), rows = memory.Slice((6 * n) + (n * n), n * n), basis = memory.Slice((6 * n) + (2 * n * n), n * n);
        labels.Fill(-1);
        spectrum.Vectors.Clear();
        int found = 0, part = 0;
        for (int start = 0; start < n; start++)
        {
            if (labels[start] >= 0)
                continue;
            int size = Connect(a, n, start, part, labels, queue);
            if (size == 1)
            {
                spectrum.Set(found, a[(start * n) + start], 0, part, Exact);
                spectrum.Vectors[(found++ * n) + start] = 1;
                part++;
                continue;
            }

            Span<double> members = queue[..size];
            members.Sort();
            double twin = Twin(a, n, labels, part, members, size);
            Span<double> matrix = block[..(size * size)], vectors = rows[..(size * size)];
            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++)
                    matrix[(i * size) + j] = a[((int)members[i] * n) + (int)members[j]];
            }

            int exponent = -Math.ILogB(TensorPrimitives.MaxMagnitude<double>(matrix));
            for (int i = 0; i < matrix.Length; i++)
                matrix[i] = Math.ScaleB(matrix[i], exponent);
            if (size == 2)
            {
                OfTwo(matrix, values, vectors);
            }
            else
            {
                Tridiagonalise(matrix, size, values, off, vectors, basis, work);
                Iterate(values[..size], off[..size], vectors, size);
            }

            double largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(values[..size]));
            for (int i = 0; i < size; i++)
            {
                double error = Math.ScaleB(ErrorFactor * Precision * size * largest, -exponent);
                spectrum.Set(found, Math.ScaleB(values[i], -exponent), error, part, (twin * n) + Rank(values[..size], i));
                for (int j = 0; j < size; j++)
                    spectrum.Vectors[(found * n) + (int)members[j]] = vectors[(i * size) + j];
                found++;
            }

            part++;
        }

        spectrum.Sort();
    }

    // The rows that are connected with one, in a queue; their number.
    private static int Connect(ReadOnlySpan<double> a, int n, int start, int part, Span<double> labels, Span<double> queue)
    {
        int size = 1;
        labels[start] = part;
        queue[0] = start;
        for (int next = 0; next < size; next++)
        {
            ReadOnlySpan<double> row = a.Slice((int)queue[next] * n, n);
            for (int j = 0; j < n; j++)
            {
                if (row[j] == 0 || labels[j] >= 0)
                    continue;
                labels[j] = part;
                queue[size++] = j;
            }
        }

        return size;
    }

    // The first part with the same elements in the same order.
    private static double Twin(ReadOnlySpan<double> a, int n, ReadOnlySpan<double> labels, int part, ReadOnlySpan<double> members, int size)
    {
        for (int other = 0; other < part; other++)
        {
            if (IsTwin(a, n, labels, other, members, size))
                return other;
        }

        return part;
    }

    private static bool IsTwin(ReadOnlySpan<double> a, int n, ReadOnlySpan<double> labels, int other, ReadOnlySpan<double> members, int size)
    {
        int count = 0;
        foreach (double label in labels)
            count += label == other ? 1 : 0;
        if (count != size)
            return false;
        for (int i = 0, row = 0; i < n; i++)
        {
            if (labels[i] != other)
                continue;
            for (int j = 0, column = 0; j < n; j++)
            {
                if (labels[j] == other && a[(i * n) + j] != a[((int)members[row] * n) + (int)members[column++]])
                    return false;
            }

            row++;
        }

        return true;
    }

    private static int Rank(ReadOnlySpan<double> values, int index)
    {
        int rank = 0;
        for (int i = 0; i < values.Length; i++)
            rank += values[i] < values[index] || (values[i] == values[index] && i < index) ? 1 : 0;
        return rank;
    }

    // The eigenvalue of smaller magnitude is the determinant divided by the other, so that it keeps its digits.
    private static void OfTwo(ReadOnlySpan<double> a, Span<double> values, Span<double> rows)
    {
        double off = a[1], ratio = (a[3] - a[0]) / (2 * off), t = Math.CopySign(1, ratio) / (Math.Abs(ratio) + double.Hypot(1, ratio));
        double cosine = 1 / Math.Sqrt(1 + (t * t)), sine = cosine * t;
        (rows[0], rows[1], rows[2], rows[3]) = (cosine, -sine, sine, cosine);
        (values[0], values[1]) = (a[0] - (t * off), a[3] + (t * off));
        double square = off * off, lost = Math.FusedMultiplyAdd(-off, off, square), determinant = Math.FusedMultiplyAdd(a[0], a[3], -square) + lost;
        int large = Math.Abs(values[0]) >= Math.Abs(values[1]) ? 0 : 1;
        if (Math.Abs(square) > 1e-280)
            values[1 - large] = determinant / values[large];
    }

    // A = Q·T·Qᵀ; the rows of the result are the columns of Q.
    private static void Tridiagonalise(Span<double> a, int n, Span<double> diagonal, Span<double> off, Span<double> rows, Span<double> basis, Span<double> work)
    {
        for (int k = 0; k < n - 2; k++)
        {
            int m = n - k - 1;
            Span<double> normal = a.Slice((k * n) + k + 1, m), product = work[..m];
            double rest = TensorPrimitives.Norm<double>(normal[1..]), first = normal[0];
            off[k] = first;
            if (rest == 0)
            {
                normal.Clear();
                continue;
            }

            double norm = double.Hypot(first, rest);
            off[k] = first > 0 ? -norm : norm;
            normal[0] = first - off[k];
            TensorPrimitives.Divide(normal, TensorPrimitives.Norm<double>(normal), normal);
            for (int i = 0; i < m; i++)
                product[i] = TensorPrimitives.Dot<double>(a.Slice(((k + 1 + i) * n) + k + 1, m), normal);
            TensorPrimitives.MultiplyAdd(normal, -TensorPrimitives.Dot<double>(normal, product), product, product);
            for (int i = 0; i < m; i++)
            {
                Span<double> row = a.Slice(((k + 1 + i) * n) + k + 1, m);
                TensorPrimitives.MultiplyAdd(product, -2 * normal[i], row, row);
                TensorPrimitives.MultiplyAdd(normal, -2 * product[i], row, row);
            }
        }

        for (int i = 0; i < n; i++)
            diagonal[i] = a[(i * n) + i];
        if (n > 1)
            off[n - 2] = a[((n - 2) * n) + n - 1];
        off[n - 1] = 0;
        basis = basis[..(n * n)];
        basis.Clear();
        for (int i = 0; i < n; i++)
            basis[(i * n) + i] = 1;
        for (int k = n - 3; k >= 0; k--)
        {
            int m = n - k - 1;
            ReadOnlySpan<double> normal = a.Slice((k * n) + k + 1, m);
            Span<double> product = work[..m];
            product.Clear();
            for (int i = 0; i < m; i++)
                Matrices.Add(product, normal[i], basis.Slice(((k + 1 + i) * n) + k + 1, m));
            for (int i = 0; i < m; i++)
                Matrices.Add(basis.Slice(((k + 1 + i) * n) + k + 1, m), -2 * normal[i], product);
        }

        Matrices.Transpose(basis, n, rows);
    }

    private static void Iterate(Span<double> d, Span<double> e, Span<double> rows, int n)
    {
        for (int l = 0; l < n; l++)
        {
            for (int iteration = 0; ; iteration++)
            {
                int m = l;
                while (m < n - 1 && Math.Abs(e[m]) > Precision * (Math.Abs(d[m]) + Math.Abs(d[m + 1])) && Math.Abs(e[m]) > double.Epsilon)
                    m++;
                if (m == l)
                    break;
                if (iteration == MaximumIterations)
                    throw new InvalidOperationException($"The eigenvalues of a symmetric matrix of {n} rows were not found in {iteration} iterations.");
                Step(d, e, rows, n, l, m);
            }
        }
    }

    // One sweep of rotations with Wilkinson's shift.
    private static void Step(Span<double> d, Span<double> e, Span<double> rows, int n, int l, int m)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]), r = double.Hypot(g, 1);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(r, g)));
        double sine = 1, cosine = 1, p = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            sine = f / r;
            cosine = g / r;
            g = d[i + 1] - p;
            r = ((d[i] - g) * sine) + (2 * cosine * b);
            p = sine * r;
            d[i + 1] = g + p;
            g = (cosine * r) - b;
            Rotation.Apply(rows.Slice(i * n, n), rows.Slice((i + 1) * n, n), cosine, sine);
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
