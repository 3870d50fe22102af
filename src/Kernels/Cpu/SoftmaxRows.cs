using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The softmax of each row and −log of the label's probability, computed in float for Half. Rows are independent.</summary>
internal static unsafe class SoftmaxRows
{
    // The fewest elements for which a part is worth another thread.
    private const int ElementsPerPart = 1 << 13;

    public static void Forward<T>(WorkerPool pool, T* logits, int* labels, T* probabilities, T* losses, int rows, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int perPart = RowsPerPart(classes);
        pool.For(Partition.Count(rows, perPart), new ForwardBody<T>(logits, labels, probabilities, losses, rows, classes, perPart));
    }

    public static void Pullback<T>(WorkerPool pool, T* probabilities, int* labels, T* cotangent, int cotangentStride, double scale, T* destination, int rows,
        int classes, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int perPart = RowsPerPart(classes);
        pool.For(Partition.Count(rows, perPart),
            new PullbackBody<T>(probabilities, labels, cotangent, cotangentStride, scale, destination, rows, classes, perPart, accumulate));
    }

    private static int RowsPerPart(int classes) => Math.Max(1, ElementsPerPart / Math.Max(1, classes));

    private readonly struct ForwardBody<T>(T* logits, int* labels, T* probabilities, T* losses, int rows, int classes, int perPart) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, rows);
            for (int row = part * perPart; row < end; row++)
            {
                if (typeof(T) == typeof(double))
                    Row<double>(row);
                else
                    Row<float>(row);
            }
        }

        private void Row<U>(int row)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            T* from = logits + ((nint)row * classes);
            T* to = probabilities + ((nint)row * classes);
            U* buffer = typeof(T) == typeof(U) ? (U*)to : ScratchMemory.Rent<U>(ScratchUse.Row, classes);
            Widening.Load(from, 1, buffer, classes);
            Span<U> x = new(buffer, classes);
            U largest = TensorPrimitives.Max<U>(x);
            // If all logits are −∞, the softmax does not exist; subtracting −∞ would hide this behind a NaN with another cause.
            U shift = U.IsFinite(largest) ? largest : U.Zero;
            U chosen = x[labels[row]] - shift;
            U sum = ExpOfDifferences(buffer, classes, shift);
            TensorPrimitives.Divide(x, sum, x);
            U loss = U.Log(sum) - chosen;
            Widening.Store(&loss, losses + row, 1, 1);
            if (typeof(T) != typeof(U))
                Widening.Store(buffer, to, 1, classes);
        }
    }

    // x ← exp(x − shift), and the sum of the results, in two partial sums of vectors and a padded vector for the last few.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static U ExpOfDifferences<U>(U* x, int count, U shift)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        VectorLane<U> by = new(Vector.Create(shift));
        Vector<U> first = default, second = default;
        int lanes = Vector<U>.Count, i = 0;
        for (; i <= count - (2 * lanes); i += 2 * lanes)
        {
            Vector<U> low = VectorLane<U>.Exp(new VectorLane<U>(Vector.Load(x + i)) - by).Value,
                high = VectorLane<U>.Exp(new VectorLane<U>(Vector.Load(x + i + lanes)) - by).Value;
            Vector.Store(low, x + i);
            Vector.Store(high, x + i + lanes);
            first += low;
            second += high;
        }

        U total = Vector.Sum(first + second);
        for (; i < count; i += lanes)
        {
            int n = Math.Min(lanes, count - i);
            Vector<U> rest = by.Value;
            Unsafe.CopyBlockUnaligned(&rest, x + i, (uint)(n * sizeof(U)));
            rest = VectorLane<U>.Exp(new VectorLane<U>(rest) - by).Value;
            Unsafe.CopyBlockUnaligned(x + i, &rest, (uint)(n * sizeof(U)));
            for (int lane = 0; lane < n; lane++)
                total += rest[lane];
        }

        return total;
    }

    private readonly struct PullbackBody<T>(T* probabilities, int* labels, T* cotangent, int cotangentStride, double scale, T* destination, int rows,
        int classes, int perPart, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            int end = Partition.End(part, perPart, rows);
            for (int row = part * perPart; row < end; row++)
            {
                if (typeof(T) == typeof(double))
                    Row<double>(row);
                else
                    Row<float>(row);
            }
        }

        private void Row<U>(int row)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            U incoming;
            Widening.Load(cotangent + ((nint)row * cotangentStride), 1, &incoming, 1);
            U factor = incoming * U.CreateTruncating(scale);
            T* from = probabilities + ((nint)row * classes);
            T* to = destination + ((nint)row * classes);

            // An example with cotangent 0 adds 0, even if its probabilities are not finite.
            if (incoming == U.Zero)
            {
                if (!accumulate)
                    new Span<T>(to, classes).Clear();
                return;
            }

            int label = labels[row];
            U* p = typeof(T) == typeof(U) ? (U*)from : ScratchMemory.Rent<U>(ScratchUse.Row, 2 * classes);
            U* target = typeof(T) == typeof(U) ? (U*)to : p + classes;
            if (typeof(T) != typeof(U))
            {
                Widening.Load(from, 1, p, classes);
                if (accumulate)
                    Widening.Load(to, 1, target, classes);
            }

            U atLabel = (accumulate ? target[label] : U.Zero) + (factor * (p[label] - U.One));
            if (accumulate)
                TensorPrimitives.MultiplyAdd(new ReadOnlySpan<U>(p, classes), factor, new ReadOnlySpan<U>(target, classes), new Span<U>(target, classes));
            else
                TensorPrimitives.Multiply(new ReadOnlySpan<U>(p, classes), factor, new Span<U>(target, classes));
            target[label] = atLabel;
            if (typeof(T) != typeof(U))
                Widening.Store(target, to, 1, classes);
        }
    }
}
