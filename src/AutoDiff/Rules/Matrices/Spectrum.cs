using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>
/// The eigenvalues of a symmetric matrix in ascending order, with eigenvectors, bounds of their errors, and what is known of those that meet. Two eigenvalues
/// meet for certain if both are elements of rows without others, or if they belong to equal blocks of the matrix; rounding errors hide it everywhere else.
/// </summary>
/// <param name="numbers">Memory of <see cref="Length(int)"/> numbers.</param>
/// <param name="n">The number of eigenvalues.</param>
internal readonly ref struct Spectrum(Span<double> numbers, int n) : ISpectrum<Spectrum>
{
    // If a gap is this many times the error of the eigenvalues, the eigenvectors are right to 10⁻⁶.
    private const double SafeGap = 1e6;

    private readonly Span<double> errors = numbers.Slice(n, n);
    private readonly Span<double> parts = numbers.Slice(2 * n, n);
    private readonly Span<double> twins = numbers.Slice(3 * n, n);

    /// <inheritdoc/>
    public static bool Ascends => true;

    /// <summary>The number of eigenvalues.</summary>
    public int Count { get; } = n;

    /// <inheritdoc/>
    public int InBlocks => Count;

    /// <summary>The eigenvalues.</summary>
    public Span<double> Values { get; } = numbers[..n];

    /// <summary>The eigenvectors, as rows.</summary>
    public Span<double> Vectors { get; } = numbers.Slice(4 * n, n * n);

    /// <summary>The number of numbers that a spectrum takes.</summary>
    /// <param name="n">The number of eigenvalues.</param>
    public static int Length(int n) => (4 * n) + (n * n);

    /// <inheritdoc/>
    public static int Length(int m, int n) => Length(n);

    /// <inheritdoc/>
    public static int TurnMemory(int m, int n) => (3 * n * n) + Length(n) + SymmetricEigen.Memory(n);

    /// <inheritdoc/>
    public static int MovedMemory(int m, int n) => n * n;

    /// <inheritdoc/>
    public static Spectrum Of(Span<double> numbers, int m, int n) => new(numbers, n);

    /// <summary>Sets an eigenvalue.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="value">The eigenvalue.</param>
    /// <param name="error">A bound of its error.</param>
    /// <param name="part">The connected part of the matrix.</param>
    /// <param name="twin">Equal for eigenvalues of equal parts.</param>
    public void Set(int index, double value, double error, int part, double twin)
    {
        Values[index] = value;
        errors[index] = error;
        parts[index] = part;
        twins[index] = twin;
    }

    /// <summary>States that nothing is known, as of a matrix that is not finite.</summary>
    public void Spoil()
    {
        Values.Fill(double.NaN);
        Vectors.Fill(double.NaN);
        errors.Clear();
        parts.Clear();
        twins.Clear();
    }

    /// <summary>Puts the eigenvalues in order; equal ones stay in the order of the rows.</summary>
    public void Sort()
    {
        for (int i = 1; i < Count; i++)
        {
            int place = i;
            while (place > 0 && Values[place - 1] > Values[i])
                place--;
            if (place == i)
                continue;
            Rotate(Values, place, i, 1);
            Rotate(errors, place, i, 1);
            Rotate(parts, place, i, 1);
            Rotate(twins, place, i, 1);
            Rotate(Vectors, place, i, Count);
        }
    }

    /// <summary>The end of the block of eigenvalues that meet, up to their errors, and of which one is given.</summary>
    /// <param name="begin">The first of the block.</param>
    public int BlockEnd(int begin)
    {
        int end = begin + 1;
        while (end < Count && AreClose(end - 1, end))
            end++;
        return end;
    }

    /// <summary>The block that holds an eigenvalue.</summary>
    /// <param name="index">The eigenvalue.</param>
    public (int Begin, int End) BlockOf(int index)
    {
        int begin = index;
        while (begin > 0 && AreClose(begin - 1, begin))
            begin--;
        return (begin, BlockEnd(begin));
    }

    /// <summary>Whether two neighbours are equal, or closer than the errors of both.</summary>
    public bool AreClose(int one, int other) => Values[one] == Values[other] || Values[other] - Values[one] <= errors[one] + errors[other];

    /// <summary>
    /// Whether it is unknown if two eigenvalues meet, or whether they are so close that their eigenvectors have lost many of their digits.
    /// </summary>
    public bool MayMeet(int one, int other)
    {
        if (twins[one] == twins[other] && (twins[one] >= 0 || Values[one] == Values[other]))
            return false;
        double gap = Math.Abs(Values[other] - Values[one]);
        if (errors[one] + errors[other] > 0 && gap <= errors[one] + errors[other])
            return true;
        return parts[one] == parts[other] && gap <= SafeGap * errors[one];
    }

    /// <summary>Whether an eigenvalue is 0, or within its error of it.</summary>
    public bool IsAtZero(int index) => Math.Abs(Values[index]) <= errors[index];

    /// <summary>Whether rounding errors hide the sign of an eigenvalue.</summary>
    public bool HasUnknownSign(int index) => errors[index] > 0 && IsAtZero(index);

    /// <summary>Whether the gap of two eigenvalues has lost many of its digits.</summary>
    public bool HasLostGap(int one, int other) =>
        errors[one] + errors[other] > 0 && Math.Abs(Values[other] - Values[one]) <= SafeGap * (errors[one] + errors[other]);

    /// <inheritdoc/>
    public bool IsZero(int index) => false;

    /// <inheritdoc/>
    public bool MayBeZero(int index) => false;

    /// <summary>
    /// Turns the eigenvectors of every block into those that a tangent of the matrix leads to, those of the compressed tangent, and gives the one-sided
    /// derivatives of the eigenvalues (Lancaster, Numer. Math. 1964).
    /// </summary>
    /// <param name="tangent">The tangent, [n, n]; it is made symmetric.</param>
    /// <param name="derivatives">The derivatives.</param>
    /// <param name="memory">Memory of <see cref="TurnMemory"/> numbers.</param>
    /// <param name="largest">How many of the largest eigenvalues matter; all if null.</param>
    public void Turn(scoped Span<double> tangent, scoped Span<double> derivatives, scoped Span<double> memory, int? largest)
    {
        int n = Count, from = largest is { } number ? n - number : 0;
        Matrices.Symmetrize(tangent, n);
        if (from < n)
            from = BlockOf(from).Begin;
        for (int begin = from, end; begin < n; begin = end)
        {
            end = BlockEnd(begin);
            TurnBlock(begin, end, tangent, derivatives, memory);
        }
    }

    /// <summary>Does for one block what <see cref="Turn"/> does for all.</summary>
    /// <param name="begin">The first eigenvalue of the block.</param>
    /// <param name="end">The end of the block.</param>
    /// <param name="tangent">The tangent, [n, n]; symmetric.</param>
    /// <param name="derivatives">The derivatives, of which those of the block are set.</param>
    /// <param name="memory">Memory of <see cref="TurnMemory"/> numbers.</param>
    public void TurnBlock(int begin, int end, scoped ReadOnlySpan<double> tangent, scoped Span<double> derivatives, scoped Span<double> memory)
    {
        int n = Count, size = end - begin;
        Span<double> numbers = memory.Slice(2 * n * n, Length(n)), rotated = memory.Slice((2 * n * n) + Length(n), n * n);
        Span<double> block = Vectors.Slice(begin * n, size * n), products = memory[..(size * n)], inner = memory.Slice(n * n, size * size);
        products.Clear();
        Matrices.AddSymmetricProduct(tangent, block, products, n, size);
        inner.Clear();
        Matrices.AddProductTransposed(products, block, inner, n, size);
        if (size == 1)
        {
            derivatives[begin] = inner[0];
            return;
        }

        Matrices.Symmetrize(inner, size);
        Spectrum turned = new(numbers[..Length(size)], size);
        if (HostArrays.AreFinite(inner))
            SymmetricEigen.Compute(inner, turned, memory[((3 * n * n) + Length(n))..]);
        else
            turned.Spoil();
        turned.Values.CopyTo(derivatives[begin..]);
        rotated[..(size * n)].Clear();
        Matrices.AddProduct(turned.Vectors, block, rotated[..(size * n)], size, n);
        rotated[..(size * n)].CopyTo(block);
    }

    /// <summary>A symmetric matrix in the basis of eigenvectors.</summary>
    /// <param name="matrix">The matrix, [n, n]; it is made symmetric.</param>
    /// <param name="compressed">[n, n]; may be the same memory.</param>
    /// <param name="memory">n² numbers.</param>
    public void Compress(scoped Span<double> matrix, scoped Span<double> compressed, scoped Span<double> memory)
    {
        int n = Count;
        Matrices.Symmetrize(matrix, n);
        memory.Clear();
        Matrices.AddSymmetricProduct(matrix, Vectors, memory, n, n);
        compressed.Clear();
        Matrices.AddProductTransposed(memory, Vectors, compressed, n, n);
    }

    /// <summary>Adds what is given in the basis of eigenvectors, and makes the sum symmetric.</summary>
    /// <param name="compressed">[n, n].</param>
    /// <param name="matrix">[n, n].</param>
    /// <param name="memory">n² numbers.</param>
    public void Expand(scoped ReadOnlySpan<double> compressed, scoped Span<double> matrix, scoped Span<double> memory)
    {
        int n = Count;
        memory.Clear();
        Matrices.AddProduct(compressed, Vectors, memory, n, n);
        Matrices.AddTransposedProduct(Vectors, memory, matrix, n, n);
        Matrices.Symmetrize(matrix, n);
    }

    /// <summary>Adds Σ wᵢ·vᵢvᵢᵀ to a matrix.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="matrix">[n, n].</param>
    /// <param name="memory">n numbers.</param>
    public void AddWeighted(scoped ReadOnlySpan<double> weights, scoped Span<double> matrix, scoped Span<double> memory)
    {
        Span<double> scaled = memory[..Count];
        for (int i = 0; i < Count; i++)
        {
            if (weights[i] == 0)
                continue;
            ReadOnlySpan<double> vector = Vectors.Slice(i * Count, Count);
            TensorPrimitives.Multiply(vector, weights[i], scaled);
            for (int row = 0; row < Count; row++)
                Matrices.Add(matrix.Slice(row * Count, Count), vector[row], scaled);
        }
    }

    /// <summary>
    /// Adds the change of Σ wᵢ·vᵢvᵢᵀ along a tangent of the matrix: in the basis of eigenvectors (wᵢ − wⱼ)/(λᵢ − λⱼ) times the tangent; eigenvectors of one
    /// block do not turn into each other.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="tangent">The tangent, [n, n]; it is overwritten.</param>
    /// <param name="matrix">[n, n].</param>
    /// <param name="memory">n² numbers.</param>
    public void AddWeightedMoved(scoped ReadOnlySpan<double> weights, scoped Span<double> tangent, scoped Span<double> matrix, scoped Span<double> memory)
    {
        int n = Count;
        Span<double> work = memory[..(n * n)];
        Compress(tangent, tangent, work);
        for (int begin = 0, end; begin < n; begin = end)
        {
            end = BlockEnd(begin);
            for (int i = begin; i < end; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double difference = weights[i] - weights[j];
                    ref double element = ref tangent[(i * n) + j];
                    element = difference == 0 || element == 0 || (j >= begin && j < end) ? 0 : element * (difference / (Values[i] - Values[j]));
                }
            }
        }

        work.Clear();
        Matrices.AddProduct(tangent, Vectors, work, n, n);
        Matrices.AddTransposedProduct(Vectors, work, matrix, n, n);
    }

    private static void Rotate(Span<double> numbers, int place, int index, int length)
    {
        Span<double> range = numbers[(place * length)..((index + 1) * length)];
        if (length == 1)
        {
            double last = range[^1];
            range[..^1].CopyTo(range[1..]);
            range[0] = last;
            return;
        }

        for (int i = index; i > place; i--)
            Rotation.Exchange(numbers.Slice(i * length, length), numbers.Slice((i - 1) * length, length));
    }
}
