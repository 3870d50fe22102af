using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Matrix products for which packing panels would cost more than the product. Rows of C are summed in registers straight from the operands.
/// </summary>
internal static unsafe class SmallProduct
{
    // The most multiply-adds for which this method is faster.
    private const int MaximumWork = 24_000;

    // The most elements of an operand that is transposed first.
    private const int MaximumTransposed = 1024;

    // The other method sums longer sums in blocks; up to this length both give the same bits.
    private const int LongestSum = 256;

    /// <summary>Computes the product if it is small enough, and returns whether it did.</summary>
    /// <typeparam name="U">float or double.</typeparam>
    public static bool TryRun<U>(int m, int n, int k, U* a, int lda, bool transposeA, U* b, int ldb, bool transposeB, U* c, int ldc, bool accumulate, U* bias)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        if (!Vector256.IsHardwareAccelerated || (long)m * n * k > MaximumWork || k == 0 || k > LongestSum)
            return false;
        nint rowA = transposeA ? 1 : lda, columnA = transposeA ? lda : 1;
        if (n < Vector256<U>.Count)
            return m >= Vector256<U>.Count && TryNarrow(m, n, k, a, lda, transposeA, b, transposeB ? ldb : 1, transposeB ? 1 : ldb, c, ldc, accumulate, bias);
        if (!transposeB)
        {
            Rows(m, n, k, a, rowA, columnA, b, ldb, c, ldc, accumulate, bias);
            return true;
        }

