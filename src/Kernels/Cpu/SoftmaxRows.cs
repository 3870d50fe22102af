using System.Numerics;
using System.Numerics.Tensors;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The softmax of each row and −log of the label's probability, computed in float for Half; rows are independent.</summary>
internal static unsafe class SoftmaxRows
{
    // Elements that make a part worth handing to another thread.
    private const int ElementsPerPart = 1 << 13;

    public static void Forward<T>(WorkerPool pool, T* logits, int* labels, T* probabilities, T* losses, int rows, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int perPart = RowsPerPart(classes);
        pool.For((rows + perPart - 1) / perPart, new ForwardBody<T>(logits, labels, probabilities, losses, rows, classes, perPart));
    }

    public static void Pullback<T>(WorkerPool pool, T* probabilities, int* labels, T* cotangent, int cotangentStride, double scale, T* destination, int rows, int classes, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int perPart = RowsPerPart(classes);
        pool.For((rows + perPart - 1) / perPart, new PullbackBody<T>(probabilities, labels, cotangent, cotangentStride, scale, destination, rows, classes, perPart, accumulate));
    }

    private static int RowsPerPart(int classes) => Math.Max(1, ElementsPerPart / Math.Max(1, classes));

    private readonly struct ForwardBody<T>(T* logits, int* labels, T* probabilities, T* losses, int rows, int classes, int perPart) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T* logits = logits;
        private readonly int* labels = labels;
        private readonly T* probabilities = probabilities;
        private readonly T* losses = losses;
        private readonly int rows = rows;
        private readonly int classes = classes;
        private readonly int perPart = perPart;

        public void Run(int part)
        {
            int end = Math.Min(rows, (part + 1) * perPart);
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
            // −∞ everywhere has no softmax; shifting by it would hide that behind NaN of another origin.
            U shift = U.IsFinite(largest) ? largest : U.Zero;
            TensorPrimitives.Subtract(x, shift, x);
            U chosen = x[labels[row]];
            TensorPrimitives.Exp<U>(x, x);
            U sum = TensorPrimitives.Sum<U>(x);
            TensorPrimitives.Divide(x, sum, x);
            U loss = U.Log(sum) - chosen;
            Widening.Store(&loss, losses + row, 1, 1);
            if (typeof(T) != typeof(U))
                Widening.Store(buffer, to, 1, classes);
        }
    }

    private readonly struct PullbackBody<T>(T* probabilities, int* labels, T* cotangent, int cotangentStride, double scale, T* destination, int rows, int classes, int perPart, bool accumulate) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T* probabilities = probabilities;
        private readonly int* labels = labels;
        private readonly T* cotangent = cotangent;
        private readonly int cotangentStride = cotangentStride;
        private readonly double scale = scale;
        private readonly T* destination = destination;
        private readonly int rows = rows;
        private readonly int classes = classes;
        private readonly int perPart = perPart;
        private readonly bool accumulate = accumulate;

        public void Run(int part)
        {
            int end = Math.Min(rows, (part + 1) * perPart);
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
            int label = labels[row];
            for (int i = 0; i < classes; i++)
            {
                U p = U.CreateTruncating(from[i]);
                U value = factor * (i == label ? p - U.One : p);
                to[i] = accumulate ? T.CreateTruncating(U.CreateTruncating(to[i]) + value) : T.CreateTruncating(value);
            }
        }
    }
}
