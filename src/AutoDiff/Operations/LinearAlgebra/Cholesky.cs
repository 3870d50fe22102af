using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The lower triangular L with positive diagonal and A = L·Lᵀ, for symmetric positive definite A, or for a stack of them. Computed on the host, in double.
    /// </summary>
    /// <remarks>The derivatives are those of Murray, arXiv 1602.07527: L̇ = L·Φ(L⁻¹ȦL⁻ᵀ), where Φ takes the lower triangle with half the diagonal.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct Cholesky<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> factors;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cholesky", TameClass.SemiAlgebraic);

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape);
            NDArray<T> output = recording.Rent(shape);
            using HostMemory memory = new(output.Count);
            Span<double> a = memory.Take(recording.Input(0));
            for (int i = 0; i < stack; i++)
            {
                Span<double> matrix = a.Slice(i * n * n, n * n);
                if (!HostArrays.AreFinite(matrix))
                {
                    matrix.Fill(double.NaN);
                    continue;
                }

                SymmetricMatrices.Check<T>(matrix, n, Facts.Name, i, shape);
                Factorise(matrix, n, i, shape);
            }

            factors = HostArrays.Keep(recording, a);
            HostArrays.Write(a, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Cotangent.Shape;
            int n = shape[-1], size = n * n;
            using HostMemory memory = new((2L * shape.Count) + (4 * size));
            Span<double> l = memory.Take(shape.Count), w = memory.Take(context.Cotangent);
            Span<double> factor = memory.Take(size), weights = memory.Take(size), s = memory.Take(size), work = memory.Take(size);
            HostArrays.Restore(factors, l);
            for (int start = 0; start < w.Length; start += size)
            {
                Span<double> part = w.Slice(start, size);
                int k = Leading(part, n);
                Matrices.CopyLeading(l.Slice(start, size), n, factor, k, k, k);
                Matrices.CopyLeading(part, n, weights, k, k, k);
                Inner(factor[..(k * k)], weights[..(k * k)], s[..(k * k)], k);
                Outer(factor[..(k * k)], s[..(k * k)], weights[..(k * k)], work[..(k * k)], k);
                part.Clear();
                Matrices.CopyLeading(weights, k, part, n, k, k);
            }

            HostArrays.Write(w, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Cotangent.Shape;
            int n = shape[-1], size = n * n;
            using HostMemory memory = new((3L * shape.Count) + (7 * size));
            Span<double> l = memory.Take(shape.Count), w = memory.Take(context.Cotangent), moved = memory.Take(context.OutputTangent);
            Span<double> all = memory.Take(7 * size);
            HostArrays.Restore(factors, l);
            for (int start = 0; start < w.Length; start += size)
            {
                // Ā = L⁻ᵀSL⁻¹ with S from LᵀL̄, so its derivative is L⁻ᵀ(Ṡ − NᵀS − SN)L⁻¹ with N = L⁻¹L̇.
                Span<double> part = w.Slice(start, size);
                int k = Leading(part, n), count = k * k;
                Span<double> factor = all[..count], weights = all.Slice(count, count), tangent = all.Slice(2 * count, count);
                Span<double> s = all.Slice(3 * count, count), change = all.Slice(4 * count, count), ratio = all.Slice(5 * count, count);
                Matrices.CopyLeading(l.Slice(start, size), n, factor, k, k, k);
                Matrices.CopyLeading(part, n, weights, k, k, k);
                Matrices.CopyLeading(moved.Slice(start, size), n, tangent, k, k, k);
                Inner(factor, weights, s, k);
                Inner(tangent, weights, change, k);
                tangent.CopyTo(ratio);
                Triangle.SolveLower(factor, k, ratio, k);
                Matrices.AddTransposedProduct(ratio, s, change, k, k, -1);
                Matrices.AddProduct(s, ratio, change, k, k, -1);
                Outer(factor, change, weights, all.Slice(6 * count, count), k);
                part.Clear();
                Matrices.CopyLeading(weights, k, part, n, k, k);
            }

            HostArrays.Write(w, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(Cholesky<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.OutputTangent.Shape;
            int n = shape[-1], size = n * n;
            using HostMemory memory = new((3L * shape.Count) + size);
            Span<double> l = memory.Take(shape.Count), da = memory.Take(context.Tangent(0)), dl = memory.Take(shape.Count), work = memory.Take(size);
            HostArrays.Restore(factors, l);
            dl.Clear();
            for (int start = 0; start < da.Length; start += size)
            {
                ReadOnlySpan<double> factor = l.Slice(start, size);
                Span<double> part = da.Slice(start, size);
                Matrices.Symmetrize(part, n);
                Triangle.SolveLower(factor, n, part, n);
                Matrices.Transpose(part, n, work);
                Triangle.SolveLower(factor, n, work, n);
                for (int i = 0; i < n; i++)
                {
                    work[(i * n) + i] /= 2;
                    work.Slice((i * n) + i + 1, n - i - 1).Clear();
                }

                Matrices.AddProduct(factor, work, dl.Slice(start, size), n, n);
            }

            HostArrays.Write(dl, context.OutputTangent);
        }

        private static void Factorise(Span<double> a, int n, int index, in Shape shape)
        {
            for (int i = 0; i < n; i++)
            {
                Span<double> row = a.Slice(i * n, n);
                for (int j = 0; j <= i; j++)
                {
                    ReadOnlySpan<double> other = a.Slice(j * n, j);
                    double rest = row[j] - System.Numerics.Tensors.TensorPrimitives.Dot(row[..j], other);
                    if (j < i)
                    {
                        row[j] = rest / a[(j * n) + j];
                        continue;
                    }

                    if (!(rest > 0))
                        throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                            $"{Facts.Name}: {Matrices.Name(index, shape)} is not positive definite: pivot {i} of {n} is {rest:g6}."));
                    row[j] = Math.Sqrt(rest);
                }

                row[(i + 1)..].Clear();
            }
        }

        // The rows of the factor up to the last whose cotangent is not 0; they depend on as many rows and columns of the matrix.
        private static int Leading(ReadOnlySpan<double> w, int n)
        {
            int k = n;
            while (k > 0 && !w.Slice((k - 1) * n, k).ContainsAnyExcept(0.0))
                k--;
            return k;
        }

        // S: the lower triangle of LᵀW with half the diagonal, as its symmetric part.
        private static void Inner(ReadOnlySpan<double> l, ReadOnlySpan<double> w, Span<double> s, int n)
        {
            s.Clear();
            Matrices.AddTransposedProduct(l, w, s, n, n);
            for (int i = 0; i < n; i++)
            {
                s[(i * n) + i] /= 2;
                for (int j = 0; j < i; j++)
                    s[(i * n) + j] = s[(j * n) + i] = s[(i * n) + j] / 2;
            }
        }

        // L⁻ᵀSL⁻¹.
        private static void Outer(ReadOnlySpan<double> l, Span<double> s, Span<double> result, Span<double> work, int n)
        {
            Triangle.SolveLowerTransposed(l, n, s, n);
            Matrices.Transpose(s, n, work);
            Triangle.SolveLowerTransposed(l, n, work, n);
            work.CopyTo(result);
            Matrices.Symmetrize(result, n);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Cholesky factors.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The Cholesky factor of a symmetric positive definite matrix: the lower triangular L with positive diagonal and A = L·Lᵀ. It is a function of the
        /// symmetric part of A, so the gradient is symmetric. It is computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN or an
        /// infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[..., n, n].</returns>
        /// <exception cref="ArgumentException">A matrix is not square, not symmetric or not positive definite.</exception>
        public static Var<T> Cholesky<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(default(Cholesky<T>));
    }
}