        if (n * k > MaximumTransposed)
            return false;
        U* rows = stackalloc U[n * k];
        PanelPacking.Transpose(b, ldb, n, n, k, rows);
        Rows(m, n, k, a, rowA, columnA, rows, n, c, ldc, accumulate, bias);
        return true;
    }

    // If rows of C do not fill a register, computes one column of C at a time.
    private static bool TryNarrow<U>(int m, int n, int k, U* a, nint lda, bool transposeA, U* b, nint columnB, nint rowB, U* c, nint ldc, bool accumulate,
        U* bias)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        if (m > MaximumTransposed || (!transposeA && m * k > MaximumTransposed))
            return false;
        U* lines = stackalloc U[transposeA ? 0 : m * k], column = stackalloc U[m];
        if (!transposeA)
            PanelPacking.Transpose(a, lda, m, m, k, lines);
        for (int j = 0; j < n; j++)
        {
            Row(m, k, b + (j * columnB), rowB, transposeA ? a : lines, transposeA ? lda : m, column, false, null);
            U shift = bias == null ? U.Zero : bias[j];
            U* place = c + j;
            for (int i = 0; i < m; i++, place += ldc)
            {
                U sum = accumulate ? column[i] + *place : column[i];
                *place = bias == null ? sum : sum + shift;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rows<U>(int m, int n, int k, U* a, nint rowA, nint columnA, U* b, nint ldb, U* c, nint ldc, bool accumulate, U* bias)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int i = 0;
        for (; i <= m - 4; i += 4)
            FourRows(n, k, a + (i * rowA), rowA, columnA, b, ldb, c + (i * ldc), ldc, accumulate, bias);
        for (; i < m; i++)
            Row(n, k, a + (i * rowA), columnA, b, ldb, c + (i * ldc), accumulate, bias);
    }

    private static void FourRows<U>(int n, int k, U* a, nint rowA, nint columnA, U* b, nint ldb, U* c, nint ldc, bool accumulate, U* bias)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int width = Vector256<U>.Count, j = 0;
        U* a1 = a + rowA, a2 = a1 + rowA, a3 = a2 + rowA;
        for (; j <= n - (2 * width); j += 2 * width)
        {
            Vector256<U> s0 = Vector256<U>.Zero, s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
            U* right = b + j;
            nint left = 0;
            for (int l = 0; l < k; l++, left += columnA, right += ldb)
            {
                Vector256<U> x = Vector256.Load(right), y = Vector256.Load(right + width);
                Vector256<U> factor = Vector256.Create(a[left]);
                s0 = MultiplyAdd(factor, x, s0);
                t0 = MultiplyAdd(factor, y, t0);
                factor = Vector256.Create(a1[left]);
                s1 = MultiplyAdd(factor, x, s1);
                t1 = MultiplyAdd(factor, y, t1);
                factor = Vector256.Create(a2[left]);
                s2 = MultiplyAdd(factor, x, s2);
                t2 = MultiplyAdd(factor, y, t2);
                factor = Vector256.Create(a3[left]);
                s3 = MultiplyAdd(factor, x, s3);
                t3 = MultiplyAdd(factor, y, t3);
            }

            U* place = c + j, shift = bias == null ? null : bias + j;
            Store(s0, place, accumulate, shift);
            Store(s1, place + ldc, accumulate, shift);
            Store(s2, place + (2 * ldc), accumulate, shift);
            Store(s3, place + (3 * ldc), accumulate, shift);
            shift = bias == null ? null : shift + width;
            Store(t0, place + width, accumulate, shift);
            Store(t1, place + ldc + width, accumulate, shift);
            Store(t2, place + (2 * ldc) + width, accumulate, shift);
            Store(t3, place + (3 * ldc) + width, accumulate, shift);
        }

        for (; j <= n - width; j += width)
        {
            Vector256<U> s0 = Vector256<U>.Zero, s1 = s0, s2 = s0, s3 = s0;
            U* right = b + j;
            nint left = 0;
            for (int l = 0; l < k; l++, left += columnA, right += ldb)
            {
                Vector256<U> x = Vector256.Load(right);
                s0 = MultiplyAdd(Vector256.Create(a[left]), x, s0);
                s1 = MultiplyAdd(Vector256.Create(a1[left]), x, s1);
                s2 = MultiplyAdd(Vector256.Create(a2[left]), x, s2);
                s3 = MultiplyAdd(Vector256.Create(a3[left]), x, s3);
            }

            U* place = c + j, shift = bias == null ? null : bias + j;
            Store(s0, place, accumulate, shift);
            Store(s1, place + ldc, accumulate, shift);
            Store(s2, place + (2 * ldc), accumulate, shift);
            Store(s3, place + (3 * ldc), accumulate, shift);
        }

        for (int row = 0; row < 4 && j < n; row++)
            Row(n - j, k, a + (row * rowA), columnA, b + j, ldb, c + (row * ldc) + j, accumulate, bias == null ? null : bias + j);
    }

    private static void Row<U>(int n, int k, U* a, nint columnA, U* b, nint ldb, U* c, bool accumulate, U* bias)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int width = Vector256<U>.Count, j = 0;
        for (; j <= n - width; j += width)
        {
            Vector256<U> sums = Vector256<U>.Zero;
            for (int l = 0; l < k; l++)
                sums = MultiplyAdd(Vector256.Create(a[l * columnA]), Vector256.Load(b + (l * ldb) + j), sums);
            Store(sums, c + j, accumulate, bias == null ? null : bias + j);
        }

        for (; j < n; j++)
        {
            U sum = U.Zero;
            for (int l = 0; l < k; l++)
                sum = U.FusedMultiplyAdd(a[l * columnA], b[(l * ldb) + j], sum);
            if (accumulate)
                sum += c[j];
            c[j] = bias == null ? sum : sum + bias[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<U>(Vector256<U> sums, U* c, bool accumulate, U* bias)
        where U : unmanaged
    {
        if (accumulate)
            sums += Vector256.Load(c);
        if (bias != null)
            sums += Vector256.Load(bias);
        sums.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<U> MultiplyAdd<U>(Vector256<U> x, Vector256<U> y, Vector256<U> sum) => typeof(U) == typeof(float)
        ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), sum.AsSingle()).As<float, U>()
        : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), sum.AsDouble()).As<double, U>();
}
