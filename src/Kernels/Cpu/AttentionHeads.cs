using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Computes attention head by head. A head's scores stay in cache until they are multiplied with the values, and the heads are divided among
/// threads.</summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class AttentionHeads<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    // The fewest multiply-adds for which a part is worth another thread.
    private const long WorkOfPart = 200_000;

    public static void Forward(WorkerPool pool, AttentionShape shape, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, double scale, bool isCausal,
        U* probabilities, HeadMatrices<U> y)
    {
        int perPart = HeadsPerPart(shape);
        pool.For(Partition.Count(shape.Heads, perPart), new ForwardBody(shape, perPart, q, k, v, U.CreateTruncating(scale), isCausal, probabilities, y));
    }

    public static void Pullback(WorkerPool pool, AttentionShape shape, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, double scale, U* probabilities,
        HeadMatrices<U> dy, HeadMatrices<U> dq, HeadMatrices<U> dk, HeadMatrices<U> dv, bool accumulate)
    {
        int perPart = HeadsPerPart(shape);
        pool.For(Partition.Count(shape.Heads, perPart),
            new PullbackBody(shape, perPart, q, k, v, U.CreateTruncating(scale), probabilities, dy, dq, dk, dv, accumulate));
    }

    private static int HeadsPerPart(AttentionShape shape) =>
        (int)Math.Clamp(WorkOfPart / Math.Max(1, 2L * shape.Tokens * shape.Keys * shape.Dimension), 1, Math.Max(1, shape.Heads));

    private readonly struct ForwardBody(AttentionShape shape, int perPart, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, U scale, bool isCausal,
        U* probabilities, HeadMatrices<U> y) : IParallelBody
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, shape.Heads);
            for (int head = part * perPart; head < end; head++)
            {
                U* scores = probabilities + ((nint)head * shape.Tokens * shape.Keys);
                MatrixProduct.OnOneThread(shape.Tokens, shape.Keys, shape.Dimension, q.At(head), q.Stride, false, k.At(head), k.Stride, true, scores,
                    shape.Keys, false);
                for (int token = 0; token < shape.Tokens; token++)
                {
                    U* row = scores + ((nint)token * shape.Keys);
                    int seen = isCausal ? Math.Min(token + 1, shape.Keys) : shape.Keys;
                    Softmax(row, seen, scale);
                    new Span<U>(row + seen, shape.Keys - seen).Clear();
                }

                MatrixProduct.OnOneThread(shape.Tokens, shape.Dimension, shape.Keys, scores, shape.Keys, false, v.At(head), v.Stride, false, y.At(head),
                    y.Stride, false);
                if (isCausal && !IsFinite(v, head, shape.Keys, shape.Dimension))
                    ReadSeenOnly(head, scores);
            }
        }

        // Values behind the mask are not read: a probability of 0 times NaN would be NaN.
        private void ReadSeenOnly(int head, U* p)
        {
            for (int token = 0; token < shape.Tokens; token++)
                AbsorbingProduct<U>.Run(1, shape.Dimension, Math.Min(token + 1, shape.Keys), p + ((nint)token * shape.Keys), shape.Keys, false, v.At(head),
                    v.Stride, false, null, y.At(head) + ((nint)token * y.Stride), y.Stride, false);
        }
    }

    private readonly struct PullbackBody(AttentionShape shape, int perPart, HeadMatrices<U> q, HeadMatrices<U> k, HeadMatrices<U> v, U scale, U* probabilities,
        HeadMatrices<U> dy, HeadMatrices<U> dq, HeadMatrices<U> dk, HeadMatrices<U> dv, bool accumulate) : IParallelBody
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, shape.Heads), tokens = shape.Tokens, keys = shape.Keys, dimension = shape.Dimension;
            U* scores = ScratchMemory.Rent<U>(ScratchUse.Scores, (long)tokens * keys);
            for (int head = part * perPart; head < end; head++)
            {
                U* p = probabilities + ((nint)head * tokens * keys);

                // If the result is overwritten, a non-finite operand shows in it, and the result can be computed again. If the result is added to, the old
                // value would be lost, so the operands are checked first.
                if (accumulate
                    && !(IsFinite(q, head, tokens, dimension) && IsFinite(k, head, keys, dimension) && IsFinite(v, head, keys, dimension)
                        && FiniteScan.IsFinite(p, (nint)tokens * keys)))
                {
                    Absorbing(head, p, scores);
                    continue;
                }

                MatrixProduct.OnOneThread(keys, dimension, tokens, p, keys, true, dy.At(head), dy.Stride, false, dv.At(head), dv.Stride, accumulate);
                MatrixProduct.OnOneThread(tokens, keys, dimension, dy.At(head), dy.Stride, false, v.At(head), v.Stride, true, scores, keys, false);
                for (int token = 0; token < tokens; token++)
                    SoftmaxPullback(p + ((nint)token * keys), scores + ((nint)token * keys), keys, scale);
                MatrixProduct.OnOneThread(tokens, dimension, keys, scores, keys, false, k.At(head), k.Stride, false, dq.At(head), dq.Stride, accumulate);
                MatrixProduct.OnOneThread(keys, dimension, tokens, scores, keys, true, q.At(head), q.Stride, false, dk.At(head), dk.Stride, accumulate);
                if (!accumulate && !(IsFinite(dq, head, tokens, dimension) && IsFinite(dk, head, keys, dimension) && IsFinite(dv, head, keys, dimension)))
                    Absorbing(head, p, scores);
            }
        }

        // The version for a query, key, value or probability that is not finite.
        private void Absorbing(int head, U* p, U* scores)
        {
            int tokens = shape.Tokens, keys = shape.Keys, dimension = shape.Dimension;
            AbsorbingProduct<U>.Run(keys, dimension, tokens, p, keys, true, dy.At(head), dy.Stride, false, CarriedOperand.Second, dv.At(head), dv.Stride,
                accumulate);
            AbsorbingProduct<U>.Run(tokens, keys, dimension, dy.At(head), dy.Stride, false, v.At(head), v.Stride, true, CarriedOperand.First, scores, keys,
                false);
            for (int token = 0; token < tokens; token++)
                AbsorbingSoftmaxPullback(p + ((nint)token * keys), scores + ((nint)token * keys), keys, scale);
            AbsorbingProduct<U>.Run(tokens, dimension, keys, scores, keys, false, k.At(head), k.Stride, false, CarriedOperand.First, dq.At(head), dq.Stride,
                accumulate);
            AbsorbingProduct<U>.Run(keys, dimension, tokens, scores, keys, true, q.At(head), q.Stride, false, CarriedOperand.First, dk.At(head), dk.Stride,
                accumulate);
        }
    }

    private static bool IsFinite(HeadMatrices<U> matrices, int head, int rows, int columns) =>
        FiniteScan.IsFinite(matrices.At(head), rows, columns, matrices.Stride);

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

        // If all scores are −∞, the softmax does not exist; subtracting −∞ would hide this behind a NaN with another cause.
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

    // The same for p or v that is not finite. A key of probability 0, such as one behind a causal mask, adds nothing, and a zero cotangent times its
    // probability is 0.
    private static void AbsorbingSoftmaxPullback(U* p, U* v, int count, U scale)
    {
        U dot = U.Zero;
        for (int i = 0; i < count; i++)
            dot += p[i] == U.Zero ? U.Zero : AbsorbingProduct<U>.Product(v[i], p[i]);
        for (int i = 0; i < count; i++)
            v[i] = p[i] == U.Zero ? U.Zero : AbsorbingProduct<U>.Product(v[i] - dot, p[i] * scale);
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
