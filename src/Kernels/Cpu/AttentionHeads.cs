using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Attention head by head: a head's scores stay in cache from their product to that with the values, and threads share heads.</summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class AttentionHeads<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    // Multiply-adds that make a part worth handing to another thread.
    private const long WorkOfPart = 200_000;

    public static void Forward(WorkerPool pool, AttentionShape shape, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, double scale, bool isCausal, U* probabilities, HeadMatrices<U> y)
    {
        int perPart = HeadsPerPart(shape);
        pool.For((shape.Heads + perPart - 1) / perPart, new ForwardBody(shape, perPart, q, k, v, U.CreateTruncating(scale), isCausal, probabilities, y));
    }

    public static void Pullback(WorkerPool pool, AttentionShape shape, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, double scale, U* probabilities, HeadMatrices<U> dy, HeadMatrices<U> dq, HeadMatrices<U> dk, HeadMatrices<U> dv, bool accumulate)
    {
        int perPart = HeadsPerPart(shape);
        pool.For((shape.Heads + perPart - 1) / perPart, new PullbackBody(shape, perPart, q, k, v, U.CreateTruncating(scale), probabilities, dy, dq, dk, dv, accumulate));
    }

    private static int HeadsPerPart(AttentionShape shape) =>
        (int)Math.Clamp(WorkOfPart / Math.Max(1, 2L * shape.Tokens * shape.Keys * shape.Dimension), 1, Math.Max(1, shape.Heads));

    private readonly struct ForwardBody(AttentionShape shape, int perPart, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, U scale, bool isCausal, U* probabilities, HeadMatrices<U> y) : IParallelBody
    {
        private readonly AttentionShape shape = shape;
        private readonly int perPart = perPart;
        private readonly HeadMatrices<U> q = q;
        private readonly HeadMatrices<U> k = k;
        private readonly HeadMatrices<U> v = v;
        private readonly U scale = scale;
        private readonly bool isCausal = isCausal;
        private readonly U* probabilities = probabilities;
        private readonly HeadMatrices<U> y = y;

        public void Run(int part)
        {
            int end = Math.Min(shape.Heads, (part + 1) * perPart);
            for (int head = part * perPart; head < end; head++)
            {
                U* scores = probabilities + ((nint)head * shape.Tokens * shape.Keys);
                MatrixProduct.OnOneThread(shape.Tokens, shape.Keys, shape.Dimension, q.At(head), q.Stride, false, k.At(head), k.Stride, true, scores, shape.Keys, false);
                for (int token = 0; token < shape.Tokens; token++)
                {
                    U* row = scores + ((nint)token * shape.Keys);
                    int seen = isCausal ? Math.Min(token + 1, shape.Keys) : shape.Keys;
                    Softmax(row, seen, scale);
                    new Span<U>(row + seen, shape.Keys - seen).Clear();
                }

                MatrixProduct.OnOneThread(shape.Tokens, shape.Dimension, shape.Keys, scores, shape.Keys, false, v.At(head), v.Stride, false, y.At(head), y.Stride, false);
            }
        }
    }

    private readonly struct PullbackBody(AttentionShape shape, int perPart, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, U scale, U* probabilities, HeadMatrices<U> dy, HeadMatrices<U> dq, HeadMatrices<U> dk, HeadMatrices<U> dv, bool accumulate) : IParallelBody
    {
        private readonly AttentionShape shape = shape;
        private readonly int perPart = perPart;
        private readonly HeadMatrices<U> q = q;
        private readonly HeadMatrices<U> k = k;
        private readonly HeadMatrices<U> v = v;
        private readonly U scale = scale;
        private readonly U* probabilities = probabilities;
        private readonly HeadMatrices<U> dy = dy;
        private readonly HeadMatrices<U> dq = dq;
        private readonly HeadMatrices<U> dk = dk;
        private readonly HeadMatrices<U> dv = dv;
        private readonly bool accumulate = accumulate;

        public void Run(int part)
        {
            int end = Math.Min(shape.Heads, (part + 1) * perPart), tokens = shape.Tokens, keys = shape.Keys, dimension = shape.Dimension;
            U* scores = ScratchMemory.Rent<U>(ScratchUse.Scores, (long)tokens * keys);
            for (int head = part * perPart; head < end; head++)
            {
                U* p = probabilities + ((nint)head * tokens * keys);
                MatrixProduct.OnOneThread(keys, dimension, tokens, p, keys, true, dy.At(head), dy.Stride, false, dv.At(head), dv.Stride, accumulate);
                MatrixProduct.OnOneThread(tokens, keys, dimension, dy.At(head), dy.Stride, false, v.At(head), v.Stride, true, scores, keys, false);
                for (int token = 0; token < tokens; token++)
                    SoftmaxPullback(p + ((nint)token * keys), scores + ((nint)token * keys), keys, scale);
                MatrixProduct.OnOneThread(tokens, dimension, keys, scores, keys, false, k.At(head), k.Stride, false, dq.At(head), dq.Stride, accumulate);
                MatrixProduct.OnOneThread(keys, dimension, tokens, scores, keys, true, q.At(head), q.Stride, false, dk.At(head), dk.Stride, accumulate);
            }
        }
    }

    // x ← exp(scale·(x − max x)), divided by the sum.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Softmax(U* x, int count, U scale)
    {
        int lanes = Vector<U>.Count, whole = count / lanes * lanes, rest = count - whole;
        Vector<U> padding = Vector.Create(*x), largest = padding;
        for (int i = 0; i < whole; i += lanes)
            largest = Vector.Max(largest, Vector.Load(x + i));
        Vector<U> last = padding;
        if (rest > 0)
        {
            Unsafe.CopyBlockUnaligned(&last, x + whole, (uint)(rest * sizeof(U)));
            largest = Vector.Max(largest, last);
        }

        U top = largest[0];
        for (int lane = 1; lane < lanes; lane++)
            top = U.Max(top, largest[lane]);

        // −∞ everywhere has no softmax; shifting by it would hide that behind NaN of another origin.
        Vector<U> shift = Vector.Create(U.IsFinite(top) ? top : U.Zero), factor = Vector.Create(scale), sums = default;
        for (int i = 0; i < whole; i += lanes)
        {
            Vector<U> power = VectorLane<U>.Exp(new VectorLane<U>((Vector.Load(x + i) - shift) * factor)).Value;
            Vector.Store(power, x + i);
            sums += power;
        }

        U sum = Vector.Sum(sums);
        if (rest > 0)
        {
            last = VectorLane<U>.Exp(new VectorLane<U>((last - shift) * factor)).Value;
            for (int lane = 0; lane < rest; lane++)
                sum += last[lane];
        }

        Vector<U> divisor = Vector.Create(sum);
        for (int i = 0; i < whole; i += lanes)
            Vector.Store(Vector.Load(x + i) / divisor, x + i);
        if (rest > 0)
        {
            last /= divisor;
            Unsafe.CopyBlockUnaligned(x + whole, &last, (uint)(rest * sizeof(U)));
        }
    }

    // v ← scale·p∘(v − ⟨p, v⟩).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SoftmaxPullback(U* p, U* v, int count, U scale)
    {
        int whole = count / Vector<U>.Count * Vector<U>.Count;
        Vector<U> dots = default;
        for (int i = 0; i < whole; i += Vector<U>.Count)
            dots += Vector.Load(p + i) * Vector.Load(v + i);
        U dot = Vector.Sum(dots);
        for (int i = whole; i < count; i++)
            dot += p[i] * v[i];
        Vector<U> mean = Vector.Create(dot), factor = Vector.Create(scale);
        for (int i = 0; i < whole; i += Vector<U>.Count)
            Vector.Store(Vector.Load(p + i) * (Vector.Load(v + i) - mean) * factor, v + i);
        for (int i = whole; i < count; i++)
            v[i] = p[i] * (v[i] - dot) * scale;
    }
}
