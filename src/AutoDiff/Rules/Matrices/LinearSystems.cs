using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>What of a matrix a linear system reads.</summary>
internal enum SystemMatrix
{
    /// <summary>All of it.</summary>
    General,

    /// <summary>The diagonal and what is below.</summary>
    Lower,

    /// <summary>The diagonal and what is above.</summary>
    Upper,
}

/// <summary>
/// The value and derivatives of X = A⁻¹B, for stacks of matrices: Ẋ = A⁻¹(Ḃ − ȦX), and with Y = A⁻ᵀX̄ the cotangents are B̄ = Y and Ā = −YXᵀ.
/// </summary>
/// <remarks>Giles, Advances in Automatic Differentiation, 2008.</remarks>
internal static class LinearSystems
{
    // Below this, no digit of the solution can be relied on.
    private const double SmallestCondition = 1.1102230246251565e-16;

    /// <summary>Checks the shapes, solves, and returns the factors of all matrices.</summary>
    public static NDArray<T> Solve<T>(in Recording<T> recording, SystemMatrix kind, string operation, in NDArray<T> solution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> a = recording.Input(0), b = recording.Input(1);
        int n = b.Shape[-2], columns = b.Shape[-1], stack = Matrices.Stack(b.Shape), length = Length(kind, n);
        using HostMemory memory = new(((long)stack * length) + a.Count + b.Count + LuFactors.EstimateLength(n));
        Span<double> factors = memory.Take(stack * length), matrices = memory.Take(a), x = memory.Take(b), work = memory.Take(LuFactors.EstimateLength(n));
        for (int i = 0; i < stack; i++)
        {
            Span<double> matrix = matrices.Slice(i * n * n, n * n), part = x.Slice(i * n * columns, n * columns);
            Span<double> numbers = factors.Slice(i * length, length);
            numbers.Clear();
            matrix.CopyTo(numbers);
            Factorise(kind, numbers, n, work, operation, i, a.Shape);
            Apply(kind, numbers, n, part, columns, false);
        }

        HostArrays.Write(x, solution);
        return HostArrays.Keep(recording, factors);
    }

