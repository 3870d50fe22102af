using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// C = op(A)·op(B) on the calling thread in plain loops, in which a zero of the carried operand times any factor is 0. Used for operands that are not finite,
/// which is rare.
/// </summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class AbsorbingProduct<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    /// <summary>The product.</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">A: m lines of k, or k lines of m with <paramref name="transposeA"/>.</param>
    /// <param name="lda">Stride between lines of A.</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="b">B: k lines of n, or n lines of k with <paramref name="transposeB"/>.</param>
    /// <param name="ldb">Stride between lines of B.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="carried">Which operand is carried; null for neither.</param>
    /// <param name="c">C: m lines of n.</param>
    /// <param name="ldc">Stride between lines of C.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    public static void Run(int m, int n, int k, U* a, int lda, bool transposeA, U* b, int ldb, bool transposeB, CarriedOperand? carried, U* c, int ldc,
        bool accumulate)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                U sum = U.Zero;
                for (int i = 0; i < k; i++)
                {
                    U left = transposeA ? a[((nint)i * lda) + row] : a[((nint)row * lda) + i], right = transposeB
                        ? b[((nint)column * ldb) + i]
                        : b[((nint)i * ldb) + column];
                    U absorbing = carried switch { CarriedOperand.First => left, CarriedOperand.Second => right, _ => U.One };
                    if (absorbing != U.Zero)
                        sum += left * right;
                }

                U* target = c + ((nint)row * ldc) + column;
                *target = accumulate ? *target + sum : sum;
            }
        }
    }

    /// <summary>The product of two numbers; 0 if the first, the carried one, is 0.</summary>
    /// <param name="carried">The carried number.</param>
    /// <param name="factor">The factor.</param>
    public static U Product(U carried, U factor) => carried == U.Zero ? U.Zero : carried * factor;
}
