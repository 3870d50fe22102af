namespace ConservativeAD.Rules;

/// <summary>
/// Determinants and their derivatives. The gradient of a determinant is the matrix of cofactors, which exists for singular matrices too: with A = U·S·Vᵀ it is
/// det(U)·det(V)·U·C·Vᵀ, where C has the products of all singular values but one.
/// </summary>
internal static class Cofactors
{
    // If the pivots differ by more, the inverse times the determinant has lost too many digits.
    private const double SafePivots = 1e-6;

    /// <summary>The determinant of the factors, without overflow on the way.</summary>
    /// <param name="lu">The factors.</param>
    /// <param name="n">The number of rows.</param>
    public static double Determinant(in LuFactors lu, int n)
    {
        double mantissa = lu.IsOdd ? -1 : 1;
        long exponent = 0;
        for (int k = 0; k < n && mantissa != 0; k++)
        {
            double pivot = lu.Pivot(k);
            if (pivot == 0)
                return 0;
            int scale = Math.ILogB(pivot);
            mantissa *= Math.ScaleB(pivot, -scale);
            int carried = Math.ILogB(mantissa);
            mantissa = Math.ScaleB(mantissa, -carried);
            exponent += (long)scale + carried;
        }

        return Math.ScaleB(mantissa, (int)Math.Clamp(exponent, -4000, 4000));
    }

    /// <summary>The memory that cofactors need, in numbers.</summary>
    /// <param name="n">The number of rows.</param>
    public static int Memory(int n) => (5 * n * n) + (4 * n);

    /// <summary>The matrix of cofactors.</summary>
    /// <param name="a">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="cofactors">[n, n].</param>
    /// <param name="memory">Memory.</param>
    public static void Compute(ReadOnlySpan<double> a, int n, Span<double> cofactors, Span<double> memory)
    {
        if (!HostArrays.AreFinite(a))
        {
            cofactors.Fill(double.NaN);
            return;
        }

        if (n <= 2)
        {
            Small(a, n, cofactors);
            return;
        }

        Span<double> numbers = memory[..LuFactors.Length(n)];
        a.CopyTo(numbers);
        LuFactors lu = new(numbers, n);
        if (lu.Factorise() < 0 && IsSafe(lu, n))
        {
            double determinant = Determinant(lu, n);
            cofactors.Clear();
            for (int i = 0; i < n; i++)
                cofactors[(i * n) + i] = determinant;
            lu.SolveTransposed(cofactors, n);
            return;
        }

        Decompose(a, n, memory, out Span<double> left, out Span<double> values, out Span<double> right, out double sign);
        for (int i = 0; i < n; i++)
        {
            double product = sign;
            for (int k = 0; k < n; k++)
                product *= k == i ? 1 : values[k];
            Span<double> row = right.Slice(i * n, n);
            System.Numerics.Tensors.TensorPrimitives.Multiply(row, product, row);
        }

        cofactors.Clear();
        Matrices.AddTransposedProduct(left, right, cofactors, n, n);
    }

    // The elements themselves, without a rounding error.
    private static void Small(ReadOnlySpan<double> a, int n, Span<double> cofactors)
    {
        if (n == 1)
            cofactors[0] = 1;
        else if (n == 2)
            (cofactors[0], cofactors[1], cofactors[2], cofactors[3]) = (a[3], -a[2], -a[1], a[0]);
    }

    /// <summary>The change of the matrix of cofactors along a tangent, for any finite matrix.</summary>
    /// <param name="a">[n, n].</param>
    /// <param name="da">The tangent, [n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="change">[n, n].</param>
    /// <param name="memory">Memory.</param>
    public static void Move(ReadOnlySpan<double> a, ReadOnlySpan<double> da, int n, Span<double> change, Span<double> memory)
    {
        if (!HostArrays.AreFinite(a))
        {
            change.Fill(double.NaN);
            return;
        }

        // The cofactors of two rows are linear, those of one are constant.
        if (n <= 2)
        {
            change.Clear();
            if (n == 2)
                Small(da, n, change);
            return;
        }

        Decompose(a, n, memory, out Span<double> left, out Span<double> values, out Span<double> right, out double sign);
        Span<double> work = memory.Slice((2 * n * n) + (4 * n), n * n), rotated = memory.Slice((3 * n * n) + (4 * n), n * n);
        work.Clear();
        rotated.Clear();
        Matrices.AddProduct(left, da, work, n, n);
        Matrices.AddProductTransposed(work, right, rotated, n, n);

        // In the basis of singular vectors: a diagonal cofactor changes with the other elements of the diagonal, another with the element across.
        work.Clear();
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double product = sign;
                for (int k = 0; k < n; k++)
                    product *= k == i || k == j ? 1 : values[k];
                work[(i * n) + j] = -product * rotated[(j * n) + i];
                work[(j * n) + i] = -product * rotated[(i * n) + j];
                work[(i * n) + i] += product * rotated[(j * n) + j];
                work[(j * n) + j] += product * rotated[(i * n) + i];
            }
        }

        rotated.Clear();
        Matrices.AddProduct(work, right, rotated, n, n);
        change.Clear();
        Matrices.AddTransposedProduct(left, rotated, change, n, n);
    }

    private static bool IsSafe(in LuFactors lu, int n)
    {
        double least = double.PositiveInfinity, largest = 0;
        for (int k = 0; k < n; k++)
        {
            least = Math.Min(least, Math.Abs(lu.Pivot(k)));
            largest = Math.Max(largest, Math.Abs(lu.Pivot(k)));
        }

        return least >= SafePivots * largest;
    }

    private static void Decompose(
        ReadOnlySpan<double> a, int n, Span<double> memory, out Span<double> left, out Span<double> values, out Span<double> right, out double sign)
    {
        left = memory[..(n * n)];
        right = memory.Slice(n * n, n * n);
        values = memory.Slice(2 * n * n, n);
        Span<double> work = memory.Slice((2 * n * n) + (4 * n), LuFactors.Length(n));
        Matrices.Transpose(a, n, left);
        SingularValueFactors.Compute(left, n, n, values, right);
        sign = SignOf(left, n, work) * SignOf(right, n, work);
    }

    private static double SignOf(ReadOnlySpan<double> orthogonal, int n, Span<double> work)
    {
        orthogonal.CopyTo(work);
        LuFactors lu = new(work, n);
        lu.Factorise();
        return Math.Sign(Determinant(lu, n));
    }
}
