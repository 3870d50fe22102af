using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The exponential of a square matrix, or of each of a stack. Computed on the host, in double.</summary>
    /// <remarks>
    /// The derivative along E is the upper right block of exp of (A, E; 0, A), and the second derivative that of a matrix of 4 × 4 blocks (Mathias, SIAM J.
    /// Matrix Anal. Appl. 1996); the pullback is the derivative at Aᵀ along the cotangent.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly struct MatrixExponential<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("matrix exponential", TameClass.NotTame) { OnBoundedSets = TameClass.GloballySubanalytic };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape), size = n * n;
            NDArray<T> output = recording.Rent(shape);
            using HostMemory memory = new(shape.Count + Exponential.Memory(n));
            Span<double> a = memory.Take(recording.Input(0)), work = memory.Take(Exponential.Memory(n));
            for (int i = 0; i < stack; i++)
            {
                Span<double> matrix = a.Slice(i * size, size);
                if (HostArrays.AreFinite(matrix))
                    Exponential.Compute(matrix, n, work);
                else
                    matrix.Fill(double.NaN);
            }

            HostArrays.Write(a, output);
            return output;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], blocks = 2 * n;
            using HostMemory memory = new((2L * shape.Count) + (blocks * blocks) + Exponential.Memory(blocks));
            Span<double> a = memory.Take(context.Input(0)), w = memory.Take(context.Cotangent), whole = memory.Take(blocks * blocks);
            Span<double> work = memory.Take(Exponential.Memory(blocks));
            Derive(a, w, n, true, whole, work);
            HostArrays.Write(w, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], blocks = 4 * n, size = n * n, stack = Matrices.Stack(shape);
            using HostMemory memory = new((3L * shape.Count) + (blocks * blocks) + Exponential.Memory(blocks));
            Span<double> a = memory.Take(context.Input(0)), w = memory.Take(context.Cotangent), da = memory.Take(context.Tangent(0));
            Span<double> whole = memory.Take(blocks * blocks), work = memory.Take(Exponential.Memory(blocks));
            for (int i = 0; i < stack; i++)
            {
                Span<double> matrix = a.Slice(i * size, size), part = w.Slice(i * size, size), tangent = da.Slice(i * size, size);
                if (!part.ContainsAnyExcept(0.0) || !tangent.ContainsAnyExcept(0.0))
                {
                    part.Clear();
                    continue;
                }

                int exponent = Normalise(part) + Normalise(tangent);
                whole.Clear();
                for (int block = 0; block < 4; block++)
                    Put(whole, blocks, block, block, matrix, n, true);
                Put(whole, blocks, 0, 1, part, n, false);
                Put(whole, blocks, 2, 3, part, n, false);
                Put(whole, blocks, 0, 2, tangent, n, true);
                Put(whole, blocks, 1, 3, tangent, n, true);
                Exponentiate(whole, blocks, 3, part, n, work);
                Scale(part, exponent);
            }

            HostArrays.Write(w, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(MatrixExponential<T>));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], blocks = 2 * n;
            using HostMemory memory = new((2L * shape.Count) + (blocks * blocks) + Exponential.Memory(blocks));
            Span<double> a = memory.Take(context.Input(0)), da = memory.Take(context.Tangent(0)), whole = memory.Take(blocks * blocks);
            Span<double> work = memory.Take(Exponential.Memory(blocks));
            Derive(a, da, n, false, whole, work);
            HostArrays.Write(da, context.OutputTangent);
        }

        // Replaces directions by derivatives along them, at the matrices or their transposes.
        private static void Derive(Span<double> a, Span<double> directions, int n, bool isTransposed, Span<double> whole, Span<double> work)
        {
            int size = n * n, blocks = 2 * n;
            for (int start = 0; start < a.Length; start += size)
            {
                Span<double> direction = directions.Slice(start, size);
                if (!direction.ContainsAnyExcept(0.0))
                    continue;
                whole.Clear();
                Put(whole, blocks, 0, 0, a.Slice(start, size), n, isTransposed);
                Put(whole, blocks, 1, 1, a.Slice(start, size), n, isTransposed);
                int exponent = Normalise(direction);
                Put(whole, blocks, 0, 1, direction, n, false);
                Exponentiate(whole, blocks, 1, direction, n, work);
                Scale(direction, exponent);
            }
        }

        // The derivative is linear in its directions. A large one would demand many squarings, each of which doubles the errors.
        private static int Normalise(Span<double> direction)
        {
            double largest = TensorPrimitives.MaxMagnitude<double>(direction);
            if (largest == 0 || !double.IsFinite(largest))
                return 0;
            int exponent = Math.ILogB(largest);
            Scale(direction, -exponent);
            return exponent;
        }

        private static void Scale(Span<double> numbers, int exponent)
        {
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] = Math.ScaleB(numbers[i], exponent);
        }

        // A block of the first row of the exponential.
        private static void Exponentiate(Span<double> whole, int blocks, int column, Span<double> result, int n, Span<double> work)
        {
            if (!HostArrays.AreFinite(whole))
            {
                result.Fill(double.NaN);
                return;
            }

            Exponential.Compute(whole, blocks, work);
            for (int i = 0; i < n; i++)
                whole.Slice((i * blocks) + (column * n), n).CopyTo(result[(i * n)..]);
        }

        private static void Put(Span<double> whole, int blocks, int row, int column, ReadOnlySpan<double> block, int n, bool isTransposed)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    whole[(((row * n) + i) * blocks) + (column * n) + j] = block[isTransposed ? (j * n) + i : (i * n) + j];
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Matrix exponentials.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The exponential of a square matrix. It is computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN or an infinity gives
        /// NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[..., n, n].</returns>
        /// <exception cref="ArgumentException">The matrices are not square.</exception>
        public static Var<T> MatrixExponential<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(MatrixExponential<T>));
    }
}
