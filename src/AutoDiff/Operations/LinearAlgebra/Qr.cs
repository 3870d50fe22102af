using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The thin QR decomposition A = Q·R of a matrix with linearly independent columns, or of each of a stack: Q above R. Q has orthonormal columns, R is upper
    /// triangular with positive diagonal. Computed on the host, in double.
    /// </summary>
    /// <remarks>
    /// With C = QᵀȦR⁻¹ and the skew-symmetric Ω that has C's lower triangle, Q̇ = ȦR⁻¹ − Q(C − Ω) and Ṙ = (C − Ω)R (Walter and Lehmann, Optim. Methods Softw.
    /// 2013).
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct Qr<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double Precision = 2.220446049250313e-16;
        private NDArray<T> factors;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("qr", TameClass.SemiAlgebraic);

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            if (shape.Rank < 2 || shape[-2] < shape[-1])
                throw new ArgumentException($"{Facts.Name}: a value of shape {shape} was given; it must be matrices with at least as many rows as columns.");
            int m = shape[-2], n = shape[-1], stack = Matrices.Stack(shape);
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape, m + n, n));
            using HostMemory memory = new((long)shape.Count + output.Count + (m * n) + m);
            Span<double> a = memory.Take(recording.Input(0)), both = memory.Take(output.Count), columns = memory.Take(m * n), work = memory.Take(m);
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> matrix = a.Slice(i * m * n, m * n);
                Span<double> part = both.Slice(i * (m + n) * n, (m + n) * n);
                if (!HostArrays.AreFinite(matrix))
                {
                    part.Fill(double.NaN);
                    continue;
                }

                Matrices.Transpose(matrix, n, columns);
                Factorise(columns, m, n, part, work, i, shape);
            }

            factors = HostArrays.Keep(recording, both);
            HostArrays.Write(both, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], stack = Matrices.Stack(shape), size = (m + n) * n;
            using HostMemory memory = new((2L * context.Cotangent.Count) + shape.Count + (2 * size) + (n * n) + (2 * m * n));
            Span<double> w = memory.Take(context.Cotangent), both = memory.Take(context.Cotangent.Count), da = memory.Take(shape.Count);
            Span<double> factor = memory.Take(size), weights = memory.Take(size), inner = memory.Take(n * n);
            Span<double> all = memory.Take(m * n), rest = memory.Take(m * n);
            HostArrays.Restore(factors, both);
            da.Clear();
            for (int i = 0; i < stack; i++)
            {
                int k = Leading(w.Slice(i * size, size), m, n);
                Take(both.Slice(i * size, size), factor, m, n, k);
                Take(w.Slice(i * size, size), weights, m, n, k);
                Gradient(factor[..((m + k) * k)], weights[..((m + k) * k)], inner[..(k * k)], all[..(m * k)], rest, m, k);
                Matrices.CopyLeading(all, k, da.Slice(i * m * n, m * n), n, m, k);
            }

            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], stack = Matrices.Stack(shape), size = (m + n) * n;
            using HostMemory memory = new((3L * context.Cotangent.Count) + shape.Count + (3 * size) + (2 * n * n) + (3 * m * n));
            Span<double> w = memory.Take(context.Cotangent), both = memory.Take(context.Cotangent.Count), moved = memory.Take(context.OutputTangent);
            Span<double> dda = memory.Take(shape.Count), factor = memory.Take(size), weights = memory.Take(size), tangent = memory.Take(size);
            Span<double> inner = memory.Take(n * n), change = memory.Take(n * n), gradient = memory.Take(m * n), all = memory.Take(m * n);
            Span<double> rest = memory.Take(m * n);
            HostArrays.Restore(factors, both);
            dda.Clear();
            for (int i = 0; i < stack; i++)
            {
                // The gradient is N·R⁻ᵀ with N = Q̄ + Q·S(M), M = R·R̄ᵀ − Q̄ᵀ·Q; it changes by (Ṅ − Ā·Ṙᵀ)·R⁻ᵀ.
                int k = Leading(w.Slice(i * size, size), m, n), count = (m + k) * k;
                Take(both.Slice(i * size, size), factor, m, n, k);
                Take(w.Slice(i * size, size), weights, m, n, k);
                Take(moved.Slice(i * size, size), tangent, m, n, k);
                ReadOnlySpan<double> q = factor[..(m * k)], r = factor[(m * k)..count], dq = tangent[..(m * k)], dr = tangent[(m * k)..count];
                Gradient(factor[..count], weights[..count], inner[..(k * k)], gradient[..(m * k)], rest, m, k);
                Inner(dq, dr, weights[..count], change[..(k * k)], k);
                Span<double> part = all[..(m * k)];
                part.Clear();
                Matrices.AddProduct(dq, inner, part, k, k);
                Matrices.AddProduct(q, change, part, k, k);
                Matrices.AddProductTransposed(gradient[..(m * k)], dr, part, k, k, -1);
                DivideRight(part, r, rest, m, k);
                Matrices.CopyLeading(part, k, dda.Slice(i * m * n, m * n), n, m, k);
            }

            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(Qr<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], stack = Matrices.Stack(shape), size = (m + n) * n;
            using HostMemory memory = new((2L * context.OutputTangent.Count) + shape.Count + (n * n) + (m * n));
            Span<double> da = memory.Take(context.Tangent(0)), both = memory.Take(context.OutputTangent.Count), moved = memory.Take(both.Length);
            Span<double> c = memory.Take(n * n), work = memory.Take(m * n);
            HostArrays.Restore(factors, both);
            moved.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> factor = both.Slice(i * size, size), q = factor[..(m * n)], r = factor[(m * n)..];
                Span<double> part = da.Slice(i * m * n, m * n), dq = moved.Slice(i * size, m * n), dr = moved.Slice((i * size) + (m * n), n * n);
                Matrices.Transpose(part, n, work);
                Triangle.SolveUpperTransposed(r, n, work, m);
                Matrices.Transpose(work, m, part);
                c.Clear();
                Matrices.AddTransposedProduct(q, part, c, n, n);

                // C − Ω: upper triangular.
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < row; column++)
                    {
                        c[(column * n) + row] += c[(row * n) + column];
                        c[(row * n) + column] = 0;
                    }
                }

                part.CopyTo(dq);
                Matrices.AddProduct(q, c, dq, n, n, -1);
                Matrices.AddProduct(c, r, dr, n, n);
            }

            HostArrays.Write(moved, context.OutputTangent);
        }

        // Householder's reflections of the columns, which are rows here.
        private static void Factorise(Span<double> columns, int m, int n, Span<double> both, Span<double> work, int index, in Shape shape)
        {
            Span<double> q = both[..(m * n)], r = both[(m * n)..];
            r.Clear();
            double size = TensorPrimitives.Norm<double>(columns);
            for (int k = 0; k < n; k++)
            {
                Span<double> column = columns.Slice(k * m, m), tail = column[k..];
                for (int i = 0; i < k; i++)
                    r[(i * n) + k] = column[i];
                double norm = TensorPrimitives.Norm<double>(tail);
                if (!(norm > n * Precision * size))
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                        $"{Facts.Name}: the columns of {Matrices.Name(index, shape)} are linearly dependent: pivot {k} of {n} is {norm:g3}, and the norm "
                            + $"of the matrix is {size:g3}."));
                double alpha = tail[0] > 0 ? -norm : norm;
                r[(k * n) + k] = alpha;
                tail[0] -= alpha;
                TensorPrimitives.Divide(tail, TensorPrimitives.Norm<double>(tail), tail);
                for (int j = k + 1; j < n; j++)
                    Reflect(tail, columns.Slice((j * m) + k, m - k));
            }

            for (int j = 0; j < n; j++)
            {
                work.Clear();
                work[j] = 1;
                for (int k = j; k >= 0; k--)
                    Reflect(columns.Slice((k * m) + k, m - k), work[k..]);
                double sign = Math.Sign(r[(j * n) + j]);
                for (int i = 0; i < m; i++)
                    q[(i * n) + j] = sign * work[i];
                Span<double> row = r.Slice(j * n, n);
                TensorPrimitives.Multiply(row, sign, row);
            }
        }

        private static void Reflect(ReadOnlySpan<double> normal, Span<double> vector) =>
            TensorPrimitives.MultiplyAdd(normal, -2 * TensorPrimitives.Dot(normal, vector), vector, vector);

        // (Q̄ + Q·S)·R⁻ᵀ.
        private static void Gradient(
            ReadOnlySpan<double> factor, ReadOnlySpan<double> weights, Span<double> inner, Span<double> gradient, Span<double> work, int m, int n)
        {
            ReadOnlySpan<double> q = factor[..(m * n)], r = factor[(m * n)..];
            Inner(q, r, weights, inner, n);
            weights[..(m * n)].CopyTo(gradient);
            Matrices.AddProduct(q, inner, gradient, n, n);
            DivideRight(gradient, r, work, m, n);
        }

        // The columns up to the last whose cotangent is not 0; they depend on as many columns of the matrix.
        private static int Leading(ReadOnlySpan<double> w, int m, int n)
        {
            int k = 0;
            for (int i = 0; i < m + n; i++)
            {
                for (int j = Math.Max(k, i - m); j < n; j++)
                    k = w[(i * n) + j] != 0 ? j + 1 : k;
            }

            return k;
        }

        private static void Take(ReadOnlySpan<double> both, Span<double> part, int m, int n, int k)
        {
            Matrices.CopyLeading(both, n, part, k, m, k);
            Matrices.CopyLeading(both[(m * n)..], n, part[(m * k)..], k, k, k);
        }

        // The lower triangle of R·R̄ᵀ − Q̄ᵀ·Q, mirrored.
        private static void Inner(ReadOnlySpan<double> q, ReadOnlySpan<double> r, ReadOnlySpan<double> w, Span<double> inner, int n)
        {
            inner.Clear();
            Matrices.AddProductTransposed(r, w[q.Length..], inner, n, n);
            Matrices.AddTransposedProduct(w[..q.Length], q, inner, n, n, -1);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < i; j++)
                    inner[(j * n) + i] = inner[(i * n) + j];
            }
        }

        // X ← X·R⁻ᵀ.
        private static void DivideRight(Span<double> x, ReadOnlySpan<double> r, Span<double> work, int m, int n)
        {
            work = work[..x.Length];
            Matrices.Transpose(x, n, work);
            Triangle.SolveUpper(r, n, work, m);
            Matrices.Transpose(work, m, x);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Orthogonal factors and least squares.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The thin QR decomposition A = Q·R: Q has orthonormal columns, R is upper triangular with positive diagonal. It is computed on the host, in double,
        /// also for arrays of a GPU. A matrix that holds NaN or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n] with m ≥ n.</param>
        /// <returns>Q, [..., m, n], and R, [..., n, n].</returns>
        /// <exception cref="ArgumentException">A matrix has fewer rows than columns, or its columns are linearly dependent.</exception>
        public static (Var<T> Q, Var<T> R) Qr<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Var<T> both = a.Apply(default(Qr<T>));
            int rows = a.Shape[-2], columns = a.Shape[-1];
            return (both.Slice(-2, 0, rows), both.Slice(-2, rows, columns));
        }

        /// <summary>
        /// The X that minimises ‖A·X − B‖, for a matrix of full rank, by its QR decomposition; for fewer rows than columns, the solution of least norm. The
        /// leading axes broadcast.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n].</param>
        /// <param name="b">The right-hand sides, [..., m, k], or one vector, [m].</param>
        /// <returns>[..., n, k], or [..., n] for a vector.</returns>
        /// <exception cref="ArgumentException">The shapes do not fit, or a matrix is not of full rank.</exception>
        public static Var<T> LeastSquares<T>(this Var<T> a, Var<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape matrices = a.Shape, given = b.Shape;
            bool isVector = given.Rank == 1;
            if (matrices.Rank < 2 || given.Rank == 0 || given[isVector ? 0 : -2] != matrices[-2])
                throw new ArgumentException(
                    $"least squares: shapes {matrices} and {given} do not fit; the right-hand side must have as many rows as the matrix.");
            if (isVector)
                b = b.Reshape(given[0], 1);
            bool isTall = matrices[-2] >= matrices[-1];
            (Var<T> q, Var<T> r) = isTall ? a.Qr() : a.Transpose().Qr();
            Var<T> x = isTall ? r.TriangularSolve(q.Transpose().MatMul(b), true) : q.MatMul(r.Transpose().TriangularSolve(b));
            return isVector ? x.Select(-1, 0) : x;
        }
    }
}
