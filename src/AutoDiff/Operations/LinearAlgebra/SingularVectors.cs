using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The pairs of left and right singular vectors of a matrix, or of each of a stack: a row uᵢ, vᵢ for each singular value, descending. In each uᵢ, the
    /// element of largest magnitude is positive. They jump where singular values meet or are 0, and where the largest element changes to one of the other sign.
    /// Computed on the host, in double.
    /// </summary>
    /// <remarks>
    /// With P = UᵀȦV and the parts S and T of P that are symmetric and skew-symmetric, U turns by Sᵢⱼ/(σⱼ − σᵢ) + Tᵢⱼ/(σᵢ + σⱼ) and V by the difference of the
    /// two (Townsend, Differentiating the singular value decomposition, 2016, in another arrangement). Vectors of values that meet do not turn into each other.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct SingularVectors<T> : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("singular vectors", TameClass.SemiAlgebraic)
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
            SingularSpectra.CheckMatrix(shape, Facts.Name);
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n);
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape, k, m + n));
            using HostMemory memory = new(output.Count + ((long)stack * (length + k)));
            Span<double> values = memory.Take(stack * k), all = memory.Take(stack * length), pairs = memory.Take(output.Count);
            HostArrays.Restore(SingularSpectra.Keep(recording, values), all);
            for (int i = 0; i < stack; i++)
            {
                SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
                Span<double> part = pairs.Slice(i * k * (m + n), k * (m + n));
                for (int row = 0; row < k; row++)
                    SignedVectors.Orient(spectrum.Left.Slice(row * m, m), spectrum.Right.Slice(row * n, n));
                Join(spectrum.Left, spectrum.Right, part, m, n, k);
            }

            spectra = HostArrays.Keep(recording, all);
            HostArrays.Write(pairs, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
            int pair = k * (m + n);
            using HostMemory memory = new(shape.Count + context.Cotangent.Count + ((long)stack * length) + PullBack.Memory(m, n) + (k * n));
            Span<double> all = memory.Take(stack * length), w = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
            Span<double> rows = memory.Take(k * n);
            PullBack pulled = new(memory.Take(PullBack.Memory(m, n)), m, n);
            HostArrays.Restore(spectra, all);
            da.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> cotangent = w.Slice(i * pair, pair);
                if (!cotangent.ContainsAnyExcept(0.0))
                    continue;
                SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
                Span<double> target = da.Slice(i * size, size);
                pulled.Compute(spectrum, cotangent);

                // U(K·Vᵀ + Qᵀ) + R·Vᵀ.
                pulled.Right.CopyTo(rows);
                Matrices.AddProduct(pulled.Inner, spectrum.Right, rows, k, n);
                Matrices.AddTransposedProduct(spectrum.Left, rows, target, m, n);
                Matrices.AddTransposedProduct(pulled.Left, spectrum.Right, target, m, n);
            }

            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
            int pair = k * (m + n);
            using HostMemory memory = new((2L * shape.Count) + context.Cotangent.Count + ((long)stack * length) + PullBack.Memory(m, n) + Turning.Memory(m, n)
                + (k * (k + m + (3 * n))) + (2 * k * k));
            Span<double> all = memory.Take(stack * length), w = memory.Take(context.Cotangent), tangents = memory.Take(context.Tangent(0));
            Span<double> dda = memory.Take(shape.Count), rows = memory.Take(k * n), change = memory.Take(k * k), rightMoved = memory.Take(k * n);
            Span<double> leftMoved = memory.Take(k * m), g = memory.Take(k * k), h = memory.Take(k * k);
            PullBack pulled = new(memory.Take(PullBack.Memory(m, n)), m, n);
            Turning turning = new(memory.Take(Turning.Memory(m, n)), m, n);
            HostArrays.Restore(spectra, all);
            dda.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> cotangent = w.Slice(i * pair, pair), tangent = tangents.Slice(i * size, size);
                if (!cotangent.ContainsAnyExcept(0.0) || !tangent.ContainsAnyExcept(0.0))
                    continue;
                SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
                Span<double> target = dda.Slice(i * size, size);
                pulled.Compute(spectrum, cotangent);
                turning.Compute(spectrum, tangent);
                Products(turning.Left, turning.Right, pulled, g, h);
                pulled.Change(spectrum, turning.Values, g, h, change);

                // Ṙ = −(U̇·G + U·Ġ)/σ − R·σ̇/σ, and Q̇ likewise.
                leftMoved.Clear();
                rightMoved.Clear();
                if (m > k)
                    pulled.MoveRest(spectrum, spectrum.Left, turning.Left, pulled.G, g, pulled.Left, turning.Values, leftMoved);
                if (n > k)
                    pulled.MoveRest(spectrum, spectrum.Right, turning.Right, pulled.H, h, pulled.Right, turning.Values, rightMoved);

                // U̇(K·Vᵀ + Qᵀ) + U(K̇·Vᵀ + K·V̇ᵀ + Q̇ᵀ) + Ṙ·Vᵀ + R·V̇ᵀ.
                pulled.Right.CopyTo(rows);
                Matrices.AddProduct(pulled.Inner, spectrum.Right, rows, k, n);
                Matrices.AddTransposedProduct(turning.Left, rows, target, m, n);
                Matrices.AddProduct(change, spectrum.Right, rightMoved, k, n);
                Matrices.AddProduct(pulled.Inner, turning.Right, rightMoved, k, n);
                Matrices.AddTransposedProduct(spectrum.Left, rightMoved, target, m, n);
                Matrices.AddTransposedProduct(leftMoved, spectrum.Right, target, m, n);
                Matrices.AddTransposedProduct(pulled.Left, turning.Right, target, m, n);
            }

            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(default(SingularVectors<T>));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n), size = m * n;
            int pair = k * (m + n);
            using HostMemory memory = new(shape.Count + context.OutputTangent.Count + ((long)stack * length) + Turning.Memory(m, n));
            Span<double> all = memory.Take(stack * length), tangents = memory.Take(context.Tangent(0)), output = memory.Take(context.OutputTangent.Count);
            Turning turning = new(memory.Take(Turning.Memory(m, n)), m, n);
            HostArrays.Restore(spectra, all);
            output.Clear();
            for (int i = 0; i < stack; i++)
            {
                ReadOnlySpan<double> tangent = tangents.Slice(i * size, size);
                if (!tangent.ContainsAnyExcept(0.0))
                    continue;
                turning.Compute(new(all.Slice(i * length, length), m, n), tangent);
                Join(turning.Left, turning.Right, output.Slice(i * pair, pair), m, n, k);
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
            int m = shape[-2], n = shape[-1], k = Math.Min(m, n), stack = Matrices.Stack(shape), length = SingularSpectrum.Length(m, n);
            NDArray<T> marks = context.Rent(context.Output.Shape);
            using HostMemory memory = new(marks.Count + ((long)stack * length));
            Span<double> all = memory.Take(stack * length), found = memory.Take(marks.Count);
            HostArrays.Restore(spectra, all);
            found.Clear();
            for (int i = 0; i < stack; i++)
            {
                SingularSpectrum spectrum = new(all.Slice(i * length, length), m, n);
                for (int row = 0; row < k; row++)
                {
                    bool jumps = SignedVectors.MayFlip(spectrum.Left.Slice(row * m, m)) || spectrum.IsZero(row) || spectrum.MayBeZero(row);
                    for (int other = 0; other < k && !jumps; other++)
                        jumps = other != row && (spectrum.MayMeet(row, other) || spectrum.Values[row] == spectrum.Values[other]);
                    if (jumps)
                        found.Slice(((i * k) + row) * (m + n), m + n).Fill(mark);
                }
            }

            HostArrays.Write(found, marks);
            return marks;
        }

        private static void Join(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> pairs, int m, int n, int k)
        {
            Matrices.CopyLeading(left, m, pairs, m + n, k, m);
            if (n > 0 && k > 0)
                Matrices.CopyLeading(right, n, pairs[m..], m + n, k, n);
        }

        // UᵀŪ and VᵀV̄, or their changes along turning vectors.
        private static void Products(ReadOnlySpan<double> left, ReadOnlySpan<double> right, in PullBack pulled, Span<double> g, Span<double> h)
        {
            g.Clear();
            h.Clear();
            Matrices.AddProductTransposed(left, pulled.LeftCotangent, g, pulled.Rows, pulled.Count);
            Matrices.AddProductTransposed(right, pulled.RightCotangent, h, pulled.Columns, pulled.Count);
        }

        // Over σⱼ − σᵢ or σᵢ + σⱼ; 0 where those meet or are 0.
        private static double Over(in SingularSpectrum spectrum, int i, int j, double number, int sign)
        {
            bool isLeftOut = i == j || number == 0 || (i >= spectrum.Zero && j >= spectrum.Zero) || (sign < 0 && spectrum.AreTied(i, j));
            return isLeftOut ? 0 : number / (spectrum.Values[j] + (sign * spectrum.Values[i]));
        }

        // The pullback of one matrix: K, R and Q of U·K·Vᵀ + R·Vᵀ + U·Qᵀ; R and Q as rows.
        private readonly ref struct PullBack(Span<double> numbers, int m, int n)
        {
            public readonly int Rows = m;
            public readonly int Columns = n;
            public readonly int Count = Math.Min(m, n);
            public readonly Span<double> LeftCotangent = numbers[..(Math.Min(m, n) * m)];
            public readonly Span<double> RightCotangent = numbers.Slice(Math.Min(m, n) * m, Math.Min(m, n) * n);
            public readonly Span<double> Left = numbers.Slice(Math.Min(m, n) * (m + n), Math.Min(m, n) * m);
            public readonly Span<double> Right = numbers.Slice(Math.Min(m, n) * ((2 * m) + n), Math.Min(m, n) * n);
            public readonly Span<double> G = numbers.Slice(2 * Math.Min(m, n) * (m + n), Math.Min(m, n) * Math.Min(m, n));
            public readonly Span<double> H = numbers.Slice(Math.Min(m, n) * ((2 * (m + n)) + Math.Min(m, n)), Math.Min(m, n) * Math.Min(m, n));
            public readonly Span<double> Inner = numbers.Slice(Math.Min(m, n) * ((2 * (m + n)) + (2 * Math.Min(m, n))), Math.Min(m, n) * Math.Min(m, n));

            public static int Memory(int m, int n) => Math.Min(m, n) * ((2 * (m + n)) + (3 * Math.Min(m, n)));

            public void Compute(in SingularSpectrum spectrum, ReadOnlySpan<double> cotangent)
            {
                int m = Rows, n = Columns, k = Count;
                Matrices.CopyLeading(cotangent, m + n, LeftCotangent, m, k, m);
                Matrices.CopyLeading(cotangent[m..], m + n, RightCotangent, n, k, n);
                Products(spectrum.Left, spectrum.Right, this, G, H);
                for (int i = 0; i < k; i++)
                {
                    for (int j = 0; j < k; j++)
                        Inner[(i * k) + j] = Weighed(spectrum, i, j, Skew(G, H, i, j, 1), Skew(G, H, i, j, -1));
                    if (double.IsNaN(spectrum.Values[i]))
                        Inner[(i * k) + i] = double.NaN;
                }

                Rest(spectrum, spectrum.Left, LeftCotangent, G, Left, m);
                Rest(spectrum, spectrum.Right, RightCotangent, H, Right, n);
            }

            // K̇, from Ġ and Ḣ.
            public void Change(in SingularSpectrum spectrum, ReadOnlySpan<double> moved, ReadOnlySpan<double> g, ReadOnlySpan<double> h, Span<double> change)
            {
                int k = Count;
                for (int i = 0; i < k; i++)
                {
                    for (int j = 0; j < k; j++)
                    {
                        double sum = Skew(G, H, i, j, 1), difference = Skew(G, H, i, j, -1);
                        change[(i * k) + j] = Weighed(spectrum, i, j, Skew(g, h, i, j, 1), Skew(g, h, i, j, -1))
                            - Weighed(spectrum, i, j, Over(spectrum, i, j, sum * (moved[j] - moved[i]), -1),
                                Over(spectrum, i, j, difference * (moved[i] + moved[j]), 1));
                    }
                }
            }

            public void MoveRest(in SingularSpectrum spectrum, ReadOnlySpan<double> vectors, ReadOnlySpan<double> turned, ReadOnlySpan<double> products,
                ReadOnlySpan<double> productsMoved, ReadOnlySpan<double> rest, ReadOnlySpan<double> moved, Span<double> restMoved)
            {
                int k = Count, length = k == 0 ? 0 : vectors.Length / k, zero = spectrum.Zero;
                Matrices.AddTransposedProduct(products, turned, restMoved, k, length, -1);
                Matrices.AddTransposedProduct(productsMoved, vectors, restMoved, k, length, -1);
                for (int i = 0; i < k; i++)
                {
                    Span<double> row = restMoved.Slice(i * length, length);
                    Matrices.Add(row, -moved[i], rest.Slice(i * length, length));
                    Divide(row, i < zero ? spectrum.Values[i] : 0);
                }
            }

            // (M − Mᵀ)/2 of M = G ± H.
            private double Skew(ReadOnlySpan<double> g, ReadOnlySpan<double> h, int i, int j, int sign)
            {
                int here = (i * Count) + j, mirrored = (j * Count) + i;
                return ((g[here] - g[mirrored]) + (sign * (h[here] - h[mirrored]))) / 2;
            }

            private static double Weighed(in SingularSpectrum spectrum, int i, int j, double sum, double difference) =>
                Over(spectrum, i, j, sum, -1) + Over(spectrum, i, j, difference, 1);

            // (Ū − U·G)/σ.
            private void Rest(in SingularSpectrum spectrum, ReadOnlySpan<double> vectors, ReadOnlySpan<double> cotangent, ReadOnlySpan<double> products,
                Span<double> rest, int length)
            {
                rest.Clear();
                if (length == Count)
                    return;
                int zero = spectrum.Zero;
                cotangent.CopyTo(rest);
                Matrices.AddTransposedProduct(products, vectors, rest, Count, length, -1);
                for (int i = 0; i < Count; i++)
                    Divide(rest.Slice(i * length, length), i < zero ? spectrum.Values[i] : 0);
            }

            private static void Divide(Span<double> row, double divisor)
            {
                for (int i = 0; i < row.Length; i++)
                    row[i] = divisor == 0 || row[i] == 0 ? 0 : row[i] / divisor;
            }
        }

        // The tangents of the vectors of one matrix, as rows, and of its singular values.
        private readonly ref struct Turning(Span<double> numbers, int m, int n)
        {
            public readonly Span<double> Left = numbers[..(Math.Min(m, n) * m)];
            public readonly Span<double> Right = numbers.Slice(Math.Min(m, n) * m, Math.Min(m, n) * n);
            public readonly Span<double> Values = numbers.Slice(Math.Min(m, n) * (m + n), Math.Min(m, n));
            private readonly Span<double> rest = numbers[(Math.Min(m, n) * (m + n + 1))..];
            private readonly int rows = m;
            private readonly int columns = n;

            public static int Memory(int m, int n) => Math.Min(m, n) * ((2 * (m + n)) + 1 + (3 * Math.Min(m, n)));

            public void Compute(in SingularSpectrum spectrum, ReadOnlySpan<double> tangent)
            {
                int m = rows, n = columns, k = Values.Length;
                Span<double> ofLeft = rest[..(k * n)], ofRight = rest.Slice(k * n, k * m), p = rest.Slice(k * (m + n), k * k);
                Span<double> turnLeft = rest.Slice((k * (m + n)) + (k * k), k * k), turnRight = rest.Slice((k * (m + n)) + (2 * k * k), k * k);
                ofLeft.Clear();
                ofRight.Clear();
                p.Clear();
                Matrices.AddProduct(spectrum.Left, tangent, ofLeft, m, n);
                Matrices.AddProductTransposed(spectrum.Right, tangent, ofRight, n, m);
                Matrices.AddProductTransposed(ofLeft, spectrum.Right, p, n, k);
                for (int i = 0; i < k; i++)
                {
                    Values[i] = p[(i * k) + i];
                    for (int j = 0; j < k; j++)
                    {
                        double symmetric = (p[(i * k) + j] + p[(j * k) + i]) / 2, skew = (p[(i * k) + j] - p[(j * k) + i]) / 2;
                        double one = Over(spectrum, i, j, symmetric, -1), other = Over(spectrum, i, j, skew, 1);
                        turnLeft[(i * k) + j] = one + other;
                        turnRight[(i * k) + j] = one - other;
                    }

                    if (double.IsNaN(spectrum.Values[i]))
                        turnLeft[(i * k) + i] = turnRight[(i * k) + i] = double.NaN;
                }

                Move(spectrum, spectrum.Left, turnLeft, ofRight, p, false, Left, m);
                Move(spectrum, spectrum.Right, turnRight, ofLeft, p, true, Right, n);
            }

            // What turns within the space of the vectors, and what leaves it.
            private static void Move(in SingularSpectrum spectrum, ReadOnlySpan<double> vectors, ReadOnlySpan<double> turn, Span<double> products,
                ReadOnlySpan<double> p, bool isTransposed, Span<double> moved, int length)
            {
                int k = spectrum.Count, zero = spectrum.Zero;
                moved.Clear();
                Matrices.AddTransposedProduct(turn, vectors, moved, k, length);
                if (length == k)
                    return;
                if (isTransposed)
                    Matrices.AddProduct(p, vectors, products, k, length, -1);
                else
                    Matrices.AddTransposedProduct(p, vectors, products, k, length, -1);
                for (int i = 0; i < zero; i++)
                    Matrices.Add(moved.Slice(i * length, length), 1 / spectrum.Values[i], products.Slice(i * length, length));
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Singular value decompositions.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The thin singular value decomposition A = U·diag(S)·Vᵀ. The singular values descend and have their own kinks, as
        /// <see cref="SingularValues{T}"/>. The vectors are differentiable only where their singular value is above 0 and meets no other; elsewhere they jump,
        /// nothing that uses them is certified, and derivatives leave out how vectors of one singular value turn into each other, so that functions of the
        /// spaces alone still have the right gradient. In each column of U the element of largest magnitude is positive. It is computed on the host, in double,
        /// also for arrays of a GPU. A matrix that holds NaN or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n]; k is the smaller of m and n.</param>
        /// <param name="ties">The selection where singular values meet, as for <see cref="SingularValues{T}"/>; the vectors have none.</param>
        /// <returns>U, [..., m, k], with orthonormal columns; S, [..., k]; and Vᵀ, [..., k, n], with orthonormal rows.</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes.</exception>
        public static (Var<T> U, Var<T> S, Var<T> Vt) Svd<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            SingularSpectra.CheckMatrix(a.Shape, "svd");
            int m = a.Shape[-2], n = a.Shape[-1];
            Var<T> pairs = a.Apply(default(SingularVectors<T>));
            return (pairs.Slice(-1, 0, m).Transpose(), a.SingularValues(ties), pairs.Slice(-1, m, n));
        }
    }
}
