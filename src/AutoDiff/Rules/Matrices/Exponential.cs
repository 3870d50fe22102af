using System.Numerics.Tensors;

namespace ConservativeAD.Rules;

/// <summary>The exponential of a square matrix by scaling, a quotient of polynomials, and squaring.</summary>
/// <remarks>Higham, SIAM J. Matrix Anal. Appl. 2005, with the polynomials of degree 13.</remarks>
internal static class Exponential
{
    private const double Threshold = 5.371920351148152;
    private static readonly double[] Coefficients = [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
        10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1];

    /// <summary>The numbers that <see cref="Compute"/> takes.</summary>
    /// <param name="n">The number of rows.</param>
    public static int Memory(int n) => (6 * n * n) + LuFactors.Length(n);

    /// <summary>Replaces a finite matrix by its exponential.</summary>
    /// <param name="a">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="memory">Memory.</param>
    public static void Compute(Span<double> a, int n, Span<double> memory)
    {
        int size = n * n;
        Span<double> second = memory[..size], fourth = memory.Slice(size, size), sixth = memory.Slice(2 * size, size), odd = memory.Slice(3 * size, size);
        Span<double> even = memory.Slice(4 * size, size), work = memory.Slice(5 * size, size), factors = memory.Slice(6 * size, LuFactors.Length(n));
        double norm = 0;
        for (int j = 0; j < n; j++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += Math.Abs(a[(i * n) + j]);
            norm = Math.Max(norm, sum);
        }

        int squarings = norm > Threshold ? Math.ILogB(norm / Threshold) + 1 : 0;
        for (int i = 0; i < size; i++)
            a[i] = Math.ScaleB(a[i], -squarings);
        Multiply(a, a, second, n);
        Multiply(second, second, fourth, n);
        Multiply(fourth, second, sixth, n);
        Combine(work, n, [0, Coefficients[9], Coefficients[11], Coefficients[13]], second, fourth, sixth);
        Multiply(sixth, work, odd, n);
        Combine(work, n, [Coefficients[1], Coefficients[3], Coefficients[5], Coefficients[7]], second, fourth, sixth);
        TensorPrimitives.Add(odd, work, work);
        Multiply(a, work, odd, n);
        Combine(work, n, [0, Coefficients[8], Coefficients[10], Coefficients[12]], second, fourth, sixth);
        Multiply(sixth, work, even, n);
        Combine(work, n, [Coefficients[0], Coefficients[2], Coefficients[4], Coefficients[6]], second, fourth, sixth);
        TensorPrimitives.Add(even, work, even);
        TensorPrimitives.Subtract(even, odd, factors[..size]);
        TensorPrimitives.Add(even, odd, a);
        LuFactors lu = new(factors, n);
        lu.Factorise();
        lu.Solve(a, n);
        for (int i = 0; i < squarings; i++)
        {
            Multiply(a, a, work, n);
            work.CopyTo(a);
        }
    }

    private static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int n)
    {
        c.Clear();
        Matrices.AddProduct(a, b, c, n, n);
    }

    private static void Combine(
        Span<double> result, int n, ReadOnlySpan<double> factors, ReadOnlySpan<double> second, ReadOnlySpan<double> fourth, ReadOnlySpan<double> sixth)
    {
        result.Clear();
        for (int i = 0; i < n; i++)
            result[(i * n) + i] = factors[0];
        TensorPrimitives.MultiplyAdd(second, factors[1], result, result);
        TensorPrimitives.MultiplyAdd(fourth, factors[2], result, result);
        TensorPrimitives.MultiplyAdd(sixth, factors[3], result, result);
    }
}
