using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The eigenvectors of a symmetric matrix, or of each of a stack, as columns in the order of the ascending eigenvalues. In each, the element of largest
    /// magnitude is positive. They jump where eigenvalues meet, and where the largest element changes to one of the other sign. Computed on the host, in
    /// double.
    /// </summary>
    /// <remarks>With K = VᵀV̄ the cotangent is V(K∘F)Vᵀ, Fᵢⱼ = 1/(λⱼ − λᵢ); vectors of eigenvalues that meet do not turn into each other.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct SymmetricEigenvectors<T> : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("symmetric eigenvectors", TameClass.SemiAlgebraic)
        {
            IsSmooth = false,
            IsContinuous = false,
            IsLocallyLipschitz = false,
            IsBounded = true,
            PassesOnNonFinite = true,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n);
            NDArray<T> output = recording.Rent(shape);
            using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + n)));
            Span<double> values = memory.Take(stack * n), all = memory.Take(stack * length), vectors = memory.Take(shape.Count);
            HostArrays.Restore(Spectra.Keep(recording, Facts.Name, values), all);
            for (int i = 0; i < stack; i++)
            {
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                for (int row = 0; row < n; row++)
                    SignedVectors.Orient(spectrum.Vectors.Slice(row * n, n), []);
                Matrices.Transpose(spectrum.Vectors, n, vectors.Slice(i * n * n, n * n));
            }

            spectra = HostArrays.Keep(recording, all);
            HostArrays.Write(vectors, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            using HostMemory memory = new((2L * shape.Count) + ((long)stack * length) + (2 * size));
            Span<double> all = memory.Take(stack * length), w = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
            Span<double> inner = memory.Take(size), work = memory.Take(size);
            HostArrays.Restore(spectra, all);
            da.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> cotangent = w.Slice(i * size, size);
                if (!cotangent.ContainsAnyExcept(0.0))
                    continue;
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                inner.Clear();
                Matrices.AddProduct(spectrum.Vectors, cotangent, inner, n, n);
                Divide(spectrum, inner);
                spectrum.Expand(inner, da.Slice(i * size, size), work);
            }

            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            using HostMemory memory = new((3L * shape.Count) + ((long)stack * length) + (6 * size));
            Span<double> all = memory.Take(stack * length), w = memory.Take(context.Cotangent), tangents = memory.Take(context.Tangent(0));
            Span<double> dda = memory.Take(shape.Count), inner = memory.Take(size), divided = memory.Take(size), moved = memory.Take(size);
            Span<double> turning = memory.Take(size), change = memory.Take(size), work = memory.Take(size);
            HostArrays.Restore(spectra, all);
            dda.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> cotangent = w.Slice(i * size, size);
                Span<double> tangent = tangents.Slice(i * size, size);
                if (!cotangent.ContainsAnyExcept(0.0) || !tangent.ContainsAnyExcept(0.0))
                    continue;
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                inner.Clear();
                Matrices.AddProduct(spectrum.Vectors, cotangent, inner, n, n);
                spectrum.Compress(tangent, moved, work);
                moved.CopyTo(turning);
                Divide(spectrum, turning);
                inner.CopyTo(divided);
                Divide(spectrum, divided);

                // K̇ = GᵀK, and the quotients change with the eigenvalues.
                change.Clear();
                Matrices.AddTransposedProduct(turning, inner, change, n, n);
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < n; column++)
                        change[(row * n) + column] -= divided[(row * n) + column] * (moved[(column * n) + column] - moved[(row * n) + row]);
                }

                Divide(spectrum, change);
                Matrices.AddProduct(turning, divided, change, n, n);
                Matrices.AddProductTransposed(divided, turning, change, n, n);
                spectrum.Expand(change, dda.Slice(i * size, size), work);
            }

            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(SymmetricEigenvectors<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            using HostMemory memory = new((2L * shape.Count) + ((long)stack * length) + (3 * size));
            Span<double> all = memory.Take(stack * length), tangents = memory.Take(context.Tangent(0)), output = memory.Take(shape.Count);
            Span<double> turning = memory.Take(size), rows = memory.Take(size), work = memory.Take(size);
            HostArrays.Restore(spectra, all);
            output.Clear();
            for (int i = 0; i < stack; i++)
            {
                Span<double> tangent = tangents.Slice(i * size, size);
                if (!tangent.ContainsAnyExcept(0.0))
                    continue;
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                spectrum.Compress(tangent, turning, work);
                Divide(spectrum, turning);
                rows.Clear();
                Matrices.AddTransposedProduct(turning, spectrum.Vectors, rows, n, n);
                Matrices.Transpose(rows, n, output.Slice(i * size, size));
            }

            HostArrays.Write(output, context.OutputTangent);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context) => Mark(context, 1);

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context) => Mark(context, (double)ObstacleKind.Jump);

        private readonly NDArray<T> Mark(in KinkContext<T> context, double mark)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n);
            NDArray<T> marks = context.Rent(shape);
            using HostMemory memory = new(shape.Count + ((long)stack * length));
            Span<double> all = memory.Take(stack * length), found = memory.Take(shape.Count);
            HostArrays.Restore(spectra, all);
            found.Clear();
            for (int i = 0; i < stack; i++)
            {
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                for (int column = 0; column < n; column++)
                {
                    bool jumps = SignedVectors.MayFlip(spectrum.Vectors.Slice(column * n, n));
                    for (int other = 0; other < n && !jumps; other++)
                        jumps = other != column && (spectrum.MayMeet(column, other) || spectrum.Values[column] == spectrum.Values[other]);
                    for (int row = 0; row < n && jumps; row++)
                        found[(i * n * n) + (row * n) + column] = mark;
                }
            }

            HostArrays.Write(found, marks);
            return marks;
        }

        // Divides by λⱼ − λᵢ; 0 within a block.
        private static void Divide(in Spectrum spectrum, Span<double> inner)
        {
            int n = spectrum.Count;
            for (int begin = 0, end; begin < n; begin = end)
            {
                end = spectrum.BlockEnd(begin);
                for (int i = begin; i < end; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        ref double element = ref inner[(i * n) + j];
                        element = element == 0 || (j >= begin && j < end) ? 0 : element / (spectrum.Values[j] - spectrum.Values[i]);
                    }
                }
            }

            for (int i = 0; i < n && n > 0 && double.IsNaN(spectrum.Values[0]); i++)
                inner[(i * n) + i] = double.NaN;
        }
    }
}

namespace ConservativeAD
{
    /// <content>Eigenvectors.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The eigenvectors of a symmetric matrix as columns, in the order of the ascending eigenvalues; in each, the element of largest magnitude is positive.
        /// They are differentiable only where their eigenvalues are simple. Where eigenvalues meet they jump, nothing is certified, and derivatives leave out
        /// how vectors of one space turn into each other, so that functions of the space alone still have the right gradient. It is computed on the host, in
        /// double, also for arrays of a GPU. A matrix that holds NaN or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[..., n, n].</returns>
        /// <exception cref="ArgumentException">A matrix is not square or not symmetric.</exception>
        public static Var<T> SymmetricEigenvectors<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(SymmetricEigenvectors<T>));
    }
}
