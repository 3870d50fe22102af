using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Moore and Penrose's inverse of a matrix, or of each of a stack; singular values that are 0 up to rounding count as 0. It jumps where the rank changes,
    /// so at every matrix whose rank is not full. Computed on the host, in double.
    /// </summary>
    /// <remarks>
    /// With X = A⁺, E = I − A·X and F = I − X·A: Ẋ = −X·Ȧ·X + X·Xᵀ·Ȧᵀ·E + F·Ȧᵀ·Xᵀ·X along tangents that keep the rank (Golub and Pereyra, SIAM J. Numer. Anal.
    /// 1973).
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct PseudoInverse<T> : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // From here on, a slope, which is the square of the inverse, underflows.
        private const double LargestValue = 6e153;
        private NDArray<T> inverses;
        private NDArray<T> ranks;
        private NDArray<T> obstacles;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("pseudo-inverse", TameClass.SemiAlgebraic)
        {
            IsSmooth = false,
            IsContinuous = false,
            IsLocallyLipschitz = false,
            IsUnboundedOnBoundedSets = true,
            PassesOnNonFinite = true,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            SingularSpectra.CheckMatrix(shape, Facts.Name);
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape, n, m));
            using HostMemory memory = new(output.Count + ((long)stack * (length + k + 2)));
            Span<double> values = memory.Take(stack * k), all = memory.Take(stack * length), found = memory.Take(output.Count);
            Span<double> rankOf = memory.Take(stack), marks = memory.Take(stack);
            HostArrays.Restore(SingularSpectra.Keep(recording, values), all);
            found.Clear();
            for (int i = 0; i < stack; i++)
            {
                SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
                int rank = spectrum.Zero;
                rankOf[i] = rank;
                marks[i] = (double)(rank < k || (k > 0 && spectrum.MayBeZero(k - 1)) ? ObstacleKind.Jump
                    : k > 0 && spectrum.Values[0] > LargestValue ? ObstacleKind.SlopeUnderflows
                    : ObstacleKind.None);
                for (int at = 0; at < rank; at++)
                {
                    for (int row = 0; row < n; row++)
                        Matrices.Add(found.Slice((i * size) + (row * m), m), spectrum.Right[(at * n) + row] / spectrum.Values[at],
                            spectrum.Left.Slice(at * m, m));
                }
            }

            inverses = HostArrays.Keep(recording, found);
            ranks = HostArrays.Keep(recording, rankOf);
            obstacles = HostArrays.Keep(recording, marks);
            HostArrays.Write(found, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new((4L * shape.Count) + PullMemory(shape[-2], shape[-1]) + Matrices.Stack(shape));
            Span<double> a = memory.Take(context.Input(0)), x = memory.Take(shape.Count), w = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
            Span<double> rankOf = memory.Take(Matrices.Stack(shape));
            HostArrays.Restore(inverses, x);
            HostArrays.Restore(ranks, rankOf);
            Pull(a, x, rankOf, w, [], da, memory.Take(PullMemory(shape[-2], shape[-1])), shape[-2], shape[-1]);
            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int length = (2 * PullMemory(shape[-2], shape[-1])) + TangentMemory(shape[-2], shape[-1]) + (shape[-2] * shape[-1]);
            using HostMemory memory = new((5L * shape.Count) + length + Matrices.Stack(shape));
            Span<double> a = memory.Take(context.Input(0)), x = memory.Take(shape.Count), w = memory.Take(context.Cotangent), dda = memory.Take(shape.Count);
            Span<double> tangents = memory.Take(context.Tangent(0)), rankOf = memory.Take(Matrices.Stack(shape));
            HostArrays.Restore(inverses, x);
            HostArrays.Restore(ranks, rankOf);
            Pull(a, x, rankOf, w, tangents, dda, memory.Take(length), shape[-2], shape[-1]);
            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(PseudoInverse<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], size = m * n, stack = Matrices.Stack(shape);
            using HostMemory memory = new((4L * shape.Count) + TangentMemory(m, n) + stack);
            Span<double> a = memory.Take(context.Input(0)), x = memory.Take(shape.Count), tangents = memory.Take(context.Tangent(0));
            Span<double> output = memory.Take(shape.Count), work = memory.Take(TangentMemory(m, n)), rankOf = memory.Take(stack);
            HostArrays.Restore(inverses, x);
            HostArrays.Restore(ranks, rankOf);
            output.Clear();
            for (int start = 0; start < output.Length; start += size)
                Move(a.Slice(start, size), x.Slice(start, size), rankOf[start / size], tangents.Slice(start, size), output.Slice(start, size), work, m, n);
            HostArrays.Write(output, context.OutputTangent);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context)
        {
            NDArray<T> marks = Obstacles(context);
            context.Device.Map(default(IsJump), marks, marks);
            return marks;
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(context.Output.Shape);
            int stack = Matrices.Stack(context.Output.Shape), size = stack == 0 ? 0 : marks.Count / stack;
            using HostMemory memory = new((long)marks.Count + stack);
            Span<double> found = memory.Take(marks.Count), kinds = memory.Take(stack);
            HostArrays.Restore(obstacles, kinds);
            for (int i = 0; i < stack; i++)
                found.Slice(i * size, size).Fill(kinds[i]);
            HostArrays.Write(found, marks);
            return marks;
        }

        private static int PullMemory(int m, int n) => (3 * m * m) + (2 * n * n) + (2 * m * n);

        private static int TangentMemory(int m, int n) => (2 * m * m) + (3 * n * n) + (m * n);

        // −XᵀWXᵀ + E·Wᵀ·X·Xᵀ + Xᵀ·X·Wᵀ·F of each matrix, or its change along tangents.
        private static void Pull(Span<double> all, Span<double> inverse, ReadOnlySpan<double> rankOf, Span<double> w, Span<double> tangents,
            Span<double> results, Span<double> work, int m, int n)
        {
            int size = m * n;
            bool moves = !tangents.IsEmpty;
            MovingMatrix e = MovingMatrix.Zeros(ref work, m, m, moves), f = MovingMatrix.Zeros(ref work, n, n, moves);
            MovingMatrix ofRows = MovingMatrix.Zeros(ref work, m, m, moves), ofColumns = MovingMatrix.Zeros(ref work, n, n, moves);
            MovingMatrix product = MovingMatrix.Zeros(ref work, n, m, moves), square = MovingMatrix.Zeros(ref work, m, m, moves);
            MovingMatrix gradient = MovingMatrix.Zeros(ref work, m, n, moves);
            Span<double> moved = moves ? work[..size] : [];
            work = work[moved.Length..];
            results.Clear();
            for (int start = 0; start < results.Length; start += size)
            {
                double rank = rankOf[start / size];
                Span<double> part = w.Slice(start, size), tangent = moves ? tangents.Slice(start, size) : [];
                if (!part.ContainsAnyExcept(0.0) || (moves && !tangent.ContainsAnyExcept(0.0)))
                    continue;
                if (moves)
                    Move(all.Slice(start, size), inverse.Slice(start, size), rank, tangent, moved, work, m, n);
                MovingMatrix a = new(all.Slice(start, size), tangent, m, n), x = new(inverse.Slice(start, size), moved, n, m), cotangent = new(part, [], n, m);
                Projections(a, x, rank, e, f);
                ofRows.Clear();
                ofRows.AddTransposedProduct(x, x);
                ofColumns.Clear();
                ofColumns.AddProductTransposed(x, x);
                gradient.Clear();
                square.Clear();
                square.AddTransposedProduct(x, cotangent);
                gradient.AddProductTransposed(square, x, -1);
                product.Clear();
                product.AddProduct(ofColumns, cotangent);
                gradient.AddProductTransposed(e, product);
                product.Clear();
                product.AddProduct(cotangent, ofRows);
                gradient.AddTransposedProduct(product, f);
                (moves ? gradient.Change : gradient.Value).CopyTo(results.Slice(start, size));
            }
        }

        // I − A·X and I − X·A, which are 0 for full rank.
        private static void Projections(in MovingMatrix a, in MovingMatrix x, double rank, in MovingMatrix e, in MovingMatrix f)
        {
            e.Clear();
            f.Clear();
            if (rank < a.Rows)
            {
                e.SetIdentity();
                e.AddProduct(a, x, -1);
            }

            if (rank < a.Columns)
            {
                f.SetIdentity();
                f.AddProduct(x, a, -1);
            }
        }

        // −X·Ȧ·X + X·Xᵀ·Ȧᵀ·E + F·Ȧᵀ·Xᵀ·X.
        private static void Move(Span<double> matrix, Span<double> inverse, double rank, Span<double> tangent, Span<double> moved, Span<double> work, int m,
            int n)
        {
            moved.Clear();
            if (!tangent.ContainsAnyExcept(0.0))
                return;
            MovingMatrix a = new(matrix, [], m, n), x = new(inverse, [], n, m), da = new(tangent, [], m, n), dx = new(moved, [], n, m);
            MovingMatrix e = new(work[..(m * m)], [], m, m), ofRows = new(work.Slice(m * m, m * m), [], m, m);
            MovingMatrix f = new(work.Slice(2 * m * m, n * n), [], n, n), ofColumns = new(work.Slice((2 * m * m) + (n * n), n * n), [], n, n);
            MovingMatrix square = new(work.Slice(2 * ((m * m) + (n * n)), n * n), [], n, n);
            MovingMatrix product = new(work.Slice((2 * ((m * m) + (n * n))) + (n * n), m * n), [], m, n);
            Projections(a, x, rank, e, f);
            ofRows.Clear();
            ofRows.AddTransposedProduct(x, x);
            ofColumns.Clear();
            ofColumns.AddProductTransposed(x, x);
            square.Clear();
            square.AddProduct(x, da);
            dx.AddProduct(square, x, -1);
            product.Clear();
            product.AddProduct(da, ofColumns);
            dx.AddTransposedProduct(product, e);
            product.Clear();
            product.AddProduct(ofRows, da);
            dx.AddProductTransposed(f, product);
        }

        internal readonly struct IsJump : IUnaryMap
        {
            public L Invoke<L>(L mark)
                where L : struct, ILane<L> => L.IfEqual(mark, L.Constant((double)ObstacleKind.Jump), L.Constant(1), L.Constant(0));
        }
    }
}

namespace ConservativeAD
{
    /// <content>Pseudo-inverses.</content>
    public static partial class Operations
    {
        /// <summary>
        /// Moore and Penrose's inverse A⁺: of all X that minimise ‖A·X − I‖, the one of least norm. It is smooth at matrices of full rank. At others it jumps,
        /// nothing that uses it is certified, and its derivative is that along changes that keep the rank. It is computed on the host, in double, also for
        /// arrays of a GPU. A matrix that holds NaN or an infinity gives NaN. With a right-hand side, <see cref="LeastSquares{T}"/> is faster and more
        /// accurate.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n].</param>
        /// <returns>[..., n, m].</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes.</exception>
        public static Var<T> PseudoInverse<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(PseudoInverse<T>));
    }
}
