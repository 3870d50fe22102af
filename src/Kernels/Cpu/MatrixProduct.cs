using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// C = op(A)·op(B) for matrices in row-major order with any line strides, with an optional sum into C, a bias per column, and a function
/// applied to the finished elements. float and double are computed in their own type; Half is summed in float and rounded once.
/// </summary>
/// <remarks>The bits of a result depend only on the operands, not on the number of threads.</remarks>
internal static unsafe class MatrixProduct
{
    /// <summary>The bytes of a row of A that one chain of multiply-adds sums: 384 floats.</summary>
    internal const int SumBlockBytes = 1536;

    /// <summary>The number of elements of k that are summed in one chain; the chains are added in order. Half is summed in float.</summary>
    internal static int SumBlock<T>()
        where T : unmanaged => SumBlockBytes / Math.Max(sizeof(T), sizeof(float));

    // Batches of smaller products than this are divided among threads by whole products.
    private const long LargeProduct = 4_000_000;

    // The fewest multiply-adds of a whole batch worth waking another thread for.
    private const long WorthSharing = 300_000;

    // The fewest multiply-adds for which a part of a batch is worth another thread.
    private const long WorkOfPart = 100_000;

    /// <summary>One product: C = f(op(A)·op(B) + bias), or C = f(C + op(A)·op(B) + bias) with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TEpilogue">The function f; <see cref="Identity"/> costs nothing.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Summed extent; with 0 the sums are zero.</param>
    /// <param name="a">A: m lines of k, or k lines of m with <paramref name="transposeA"/>.</param>
    /// <param name="lda">Stride between lines of A.</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="b">B: k lines of n, or n lines of k with <paramref name="transposeB"/>.</param>
    /// <param name="ldb">Stride between lines of B.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="c">C: m lines of n; it may not overlap A or B.</param>
    /// <param name="ldc">Stride between lines of C.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    /// <param name="bias">n elements, or null.</param>
    /// <param name="epilogue">The function f.</param>
    public static void Run<T, TEpilogue>(WorkerPool pool, int m, int n, int k, T* a, int lda, bool transposeA, T* b, int ldb, bool transposeB, T* c, int ldc,
        bool accumulate, T* bias, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : struct, IUnaryMap => Product(pool, m, n, k, a, lda, transposeA, b, ldb, transposeB, c, ldc, accumulate, bias, epilogue);

    /// <summary>One product on the calling thread, for work that is already divided among threads.</summary>
    /// <typeparam name="U">float or double.</typeparam>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">A, as in <see cref="Run"/>.</param>
    /// <param name="lda">Stride between lines of A.</param>
    /// <param name="transposeA">Whether A is stored transposed.</param>
    /// <param name="b">B.</param>
    /// <param name="ldb">Stride between lines of B.</param>
    /// <param name="transposeB">Whether B is stored transposed.</param>
    /// <param name="c">C.</param>
    /// <param name="ldc">Stride between lines of C.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    public static void OnOneThread<U>(int m, int n, int k, U* a, int lda, bool transposeA, U* b, int ldb, bool transposeB, U* c, int ldc, bool accumulate)
        where U : unmanaged => Product(null, m, n, k, a, lda, transposeA, b, ldb, transposeB, c, ldc, accumulate, null, default(Identity));

    /// <summary>Many products of one shape; an operand with a batch stride of 0 is shared by all.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TEpilogue">The function f.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="batch">The number of products.</param>
    /// <param name="m">Rows of each C.</param>
    /// <param name="n">Columns of each C.</param>
    /// <param name="k">Summed extent.</param>
    /// <param name="a">The first A.</param>
    /// <param name="lda">Stride between lines of A.</param>
    /// <param name="batchA">Stride from one A to the next.</param>
    /// <param name="transposeA">Whether each A is stored transposed.</param>
    /// <param name="b">The first B.</param>
    /// <param name="ldb">Stride between lines of B.</param>
    /// <param name="batchB">Stride from one B to the next.</param>
    /// <param name="transposeB">Whether each B is stored transposed.</param>
    /// <param name="c">The first C.</param>
    /// <param name="ldc">Stride between lines of C.</param>
    /// <param name="batchC">Stride from one C to the next. With 0, every product is added to the single C in order; this requires
    /// <paramref name="accumulate"/>, no bias and no function.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    /// <param name="bias">n elements shared by all products, or null.</param>
    /// <param name="epilogue">The function f.</param>
    public static void Batched<T, TEpilogue>(WorkerPool pool, int batch, int m, int n, int k, T* a, int lda, nint batchA, bool transposeA, T* b, int ldb,
        nint batchB, bool transposeB, T* c, int ldc, nint batchC, bool accumulate, T* bias, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : struct, IUnaryMap
    {
        long work = (long)m * n * k;
        if (batch == 1 || batchC == 0 || pool.Threads == 1 || work >= LargeProduct || batch * work < WorthSharing)
        {
            for (int i = 0; i < batch; i++)
                Product(pool, m, n, k, a + (i * batchA), lda, transposeA, b + (i * batchB), ldb, transposeB, c + (i * batchC), ldc, accumulate, bias, epilogue);
            return;
        }

        BatchBody<T, TEpilogue> body = default;
        body.Batch = batch;
        body.PerPart = (int)Math.Max(1, Math.Min(batch, WorkOfPart / Math.Max(1, work)));
        body.M = m;
        body.N = n;
        body.K = k;
        body.A = a;
        body.StrideA = lda;
        body.BatchA = batchA;
        body.TransposeA = transposeA;
        body.B = b;
        body.StrideB = ldb;
        body.BatchB = batchB;
        body.TransposeB = transposeB;
        body.C = c;
        body.StrideC = ldc;
        body.BatchC = batchC;
        body.Accumulate = accumulate;
        body.Bias = bias;
        body.Epilogue = epilogue;
        pool.For(Partition.Count(batch, body.PerPart), body);
    }

    /// <summary>A product of any two panel sources, with the widest registers of the processor.</summary>
    public static void Blocked<U, TLeft, TRight, TFinish>(WorkerPool? pool, int m, int n, int k, TLeft left, TRight right, U* c, nint strideC, bool accumulate,
        TFinish finish)
        where U : unmanaged
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        BlockedWork<U, TLeft, TRight, TFinish> work = default;
        work.Pool = pool;
        work.M = m;
        work.N = n;
        work.K = k;
        work.Left = left;
        work.Right = right;
        work.C = c;
        work.StrideC = strideC;
        work.Accumulate = accumulate;
        work.Finish = finish;
        RegisterTiles.Dispatch<U, BlockedWork<U, TLeft, TRight, TFinish>>(work);
    }

    private static void Product<T, TEpilogue>(WorkerPool? pool, int m, int n, int k, T* a, int lda, bool transposeA, T* b, int ldb, bool transposeB, T* c,
        int ldc, bool accumulate, T* bias, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : struct, IUnaryMap
    {
        if (typeof(TEpilogue) == typeof(Identity))
        {
            if (typeof(T) == typeof(float)
                && SmallProduct.TryRun(m, n, k, (float*)a, lda, transposeA, (float*)b, ldb, transposeB, (float*)c, ldc, accumulate, (float*)bias))
                return;
            if (typeof(T) == typeof(double)
                && SmallProduct.TryRun(m, n, k, (double*)a, lda, transposeA, (double*)b, ldb, transposeB, (double*)c, ldc, accumulate, (double*)bias))
                return;
        }

        // A contiguous column is computed as the product with exchanged sides: its single row fills whole registers instead of one lane of each.
        if (n == 1 && ldc == 1 && bias == null && m > 1)
        {
            Product(pool, n, m, k, b, ldb, !transposeB, a, lda, !transposeA, c, m, accumulate, bias, epilogue);
            return;
        }

        if (m == 1 && n == 1 && k >= InnerProduct.ShortestLength && bias == null && typeof(TEpilogue) == typeof(Identity) && (!transposeA || lda == 1)
            && (transposeB || ldb == 1))
        {
            if (typeof(T) == typeof(float))
            {
                *(float*)c = InnerProduct.Of(pool, (float*)a, (float*)b, k) + (accumulate ? *(float*)c : 0);
                return;
            }

            if (typeof(T) == typeof(double))
            {
                *(double*)c = InnerProduct.Of(pool, (double*)a, (double*)b, k) + (accumulate ? *(double*)c : 0);
                return;
            }
        }

        if (typeof(T) == typeof(float))
        {
            Blocked<float, MatrixSource<float, float>, MatrixSource<float, float>, BiasAndMap<float, TEpilogue>>(
                pool, m, n, k, new((float*)a, lda, !transposeA), new((float*)b, ldb, transposeB), (float*)c, ldc, accumulate,
                    new((float*)bias, false, epilogue));
        }
        else if (typeof(T) == typeof(double))
        {
            Blocked<double, MatrixSource<double, double>, MatrixSource<double, double>, BiasAndMap<double, TEpilogue>>(
                pool, m, n, k, new((double*)a, lda, !transposeA), new((double*)b, ldb, transposeB), (double*)c, ldc, accumulate,
                    new((double*)bias, false, epilogue));
        }
        else if (typeof(T) == typeof(Half))
        {
            Blocked<float, MatrixSource<Half, float>, MatrixSource<Half, float>, RoundToHalf<TEpilogue>>(
                pool, m, n, k, new((Half*)a, lda, !transposeA), new((Half*)b, ldb, transposeB), null, 0, false,
                    new((Half*)c, ldc, accumulate, (Half*)bias, false, epilogue));
        }
        else
        {
            throw new NotSupportedException($"A matrix product takes float, double or Half; these elements are of type {typeof(T).Name}.");
        }
    }

    private struct BlockedWork<U, TLeft, TRight, TFinish> : ITileWork
        where U : unmanaged
        where TLeft : struct, IPanelSource<U>
        where TRight : struct, IPanelSource<U>
        where TFinish : struct, ITileFinish<U>
    {
        public WorkerPool? Pool;
        public int M;
        public int N;
        public int K;
        public TLeft Left;
        public TRight Right;
        public U* C;
        public nint StrideC;
        public bool Accumulate;
        public TFinish Finish;

        public readonly void Run<TTile>()
            where TTile : struct, IRegisterTile => BlockedProduct<U, TTile>.Run(Pool, M, N, K, Left, Right, C, StrideC, Accumulate, Finish);
    }

    private struct BatchBody<T, TEpilogue> : IParallelBody
        where T : unmanaged
        where TEpilogue : struct, IUnaryMap
    {
        public int Batch;
        public int PerPart;
        public int M;
        public int N;
        public int K;
        public T* A;
        public int StrideA;
        public nint BatchA;
        public bool TransposeA;
        public T* B;
        public int StrideB;
        public nint BatchB;
        public bool TransposeB;
        public T* C;
        public int StrideC;
        public nint BatchC;
        public bool Accumulate;
        public T* Bias;
        public TEpilogue Epilogue;

        public void Run(int part)
        {
            int end = Partition.End(part, PerPart, Batch);
            for (int i = part * PerPart; i < end; i++)
                Product(null, M, N, K, A + (i * BatchA), StrideA, TransposeA, B + (i * BatchB), StrideB, TransposeB, C + (i * BatchC), StrideC, Accumulate,
                    Bias, Epilogue);
        }
    }
}
