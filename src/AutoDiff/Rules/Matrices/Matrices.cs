using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Arithmetic on matrices on the host, in row-major order. A factor that is exactly 0 gives 0, also with NaN and infinities, as cotangents and tangents ask
/// for.
/// </summary>
internal static class Matrices
{
    /// <summary>The number of matrices in a stack.</summary>
    /// <param name="shape">[…, rows, columns].</param>
    public static int Stack(in Shape shape) => StackOf(shape, 2);

    /// <summary>The product of all extents but the last ones.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="axes">The number of axes to leave out.</param>
    public static int StackOf(in Shape shape, int axes)
    {
        int count = 1;
        for (int axis = 0; axis < shape.Rank - axes; axis++)
            count *= shape[axis];
        return count;
    }

    /// <summary>A shape whose last two axes are replaced.</summary>
    /// <param name="shape">[…, rows, columns].</param>
    /// <param name="last">The axes that take their place.</param>
    public static Shape Replaced(in Shape shape, params ReadOnlySpan<int> last)
    {
        Span<int> extents = stackalloc int[shape.Rank - 2 + last.Length];
        for (int axis = 0; axis < shape.Rank - 2; axis++)
            extents[axis] = shape[axis];
        last.CopyTo(extents[(shape.Rank - 2)..]);
        return new Shape(extents);
    }

    /// <summary>Each matrix of a stack is an example; null if input and output are stacked differently.</summary>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The output's shape.</param>
    public static Dependence? DependenceOn(in Shape input, in Shape output) =>
        input.Rank < 2 ? null : Dependence.Examples(input.Rank - 2, input, output);

    /// <summary>Checks that a shape ends in two equal extents.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="operation">The operation's name.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckSquare(in Shape shape, string operation)
    {
        if (shape.Rank < 2 || shape[-1] != shape[-2])
            throw new ArgumentException($"{operation}: a value of shape {shape} was given; its last two axes must be those of a square matrix.");
    }

    /// <summary>The part of a message that names a matrix of a stack.</summary>
    /// <param name="index">Its index in the stack.</param>
    /// <param name="shape">The shape of the stack.</param>
    public static string Name(int index, in Shape shape) =>
        shape.Rank == 2 ? $"the matrix of shape {shape}" : $"matrix {index} of the stack of shape {shape}";

    /// <summary>C += A·B, or C −= A·B.</summary>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="c">[m, n].</param>
    /// <param name="k">The inner extent.</param>
    /// <param name="n">The number of columns.</param>
    /// <param name="sign">1 or −1.</param>
    public static void AddProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int k, int n, double sign = 1)
    {
        int m = k == 0 ? 0 : a.Length / k;
        for (int i = 0; i < m; i++)
        {
            Span<double> row = c.Slice(i * n, n);
            for (int l = 0; l < k; l++)
                Add(row, sign * a[(i * k) + l], b.Slice(l * n, n));
        }
    }

    /// <summary>C += Aᵀ·B, or C −= Aᵀ·B.</summary>
    /// <param name="a">[k, m].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="c">[m, n].</param>
    /// <param name="m">The number of rows of C.</param>
    /// <param name="n">The number of columns.</param>
    /// <param name="sign">1 or −1.</param>
    public static void AddTransposedProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int m, int n, double sign = 1)
    {
        int k = m == 0 ? 0 : a.Length / m;
        for (int l = 0; l < k; l++)
        {
            ReadOnlySpan<double> row = b.Slice(l * n, n);
            for (int i = 0; i < m; i++)
                Add(c.Slice(i * n, n), sign * a[(l * m) + i], row);
        }
    }

    /// <summary>C += A·Bᵀ, or C −= A·Bᵀ.</summary>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[n, k].</param>
    /// <param name="c">[m, n].</param>
    /// <param name="k">The inner extent.</param>
    /// <param name="n">The number of columns of C.</param>
    /// <param name="sign">1 or −1.</param>
    public static void AddProductTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int k, int n, double sign = 1)
    {
        int m = k == 0 ? 0 : a.Length / k;
        for (int i = 0; i < m; i++)
        {
            ReadOnlySpan<double> row = a.Slice(i * k, k);
            if (!row.ContainsAnyExcept(0.0))
                continue;
            for (int j = 0; j < n; j++)
            {
                double product = TensorPrimitives.Dot(row, b.Slice(j * k, k));
                if (double.IsNaN(product))
                    product = AbsorbedDot(row, b.Slice(j * k, k));
                c[(i * n) + j] += sign * product;
            }
        }
    }

    /// <summary>C += B·A for symmetric A: the products of A with the rows of B.</summary>
    /// <param name="a">[n, n], symmetric.</param>
    /// <param name="b">[count, n].</param>
    /// <param name="c">[count, n].</param>
    /// <param name="n">The number of columns.</param>
    /// <param name="count">The number of rows of B.</param>
    public static void AddSymmetricProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int n, int count)
    {
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < n; i++)
            {
                ReadOnlySpan<double> other = a.Slice(i * n, n);
                double product = TensorPrimitives.Dot(other, b.Slice(row * n, n));
                c[(row * n) + i] += double.IsNaN(product) ? AbsorbedDot(other, b.Slice(row * n, n)) : product;
            }
        }
    }

    /// <summary>row += factor·other, where zeros absorb.</summary>
    /// <param name="row">The row.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="other">The other row.</param>
    public static void Add(Span<double> row, double factor, ReadOnlySpan<double> other)
    {
        if (factor == 0)
            return;
        if (double.IsFinite(factor))
        {
            TensorPrimitives.MultiplyAdd(other, factor, row, row);
            return;
        }

        for (int i = 0; i < row.Length; i++)
        {
            if (other[i] != 0)
                row[i] += factor * other[i];
        }
    }

    /// <summary>The transpose.</summary>
    /// <param name="a">[m, n].</param>
    /// <param name="n">The number of columns.</param>
    /// <param name="transposed">[n, m].</param>
    public static void Transpose(ReadOnlySpan<double> a, int n, Span<double> transposed)
    {
        int m = n == 0 ? 0 : a.Length / n;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                transposed[(j * m) + i] = a[(i * n) + j];
        }
    }

    /// <summary>Copies the leading rows and columns of a matrix to the leading rows and columns of another.</summary>
    /// <param name="from">The matrix.</param>
    /// <param name="fromColumns">Its number of columns.</param>
    /// <param name="to">The other matrix.</param>
    /// <param name="toColumns">The other's number of columns.</param>
    /// <param name="rows">The number of rows to copy.</param>
    /// <param name="columns">The number of columns to copy.</param>
    public static void CopyLeading(ReadOnlySpan<double> from, int fromColumns, Span<double> to, int toColumns, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
            from.Slice(i * fromColumns, columns).CopyTo(to.Slice(i * toColumns, columns));
    }

    /// <summary>Replaces a square matrix by its symmetric part, (A + Aᵀ)/2.</summary>
    /// <param name="a">[n, n].</param>
    /// <param name="n">The number of rows.</param>
    public static void Symmetrize(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                a[(i * n) + j] = a[(j * n) + i] = (a[(i * n) + j] / 2) + (a[(j * n) + i] / 2);
        }
    }

    private static double AbsorbedDot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] != 0 && y[i] != 0)
                sum += x[i] * y[i];
        }

        return sum;
    }
}
