using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>
/// The singular values of a matrix in descending order, with singular vectors, bounds of their errors, and what is known of those that meet or are 0. It is
/// certain of rows and columns with a single element, of rows and columns of zeros, and of equal blocks of the matrix; rounding errors hide it everywhere else.
/// </summary>
/// <param name="numbers">Memory of <see cref="Length"/> numbers.</param>
/// <param name="m">The number of rows.</param>
/// <param name="n">The number of columns.</param>
internal readonly ref struct SingularSpectrum(Span<double> numbers, int m, int n) : ISpectrum<SingularSpectrum>
{
    private const double Exact = SymmetricEigen.Exact;
    private const double Precision = 2.220446049250313e-16;
    private const double ErrorFactor = 4;

    // If a gap is this many times the error of the values, the vectors are right to 10⁻⁶.
    private const double SafeGap = 1e6;

    private readonly Span<double> errors = numbers.Slice(Math.Min(m, n), Math.Min(m, n));
    private readonly Span<double> parts = numbers.Slice(2 * Math.Min(m, n), Math.Min(m, n));
    private readonly Span<double> twins = numbers.Slice(3 * Math.Min(m, n), Math.Min(m, n));

    /// <inheritdoc/>
    public static bool Ascends => false;

    /// <summary>The number of singular values.</summary>
    public int Count { get; } = Math.Min(m, n);

    /// <summary>The number of rows.</summary>
    public int Rows { get; } = m;

    /// <summary>The number of columns.</summary>
    public int Columns { get; } = n;

    /// <summary>The singular values.</summary>
    public Span<double> Values { get; } = numbers[..Math.Min(m, n)];

    /// <summary>The left singular vectors, as rows.</summary>
    public Span<double> Left { get; } = numbers.Slice(4 * Math.Min(m, n), Math.Min(m, n) * m);

    /// <summary>The right singular vectors, as rows.</summary>
    public Span<double> Right { get; } = numbers.Slice((4 * Math.Min(m, n)) + (Math.Min(m, n) * m), Math.Min(m, n) * n);

    /// <summary>The first of the values that are 0 up to their errors.</summary>
    public int Zero
    {
        get
        {
            int zero = Count;
            while (zero > 0 && Values[zero - 1] <= errors[zero - 1])
                zero--;
            return zero;
        }
    }

    /// <inheritdoc/>
    public int InBlocks => Zero;

    /// <summary>The number of numbers that a spectrum takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    public static int Length(int m, int n) => Math.Min(m, n) * (4 + m + n);

    /// <inheritdoc/>
    public static SingularSpectrum Of(Span<double> numbers, int m, int n) => new(numbers, m, n);

    /// <summary>The numbers that <see cref="Compute"/> takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    public static int Memory(int m, int n) => (2 * (m + n)) + Math.Min(m, n) + (m * n) + (Math.Min(m, n) * Math.Min(m, n));

    /// <summary>States that nothing is known, as of a matrix that is not finite.</summary>
    public void Spoil()
    {
        Values.Fill(double.NaN);
        Left.Fill(double.NaN);
        Right.Fill(double.NaN);
        errors.Clear();
        parts.Clear();
        twins.Clear();
    }

    /// <summary>Computes the singular values and vectors of a finite matrix, of each of its connected parts apart.</summary>
    /// <param name="a">[m, n].</param>
    /// <param name="memory">Memory.</param>
    public void Compute(ReadOnlySpan<double> a, Span<double> memory)
    {
        int m = Rows, n = Columns, k = Count;
        Span<double> rowParts = memory[..m], columnParts = memory.Slice(m, n), rows = memory.Slice(m + n, m), columns = memory.Slice((2 * m) + n, n);
        Span<double> values = memory.Slice(2 * (m + n), k), block = memory.Slice((2 * (m + n)) + k, m * n);
        Span<double> basis = memory.Slice((2 * (m + n)) + k + (m * n), k * k);
        rowParts.Fill(-1);
        columnParts.Fill(-1);
        Left.Clear();
        Right.Clear();
        int found = 0, part = 0;
        for (int start = 0; start < m; start++)
        {
            if (rowParts[start] >= 0 || !a.Slice(start * n, n).ContainsAnyExcept(0.0))
                continue;
            (int p, int q) = Connect(a, start, part, rowParts, columnParts, rows, columns);
            Span<double> rowsHere = rows[..p], columnsHere = columns[..q];
            rowsHere.Sort();
            columnsHere.Sort();
            if (p == 1 && q == 1)
            {
                double element = a[(start * n) + (int)columnsHere[0]];
                Set(found, Math.Abs(element), 0, part++, Exact);
                Left[(found * m) + start] = Math.Sign(element);
                Right[(found++ * n) + (int)columnsHere[0]] = 1;
                continue;
            }

            bool isTall = p >= q;
            int length = Math.Max(p, q), count = Math.Min(p, q);
            for (int i = 0; i < p; i++)
            {
                for (int j = 0; j < q; j++)
                    block[isTall ? (j * p) + i : (i * q) + j] = a[((int)rowsHere[i] * n) + (int)columnsHere[j]];
            }

            double twin = Twin(a, rowParts, columnParts, part, rowsHere, columnsHere);
            SingularValueFactors.Compute(block[..(p * q)], length, count, values[..count], basis[..(count * count)]);
            for (int i = 0; i < count; i++)
            {
                Set(found, values[i], ErrorFactor * Precision * count * (count == 1 ? values[i] : values[0]), part, (twin * (m + n)) + i);
                ReadOnlySpan<double> longer = block.Slice(i * length, length), shorter = basis.Slice(i * count, count);
                Scatter(isTall ? longer : shorter, rowsHere, Left.Slice(found * m, m));
                Scatter(isTall ? shorter : longer, columnsHere, Right.Slice(found++ * n, n));
            }

            part++;
        }

        SingularValueFactors.Complete(Left, m, found);
        SingularValueFactors.Complete(Right, n, found);
        for (; found < k; found++)
            Set(found, 0, 0, part++, Exact);
        Sort();
    }

    /// <summary>The end of the block of values that meet, up to their errors, from a first one that is not 0.</summary>
    /// <param name="begin">The first of the block.</param>
    public int BlockEnd(int begin)
    {
        int end = begin + 1, zero = Zero;
        while (end < zero && AreClose(end - 1, end))
            end++;
        return end;
    }

    /// <summary>Whether two neighbours are equal, or closer than the errors of both.</summary>
    public bool AreClose(int one, int other) => Values[one] == Values[other] || Values[one] - Values[other] <= errors[one] + errors[other];

    /// <summary>Whether two values, and all between them, are equal up to their errors.</summary>
    public bool AreTied(int one, int other)
    {
        (int first, int last) = one < other ? (one, other) : (other, one);
        for (; first < last; first++)
        {
            if (!AreClose(first, first + 1))
                return false;
        }

        return true;
    }

    /// <summary>Whether a value is 0 up to its error.</summary>
    public bool IsZero(int index) => Values[index] <= errors[index];

    /// <summary>Whether it is unknown if two values meet, or whether they are so close that their vectors have lost many of their digits.</summary>
    public bool MayMeet(int one, int other)
    {
        if (twins[one] == twins[other] && (twins[one] >= 0 || Values[one] == Values[other]))
            return false;
        double gap = Math.Abs(Values[one] - Values[other]);
        if (errors[one] + errors[other] > 0 && gap <= errors[one] + errors[other])
            return true;
        return parts[one] == parts[other] && gap <= SafeGap * errors[one];
    }

    /// <summary>Whether it is unknown if a value is 0.</summary>
    public bool MayBeZero(int index) => errors[index] > 0 && Values[index] <= SafeGap * errors[index];

    /// <summary>
    /// Turns the vectors of every block into those that a tangent of the matrix leads to, and gives the one-sided derivatives of the singular values: the
    /// eigenvalues of the symmetric part of the compressed tangent, and its singular values where those of the matrix are 0.
    /// </summary>
    /// <param name="tangent">The tangent, [m, n].</param>
    /// <param name="derivatives">The derivatives.</param>
    /// <param name="memory">Memory of <see cref="TurnMemory"/> numbers.</param>
    /// <param name="largest">How many of the largest values matter; all if null.</param>
    public void Turn(scoped Span<double> tangent, scoped Span<double> derivatives, scoped Span<double> memory, int? largest)
    {
        int m = Rows, n = Columns, k = Count, zero = Zero, most = largest ?? k;
        Span<double> products = memory[..(k * n)], inner = memory.Slice(k * n, k * k), rotated = memory.Slice((k * n) + (k * k), k * Math.Max(m, n));
        Span<double> rest = memory[((k * n) + (k * k) + (k * Math.Max(m, n)))..];
        products.Clear();
        Matrices.AddProduct(Left, tangent, products, m, n);
        for (int begin = 0; begin < Math.Min(zero, most);)
        {
            int end = BlockEnd(begin), size = end - begin;
            Span<double> compressed = inner[..(size * size)];
            compressed.Clear();
            Matrices.AddProductTransposed(products.Slice(begin * n, size * n), Right.Slice(begin * n, size * n), compressed, n, size);
            if (size == 1)
            {
                derivatives[begin] = compressed[0];
                begin = end;
                continue;
            }

            Matrices.Symmetrize(compressed, size);
            TensorPrimitives.Negate(compressed, compressed);
            Spectrum turned = new(rest[..Spectrum.Length(size)], size);
            if (HostArrays.AreFinite(compressed))
                SymmetricEigen.Compute(compressed, turned, rest[Spectrum.Length(size)..]);
            else
                turned.Spoil();
            TensorPrimitives.Negate(turned.Values, derivatives[begin..end]);
            Rotate(turned.Vectors, Left.Slice(begin * m, size * m), rotated, size, m);
            Rotate(turned.Vectors, Right.Slice(begin * n, size * n), rotated, size, n);
            begin = end;
        }

        if (zero < most)
            TurnNull(tangent, derivatives, zero, memory);
    }

    /// <summary>The numbers that <see cref="Turn"/> takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    public static int TurnMemory(int m, int n)
    {
        int k = Math.Min(m, n), most = Math.Max(m, n);
        return Math.Max((k * n) + (k * k) + (k * most) + Spectrum.Length(k) + SymmetricEigen.Memory(k), (6 * most * most) + most);
    }

    /// <summary>Adds Σ wᵢ·uᵢvᵢᵀ to a matrix.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="matrix">[m, n].</param>
    /// <param name="memory">n numbers.</param>
    public void AddWeighted(scoped ReadOnlySpan<double> weights, scoped Span<double> matrix, scoped Span<double> memory)
    {
        Span<double> scaled = memory[..Columns];
        for (int i = 0; i < Count; i++)
        {
            if (weights[i] == 0)
                continue;
            TensorPrimitives.Multiply(Right.Slice(i * Columns, Columns), weights[i], scaled);
            for (int row = 0; row < Rows; row++)
                Matrices.Add(matrix.Slice(row * Columns, Columns), Left[(i * Rows) + row], scaled);
        }
    }

    /// <summary>
    /// Adds the change of Σ wᵢ·uᵢvᵢᵀ along a tangent of the matrix. With P = UᵀȦV it is (wᵢ − wⱼ)/(σᵢ − σⱼ) times the symmetric part of P, (wᵢ + wⱼ)/(σᵢ + σⱼ)
    /// times the skew-symmetric part, and wⱼ/σⱼ times what of Ȧ is orthogonal to U or V. Vectors of one block do not turn into each other.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="tangent">The tangent, [m, n].</param>
    /// <param name="matrix">[m, n].</param>
    /// <param name="memory">Memory of <see cref="MovedMemory"/> numbers.</param>
    public void AddWeightedMoved(scoped ReadOnlySpan<double> weights, scoped Span<double> tangent, scoped Span<double> matrix, scoped Span<double> memory)
    {
        int m = Rows, n = Columns, k = Count, zero = Zero;
        Span<double> rowsOf = memory[..(k * n)], columnsOf = memory.Slice(k * n, k * m), p = memory.Slice(k * (m + n), k * k);
        Span<double> change = memory.Slice((k * (m + n)) + (k * k), k * k);
        rowsOf.Clear();
        columnsOf.Clear();
        p.Clear();
        Matrices.AddProduct(Left, tangent, rowsOf, m, n);
        Matrices.AddProductTransposed(Right, tangent, columnsOf, n, m);
        Matrices.AddProductTransposed(rowsOf, Right, p, n, k);
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                double symmetric = (p[(i * k) + j] + p[(j * k) + i]) / 2, skew = (p[(i * k) + j] - p[(j * k) + i]) / 2;
                bool areNull = i >= zero && j >= zero, areTied = areNull || (i < zero && j < zero && AreTied(i, j));
                double difference = weights[i] - weights[j], sum = weights[i] + weights[j];
                change[(i * k) + j] = (difference == 0 || areTied ? 0 : difference / (Values[i] - Values[j]) * symmetric)
                    + (sum == 0 || areNull ? 0 : sum / (Values[i] + Values[j]) * skew);
            }
        }

        // What leaves the space of the left vectors, and what leaves that of the right ones; one of them is the whole space.
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                Matrices.Add(rowsOf.Slice(i * n, n), -p[(i * k) + j], Right.Slice(j * n, n));
                Matrices.Add(columnsOf.Slice(i * m, m), -p[(j * k) + i], Left.Slice(j * m, m));
            }
        }

        Span<double> row = memory.Slice((k * (m + n)) + (2 * k * k), n);
        for (int i = 0; i < k; i++)
        {
            double factor = i >= zero || weights[i] == 0 ? 0 : weights[i] / Values[i];
            row.Clear();
            Matrices.AddProduct(change.Slice(i * k, k), Right, row, k, n);
            if (n > k)
                Matrices.Add(row, factor, rowsOf.Slice(i * n, n));
            for (int at = 0; at < m; at++)
            {
                Matrices.Add(matrix.Slice(at * n, n), Left[(i * m) + at], row);
                if (m > k)
                    Matrices.Add(matrix.Slice(at * n, n), factor * columnsOf[(i * m) + at], Right.Slice(i * n, n));
            }
        }
    }

    /// <summary>The numbers that <see cref="AddWeightedMoved"/> takes.</summary>
    /// <param name="m">The number of rows.</param>
    /// <param name="n">The number of columns.</param>
    public static int MovedMemory(int m, int n) => (Math.Min(m, n) * (m + n + (2 * Math.Min(m, n)))) + n;

    private void Set(int index, double value, double error, int part, double twin)
    {
        Values[index] = value;
        errors[index] = error;
        parts[index] = part;
        twins[index] = twin;
    }

    // The rows and columns that are connected with a row; their numbers.
    private (int Rows, int Columns) Connect(
        ReadOnlySpan<double> a, int start, int part, Span<double> rowParts, Span<double> columnParts, Span<double> rows, Span<double> columns)
    {
        int p = 1, q = 0;
        rowParts[start] = part;
        rows[0] = start;
        for (int nextRow = 0, nextColumn = 0; nextRow < p || nextColumn < q;)
        {
            if (nextRow < p)
            {
                int i = (int)rows[nextRow++];
                for (int j = 0; j < Columns; j++)
                {
                    if (a[(i * Columns) + j] == 0 || columnParts[j] >= 0)
                        continue;
                    columnParts[j] = part;
                    columns[q++] = j;
                }

                continue;
            }

            int column = (int)columns[nextColumn++];
            for (int i = 0; i < Rows; i++)
            {
                if (a[(i * Columns) + column] == 0 || rowParts[i] >= 0)
                    continue;
                rowParts[i] = part;
                rows[p++] = i;
            }
        }

        return (p, q);
    }

    // The first part with the same elements in the same order.
    private double Twin(ReadOnlySpan<double> a, ReadOnlySpan<double> rowParts, ReadOnlySpan<double> columnParts, int part, ReadOnlySpan<double> rows,
        ReadOnlySpan<double> columns)
    {
        for (int other = 0; other < part; other++)
        {
            if (IsTwin(a, rowParts, columnParts, other, rows, columns))
                return other;
        }

        return part;
    }

    private bool IsTwin(ReadOnlySpan<double> a, ReadOnlySpan<double> rowParts, ReadOnlySpan<double> columnParts, int other, ReadOnlySpan<double> rows,
        ReadOnlySpan<double> columns)
    {
        if (Number(rowParts, other) != rows.Length || Number(columnParts, other) != columns.Length)
            return false;
        for (int i = 0, row = 0; i < Rows; i++)
        {
            if (rowParts[i] != other)
                continue;
            for (int j = 0, column = 0; j < Columns; j++)
            {
                if (columnParts[j] == other && a[(i * Columns) + j] != a[((int)rows[row] * Columns) + (int)columns[column++]])
                    return false;
            }

            row++;
        }

        return true;

        static int Number(ReadOnlySpan<double> labels, int label)
        {
            int count = 0;
            foreach (double one in labels)
                count += one == label ? 1 : 0;
            return count;
        }
    }

    private static void Scatter(ReadOnlySpan<double> vector, ReadOnlySpan<double> places, Span<double> row)
    {
        for (int i = 0; i < vector.Length; i++)
            row[(int)places[i]] = vector[i];
    }

    private static void Rotate(ReadOnlySpan<double> basis, Span<double> block, Span<double> memory, int size, int length)
    {
        Span<double> rotated = memory[..(size * length)];
        rotated.Clear();
        Matrices.AddProduct(basis, block, rotated, size, length);
        rotated.CopyTo(block);
    }

    // The null spaces of both sides, and the singular value decomposition of the tangent between them.
    private void TurnNull(ReadOnlySpan<double> tangent, Span<double> derivatives, int zero, Span<double> memory)
    {
        int m = Rows, n = Columns, k = Count, p = m - zero, q = n - zero, most = Math.Max(m, n);
        Span<double> left = memory[..(m * m)], right = memory.Slice(most * most, n * n), work = memory.Slice(2 * most * most, p * n);
        Span<double> compressed = memory.Slice(3 * most * most, p * q), basis = memory.Slice(4 * most * most, Math.Min(p, q) * Math.Min(p, q));
        Span<double> values = memory.Slice(5 * most * most, Math.Min(p, q));
        Left.CopyTo(left);
        Right.CopyTo(right);
        SingularValueFactors.Complete(left, m, k);
        SingularValueFactors.Complete(right, n, k);
        ReadOnlySpan<double> leftNull = left[(zero * m)..], rightNull = right[(zero * n)..];
        work.Clear();
        Matrices.AddProduct(leftNull, tangent, work, m, n);
        compressed.Clear();
        if (p >= q)
            Matrices.AddProductTransposed(rightNull, work, compressed, n, p);
        else
            Matrices.AddProductTransposed(work, rightNull, compressed, n, q);
        if (!HostArrays.AreFinite(compressed))
        {
            derivatives[zero..].Fill(double.NaN);
            return;
        }

        int length = Math.Max(p, q), count = Math.Min(p, q);
        SingularValueFactors.Compute(compressed, length, count, values, basis);
        values.CopyTo(derivatives[zero..]);
        Span<double> leftHere = Left[(zero * m)..], rightHere = Right[(zero * n)..];
        leftHere.Clear();
        rightHere.Clear();
        Matrices.AddProduct(p >= q ? compressed : basis, leftNull, leftHere, p, m);
        Matrices.AddProduct(p >= q ? basis : compressed, rightNull, rightHere, q, n);
    }

    private void Sort()
    {
        for (int i = 1; i < Count; i++)
        {
            for (int j = i; j > 0 && Values[j - 1] < Values[j]; j--)
            {
                (Values[j], Values[j - 1]) = (Values[j - 1], Values[j]);
                (errors[j], errors[j - 1]) = (errors[j - 1], errors[j]);
                (parts[j], parts[j - 1]) = (parts[j - 1], parts[j]);
                (twins[j], twins[j - 1]) = (twins[j - 1], twins[j]);
                Rotation.Exchange(Left.Slice(j * Rows, Rows), Left.Slice((j - 1) * Rows, Rows));
                Rotation.Exchange(Right.Slice(j * Columns, Columns), Right.Slice((j - 1) * Columns, Columns));
            }
        }
    }
}