    /// <summary>Adds the cotangents of both inputs.</summary>
    public static void Pullback<T>(in PullbackContext<T> context, SystemMatrix kind, in NDArray<T> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Cotangent.Shape;
        int n = shape[-2], columns = shape[-1], stack = Matrices.Stack(shape), length = Length(kind, n), size = n * columns;
        using HostMemory memory = new(((long)stack * (length + (2 * size) + (n * n))) + (2 * size));
        Span<double> factors = memory.Take(stack * length), y = memory.Take(context.Cotangent);
        HostArrays.Restore(kept, factors);
        for (int i = 0; i < stack; i++)
            Apply(kind, factors.Slice(i * length, length), n, y.Slice(i * size, size), columns, true);
        if (context.Needs(0))
        {
            Span<double> da = memory.Take(stack * n * n), x = memory.Take(context.Output);
            da.Clear();
            for (int i = 0; i < stack; i++)
                AddOuter(kind, y.Slice(i * size, size), x.Slice(i * size, size), da.Slice(i * n * n, n * n), n, columns);
            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        if (context.Needs(1))
            HostArrays.Write(y, context.InputCotangent(1, out bool accumulate), accumulate);
    }

    /// <summary>The tangent of the solution.</summary>
    public static void Tangent<T>(in TangentContext<T> context, SystemMatrix kind, in NDArray<T> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.OutputTangent.Shape;
        int n = shape[-2], columns = shape[-1], stack = Matrices.Stack(shape), length = Length(kind, n), size = n * columns;
        using HostMemory memory = new((long)stack * (length + (2 * size) + (n * n)));
        Span<double> factors = memory.Take(stack * length), moved = memory.Take(context.Tangent(1));
        HostArrays.Restore(kept, factors);
        if (context.Moves(0))
        {
            Span<double> da = memory.Take(context.Tangent(0)), x = memory.Take(context.Output);
            for (int i = 0; i < stack; i++)
            {
                Span<double> change = da.Slice(i * n * n, n * n);
                Restrict(kind, change, n);
                Matrices.AddProduct(change, x.Slice(i * size, size), moved.Slice(i * size, size), n, columns, -1);
            }
        }

        for (int i = 0; i < stack; i++)
            Apply(kind, factors.Slice(i * length, length), n, moved.Slice(i * size, size), columns, false);
        HostArrays.Write(moved, context.OutputTangent);
    }

    /// <summary>Adds the change of the cotangents along the tangents: Ẏ = −A⁻ᵀȦᵀY, B̄˙ = Ẏ and Ā˙ = −ẎXᵀ − YẊᵀ.</summary>
    public static void PullbackTangent<T>(in SecondOrderContext<T> context, SystemMatrix kind, in NDArray<T> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = context.Cotangent.Shape;
        int n = shape[-2], columns = shape[-1], stack = Matrices.Stack(shape), length = Length(kind, n), size = n * columns;
        using HostMemory memory = new((long)stack * (length + (4 * size) + (2 * n * n)));
        Span<double> factors = memory.Take(stack * length), y = memory.Take(context.Cotangent), moved = memory.Take(stack * size);
        HostArrays.Restore(kept, factors);
        moved.Clear();
        for (int i = 0; i < stack; i++)
            Apply(kind, factors.Slice(i * length, length), n, y.Slice(i * size, size), columns, true);
        if (context.Moves(0))
        {
            Span<double> da = memory.Take(context.Tangent(0));
            for (int i = 0; i < stack; i++)
            {
                Span<double> change = da.Slice(i * n * n, n * n), part = moved.Slice(i * size, size);
                Restrict(kind, change, n);
                Matrices.AddTransposedProduct(change, y.Slice(i * size, size), part, n, columns, -1);
                Apply(kind, factors.Slice(i * length, length), n, part, columns, true);
            }
        }

        if (context.Needs(0))
        {
            Span<double> dda = memory.Take(stack * n * n), x = memory.Take(context.Output);
            dda.Clear();
            for (int i = 0; i < stack; i++)
                AddOuter(kind, moved.Slice(i * size, size), x.Slice(i * size, size), dda.Slice(i * n * n, n * n), n, columns);
            HostArrays.Read(context.OutputTangent, x);
            for (int i = 0; i < stack; i++)
                AddOuter(kind, y.Slice(i * size, size), x.Slice(i * size, size), dda.Slice(i * n * n, n * n), n, columns);
            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        if (context.Needs(1))
            HostArrays.Write(moved, context.InputCotangent(1, out bool accumulate), accumulate);
    }

    /// <summary>The message that refuses a matrix.</summary>
    public static ArgumentException Singular(string operation, int index, in Shape shape, int pivot) => new(
        $"{operation}: {Matrices.Name(index, shape)} is singular: pivot {pivot} of {shape[-1]} is 0.");

    /// <summary>Factorises a matrix, and refuses one that is singular to the precision of double.</summary>
    public static LuFactors Factorise(Span<double> numbers, int n, Span<double> work, string operation, int index, in Shape shape)
    {
        LuFactors lu = new(numbers, n);
        double norm = LuFactors.Equilibrate(numbers[..(n * n)], n, work);
        int zero = lu.Factorise();
        if (zero >= 0)
            throw Singular(operation, index, shape, zero);
        double condition = lu.ReciprocalCondition(norm, work);
        if (condition < SmallestCondition)
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{operation}: {Matrices.Name(index, shape)} is singular to working precision: its reciprocal condition number is {condition:g3}."));
        return lu;
    }

    private static int Length(SystemMatrix kind, int n) => kind == SystemMatrix.General ? LuFactors.Length(n) : n * n;

    // A matrix that is not finite has no factors; its solutions are NaN.
    private static void Factorise(SystemMatrix kind, Span<double> numbers, int n, Span<double> work, string operation, int index, in Shape shape)
    {
        if (kind == SystemMatrix.General)
        {
            if (HostArrays.AreFinite(numbers))
                Factorise(numbers, n, work, operation, index, shape);
            else
                numbers.Fill(double.NaN);
            return;
        }

        for (int k = 0; k < n; k++)
        {
            if (numbers[(k * n) + k] == 0)
                throw Singular(operation, index, shape, k);
        }
    }

    private static void Apply(SystemMatrix kind, Span<double> numbers, int n, Span<double> b, int columns, bool isTransposed)
    {
        switch (kind, isTransposed)
        {
            case (SystemMatrix.General, _):
                if (n > 0 && double.IsNaN(numbers[0]))
                    Spoil(b, columns);
                else if (isTransposed)
                    new LuFactors(numbers, n).SolveTransposed(b, columns);
                else
                    new LuFactors(numbers, n).Solve(b, columns);
                break;
            case (SystemMatrix.Lower, false):
                Triangle.SolveLower(numbers, n, b, columns);
                break;
            case (SystemMatrix.Lower, true):
                Triangle.SolveLowerTransposed(numbers, n, b, columns);
                break;
            case (_, false):
                Triangle.SolveUpper(numbers, n, b, columns);
                break;
            default:
                Triangle.SolveUpperTransposed(numbers, n, b, columns);
                break;
        }
    }

    // Columns of zeros stay 0, the others become NaN.
    private static void Spoil(Span<double> b, int columns)
    {
        for (int column = 0; column < columns; column++)
        {
            bool isZero = true;
            for (int i = column; i < b.Length; i += columns)
                isZero &= b[i] == 0;
            for (int i = column; i < b.Length && !isZero; i += columns)
                b[i] = double.NaN;
        }
    }

    // A −= Y·Xᵀ, on the part that is read.
    private static void AddOuter(SystemMatrix kind, ReadOnlySpan<double> y, ReadOnlySpan<double> x, Span<double> a, int n, int columns)
    {
        Matrices.AddProductTransposed(y, x, a, columns, n, -1);
        Restrict(kind, a, n);
    }

    private static void Restrict(SystemMatrix kind, Span<double> a, int n)
    {
        for (int i = 0; i < n && kind != SystemMatrix.General; i++)
        {
            if (kind == SystemMatrix.Lower)
                a.Slice((i * n) + i + 1, n - i - 1).Clear();
            else
                a.Slice(i * n, i).Clear();
        }
    }
}
