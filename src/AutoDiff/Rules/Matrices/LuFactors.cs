using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>
/// The factors of a square matrix by Gaussian elimination with row exchanges: P·A = L·U, with L below the diagonal and U above and on it.
/// </summary>
/// <remarks>Golub and Van Loan, Matrix Computations, 3.4; the estimate of the condition number is Higham's, ACM TOMS 1988.</remarks>
internal readonly ref struct LuFactors
{
    private const int EstimateSteps = 5;
    private readonly Span<double> factors;
    private readonly Span<double> exchanges;
    private readonly int n;

    /// <summary>Takes memory of <see cref="Length"/> numbers that holds factors, or the matrix to factorise.</summary>
    public LuFactors(Span<double> numbers, int n)
    {
        this.n = n;
        factors = numbers[..(n * n)];
        exchanges = numbers.Slice(n * n, n);
    }

    /// <summary>The number of numbers that the factors of a matrix of n rows need.</summary>
    public static int Length(int n) => (n * n) + n;

    /// <summary>The diagonal of U.</summary>
    public double Pivot(int k) => factors[(k * n) + k];

    /// <summary>Whether the rows were exchanged an odd number of times.</summary>
    public bool IsOdd
    {
        get
        {
            bool isOdd = false;
            for (int k = 0; k < n; k++)
                isOdd ^= exchanges[k] != k;
            return isOdd;
        }
    }

    /// <summary>Factorises the matrix in place and returns the first pivot that is 0; −1 if there is none.</summary>
    public int Factorise()
    {
        int zero = -1;
        for (int k = 0; k < n; k++)
        {
            int largest = k;
            for (int i = k + 1; i < n; i++)
            {
                if (Math.Abs(factors[(i * n) + k]) > Math.Abs(factors[(largest * n) + k]))
                    largest = i;
            }

            exchanges[k] = largest;
            if (largest != k)
                Rotation.Exchange(factors.Slice(k * n, n), factors.Slice(largest * n, n));
            double pivot = factors[(k * n) + k];
            if (pivot == 0)
            {
                zero = zero < 0 ? k : zero;
                continue;
            }

            ReadOnlySpan<double> row = factors.Slice((k * n) + k + 1, n - k - 1);
            for (int i = k + 1; i < n; i++)
            {
                double factor = factors[(i * n) + k];
                if (factor == 0)
                    continue;
                factors[(i * n) + k] = factor /= pivot;
                Span<double> target = factors.Slice((i * n) + k + 1, n - k - 1);
                TensorPrimitives.MultiplyAdd(row, -factor, target, target);
            }
        }

        return zero;
    }

    /// <summary>Replaces B by A⁻¹B.</summary>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    public void Solve(Span<double> b, int columns)
    {
        for (int k = 0; k < n; k++)
        {
            if (exchanges[k] != k)
                Rotation.Exchange(b.Slice(k * columns, columns), b.Slice((int)exchanges[k] * columns, columns));
        }

        Triangle.SolveLower(factors, n, b, columns, true);
        Triangle.SolveUpper(factors, n, b, columns);
    }

    /// <summary>Replaces B by A⁻ᵀB.</summary>
    /// <param name="b">[n, columns].</param>
    /// <param name="columns">The number of columns.</param>
    public void SolveTransposed(Span<double> b, int columns)
    {
        Triangle.SolveUpperTransposed(factors, n, b, columns);
        Triangle.SolveLowerTransposed(factors, n, b, columns, true);
        for (int k = n - 1; k >= 0; k--)
        {
            if (exchanges[k] != k)
                Rotation.Exchange(b.Slice(k * columns, columns), b.Slice((int)exchanges[k] * columns, columns));
        }
    }

    /// <summary>The numbers that an estimate of the condition takes.</summary>
    /// <param name="n">The number of rows.</param>
    public static int EstimateLength(int n) => 5 * n;

    /// <summary>
    /// Finds powers of two that scale the rows and then the columns of a matrix to a largest element near 1, and returns the norm of the scaled matrix. A
    /// matrix is as good as its scaled one for the solution of a system.
    /// </summary>
    /// <param name="a">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="memory">Memory for the estimate, which holds the scales afterwards.</param>
    public static double Equilibrate(ReadOnlySpan<double> a, int n, Span<double> memory)
    {
        Span<double> rows = memory.Slice(3 * n, n), columns = memory.Slice(4 * n, n);
        columns.Clear();
        for (int i = 0; i < n; i++)
        {
            rows[i] = PowerFor(n == 0 ? 0 : TensorPrimitives.MaxMagnitude(a.Slice(i * n, n)));
            for (int j = 0; j < n; j++)
                columns[j] = Math.Max(columns[j], Math.Abs(a[(i * n) + j] * rows[i]));
        }

        double norm = 0;
        for (int j = 0; j < n; j++)
        {
            columns[j] = PowerFor(columns[j]);
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += Math.Abs(a[(i * n) + j] * rows[i] * columns[j]);
            norm = Math.Max(norm, sum);
        }

        return norm;
    }

    /// <summary>An estimate of 1/(‖S‖₁·‖S⁻¹‖₁) for the scaled matrix S, seldom above three times the true number.</summary>
    /// <param name="norm">‖S‖₁.</param>
    /// <param name="memory">The memory with the scales.</param>
    public double ReciprocalCondition(double norm, Span<double> memory)
    {
        if (n == 0)
            return 1;
        Span<double> x = memory[..n], z = memory.Slice(n, n), rows = memory.Slice(3 * n, n), columns = memory.Slice(4 * n, n);
        x.Fill(1.0 / n);
        double estimate = 0;
        for (int step = 0; step < EstimateSteps; step++)
        {
            Solve(x, rows, columns, false);
            double next = TensorPrimitives.SumOfMagnitudes<double>(x);
            if (step > 0 && !(next > estimate))
                break;
            estimate = next;
            for (int i = 0; i < n; i++)
                z[i] = x[i] < 0 ? -1 : 1;
            Solve(z, rows, columns, true);
            int at = TensorPrimitives.IndexOfMaxMagnitude<double>(z);
            x.Clear();
            x[at] = 1;
        }

        // Higham's second vector, for matrices that deceive the first.
        for (int i = 0; i < n; i++)
            z[i] = (i % 2 == 0 ? 1 : -1) * (1 + (i / Math.Max(1.0, n - 1)));
        Solve(z, rows, columns, false);
        estimate = Math.Max(estimate, 2 * TensorPrimitives.SumOfMagnitudes<double>(z) / (3 * n));
        return 1 / estimate / norm;
    }

    private void Solve(Span<double> x, ReadOnlySpan<double> rows, ReadOnlySpan<double> columns, bool isTransposed)
    {
        TensorPrimitives.Divide(x, isTransposed ? columns : rows, x);
        if (isTransposed)
            SolveTransposed(x, 1);
        else
            Solve(x, 1);
        TensorPrimitives.Divide(x, isTransposed ? rows : columns, x);
    }

    private static double PowerFor(double magnitude) => magnitude == 0 ? 1 : Math.ScaleB(1, Math.Clamp(-Math.ILogB(magnitude), -1000, 1000));
}
