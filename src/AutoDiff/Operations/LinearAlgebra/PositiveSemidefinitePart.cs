using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The positive semidefinite part of a symmetric matrix, or of each of a stack: relu of its eigenvalues, which is the projection onto the cone of positive
    /// semidefinite matrices. The kinks are where an eigenvalue is 0. Computed on the host, in double.
    /// </summary>
    /// <remarks>
    /// In the basis of eigenvectors the derivative multiplies the element i, j by (relu(λᵢ) − relu(λⱼ))/(λᵢ − λⱼ) (K. Löwner, Math. Z. 1934). Its one-sided
    /// derivative on the eigenvectors of 0 is the positive semidefinite part of the compressed tangent, and Clarke's Jacobian there is the hull of the
    /// derivatives that tangents lead to (D. Sun and J. Sun, Math. Oper. Res. 2002; J. Malick and H. Sendov, Set-Valued Anal. 2006).
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="slopeAtZero">relu'(0) on the eigenvectors of 0; that of the selections if null.</param>
    public struct PositiveSemidefinitePart<T>(double? slopeAtZero) : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Derivatives of eigenvalues that are smaller, relative to the tangent, may be 0.
        private const double Undecided = 1e-10;

        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("positive semidefinite part", TameClass.SemiAlgebraic)
        {
            IsSmooth = false,
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            NDArray<T> output = recording.Rent(shape);
            using HostMemory memory = new((2L * shape.Count) + ((long)stack * (length + n)) + n);
            Span<double> all = memory.Take(stack * length), parts = memory.Take(recording.Input(0)), values = memory.Take(stack * n), row = memory.Take(n);
            spectra = Spectra.Keep(recording, Facts.Name, values);
            HostArrays.Restore(spectra, all);
            for (int i = 0; i < stack; i++)
            {
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                Span<double> weights = values.Slice(i * n, n), part = parts.Slice(i * size, size);
                Matrices.Symmetrize(part, n);
                if (n == 0 || weights[0] >= 0)
                    continue;

                // The part that is left, or the matrix without the part that is taken away, whichever has fewer eigenvectors.
                int below = 0;
                while (below < n && weights[below] < 0)
                    below++;
                bool removes = below <= n / 2;
                if (!removes)
                    part.Clear();
                for (int k = 0; k < n; k++)
                    weights[k] = double.IsNaN(weights[k]) ? double.NaN : removes ? Math.Max(-weights[k], 0) : Math.Max(weights[k], 0);
                spectrum.AddWeighted(weights, part, row);
                Matrices.Symmetrize(part, n);
            }

            HostArrays.Write(parts, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (context.Needs(0))
                Pullback(context, slopeAtZero ?? context.Selections.GetValue(Relu.AtZero), default);
        }

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context)
        {
            if (context.Needs(0))
                Pullback(context, 0, context.Tangent(0));
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            double slope = slopeAtZero ?? context.Selections.GetValue(Relu.AtZero);
            using HostMemory memory = new((3L * shape.Count) + ((long)stack * length) + (4 * size) + n);
            Span<double> all = memory.Take(stack * length), w = memory.Take(context.Cotangent), tangents = memory.Take(context.Tangent(0));
            Span<double> dda = memory.Take(shape.Count), inner = memory.Take(size), moved = memory.Take(size), change = memory.Take(size);
            Span<double> work = memory.Take(size), values = memory.Take(n);
            HostArrays.Restore(spectra, all);
            dda.Clear();
            for (int i = 0; i < stack; i++)
            {
                Span<double> cotangent = w.Slice(i * size, size), tangent = tangents.Slice(i * size, size);
                if (!cotangent.ContainsAnyExcept(0.0) || !tangent.ContainsAnyExcept(0.0))
                    continue;
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                Round(spectrum, values);
                spectrum.Compress(cotangent, inner, work);
                spectrum.Compress(tangent, moved, work);
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < n; column++)
                    {
                        double sum = 0;
                        for (int k = 0; k < n; k++)
                        {
                            double quotient = SecondQuotient(values[row], values[k], values[column], slope);
                            if (quotient != 0)
                                sum += quotient * ((moved[(row * n) + k] * inner[(k * n) + column]) + (inner[(row * n) + k] * moved[(k * n) + column]));
                        }

                        change[(row * n) + column] = sum;
                    }
                }

                spectrum.Expand(change, dda.Slice(i * size, size), work);
            }

            HostArrays.Write(dda, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new PositiveSemidefinitePart<T>(slopeAtZero));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new(2L * shape.Count);
            Span<double> tangent = memory.Take(context.Tangent(0)), output = memory.Take(shape.Count);
            Map(tangent, output, shape, 0, context.Tangent(0));
            HostArrays.Write(output, context.OutputTangent);
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n);
            NDArray<T> marks = context.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new(((long)stack * length) + stack);
            Span<double> all = memory.Take(stack * length), found = memory.Take(stack);
            HostArrays.Restore(spectra, all);
            for (int i = 0; i < stack; i++)
            {
                (int begin, int end) = AtZero(new Spectrum(all.Slice(i * length, length), n));
                found[i] = end > begin ? 1 : 0;
            }

            HostArrays.Write(found, marks);
            return marks;
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            NDArray<T> marks = context.Rent(shape);
            using HostMemory memory = new(((long)stack * length) + shape.Count);
            Span<double> all = memory.Take(stack * length), found = memory.Take(shape.Count);
            HostArrays.Restore(spectra, all);
            for (int i = 0; i < stack; i++)
                found.Slice(i * size, size).Fill(IsUnknown(new Spectrum(all.Slice(i * length, length), n)) ? (double)ObstacleKind.MayMeet : 0);
            HostArrays.Write(found, marks);
            return marks;
        }

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            using HostMemory memory = new(shape.Count + ((long)stack * length) + Spectrum.TurnMemory(n, n) + n);
            Span<double> all = memory.Take(stack * length), tangents = memory.Take(context.Tangent(0)), derivatives = memory.Take(n);
            Span<double> work = memory.Take(Spectrum.TurnMemory(n, n));
            HostArrays.Restore(spectra, all);
            bool isMet = false, isDecided = true;
            for (int i = 0; i < stack; i++)
            {
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                (int begin, int end) = AtZero(spectrum);
                if (begin == end)
                    continue;
                Span<double> tangent = tangents.Slice(i * size, size);
                Matrices.Symmetrize(tangent, n);
                spectrum.TurnBlock(begin, end, tangent, derivatives, work);
                double least = Undecided * TensorPrimitives.Norm<double>(tangent);
                isMet = true;
                for (int k = begin; k < end; k++)
                    isDecided &= Math.Abs(derivatives[k]) > least;
            }

            if (isMet)
                context.AddCurved(isDecided);
        }

        private readonly void Pullback(in PullbackContext<T> context, double slope, in NDArray<T> lockedTo)
        {
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new(2L * shape.Count);
            Span<double> cotangent = memory.Take(context.Cotangent), da = memory.Take(shape.Count);
            Map(cotangent, da, shape, slope, lockedTo);
            HostArrays.Write(da, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        // The derivative, which is symmetric: with one slope on the eigenvectors of 0, or with those that a tangent leads to.
        private readonly void Map(Span<double> matrices, Span<double> results, in Shape shape, double slope, in NDArray<T> lockedTo)
        {
            int n = shape[-1], stack = Matrices.Stack(shape), length = Spectrum.Length(n), size = n * n;
            using HostMemory memory = new(((long)stack * length) + (lockedTo.IsNone ? 0 : shape.Count) + (2 * size) + (2 * n) + Spectrum.TurnMemory(n, n));
            Span<double> all = memory.Take(stack * length), tangents = lockedTo.IsNone ? [] : memory.Take(lockedTo), inner = memory.Take(size);
            Span<double> work = memory.Take(size), values = memory.Take(n), derivatives = memory.Take(n), turning = memory.Take(Spectrum.TurnMemory(n, n));
            HostArrays.Restore(spectra, all);
            results.Clear();
            for (int i = 0; i < stack; i++)
            {
                Span<double> matrix = matrices.Slice(i * size, size), result = results.Slice(i * size, size);
                if (!matrix.ContainsAnyExcept(0.0))
                    continue;
                Spectrum spectrum = new(all.Slice(i * length, length), n);
                Round(spectrum, values);
                Matrices.Symmetrize(matrix, n);
                if (values[0] > 0)
                {
                    matrix.CopyTo(result);
                    continue;
                }

                (int begin, int end) = AtZero(spectrum);
                if (!lockedTo.IsNone && begin < end)
                {
                    Span<double> tangent = tangents.Slice(i * size, size);
                    Matrices.Symmetrize(tangent, n);
                    spectrum.TurnBlock(begin, end, tangent, derivatives, turning);
                }

                spectrum.Compress(matrix, inner, work);
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < n; column++)
                    {
                        bool isLocked = !lockedTo.IsNone && row >= begin && row < end && column >= begin && column < end;
                        double quotient = isLocked ? Quotient(derivatives[row], derivatives[column], 1) : Quotient(values[row], values[column], slope);
                        ref double element = ref inner[(row * n) + column];
                        element = quotient == 0 || element == 0 ? 0 : quotient * element;
                    }
                }

                spectrum.Expand(inner, result, work);
            }
        }

        // The eigenvalues, with 0 for those that are 0 up to their errors.
        private static void Round(in Spectrum spectrum, Span<double> values)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = spectrum.IsAtZero(i) ? 0 : spectrum.Values[i];
        }

        // The eigenvalues that are 0 up to their errors; they ascend, so they follow each other.
        private static (int Begin, int End) AtZero(in Spectrum spectrum)
        {
            int begin = 0;
            while (begin < spectrum.Count && !spectrum.IsAtZero(begin))
                begin++;
            int end = begin;
            while (end < spectrum.Count && spectrum.IsAtZero(end))
                end++;
            return (begin, end);
        }

        // Whether rounding errors hide a sign, or how far eigenvalues of both signs are apart.
        private static bool IsUnknown(in Spectrum spectrum)
        {
            int n = spectrum.Count;
            bool isUnknown = false;
            for (int i = 0; i < n && !isUnknown; i++)
            {
                isUnknown = spectrum.HasUnknownSign(i);
                for (int j = i + 1; j < n && spectrum.Values[i] < 0 && !isUnknown; j++)
                    isUnknown = spectrum.Values[j] > 0 && spectrum.HasLostGap(i, j);
            }

            return isUnknown;
        }

        // (relu(a) − relu(b))/(a − b), with its limit where both are equal, and a slope where both are 0. NaN stays NaN.
        private static double Quotient(double a, double b, double atZero)
        {
            (double high, double low) = (Math.Max(a, b), Math.Min(a, b));
            if (low >= 0 || high <= 0)
                return high == 0 && low == 0 ? atZero : low >= 0 ? 1 : 0;
            double gap = high - low;
            return double.IsInfinity(gap) ? high / 2 / ((high / 2) - (low / 2)) : high / gap;
        }

        private static double SecondQuotient(double a, double b, double c, double atZero)
        {
            (double high, double low) = (Math.Max(a, Math.Max(b, c)), Math.Min(a, Math.Min(b, c)));
            double middle = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            double difference = Quotient(high, middle, atZero) - Quotient(middle, low, atZero);
            return high == low || difference == 0 ? 0 : difference / (high - low);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Positive semidefinite parts.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The positive semidefinite part of a symmetric matrix, Σ relu(λᵢ)·vᵢvᵢᵀ, which is the nearest positive semidefinite matrix in the Frobenius norm. It
        /// is differentiable where no eigenvalue is 0, whether or not others meet. Nothing is certified where rounding errors hide the sign of an eigenvalue;
        /// those of diagonal elements alone in their row and column are exact. A positive semidefinite matrix is returned as it is. It is a function of the
        /// symmetric part of A, so the gradient is symmetric. It is computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN or an
        /// infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <param name="slopeAtZero">relu'(0) on the eigenvectors of the eigenvalue 0; that of the selections if null. Clarke in [0, 1].</param>
        /// <returns>[..., n, n].</returns>
        /// <exception cref="ArgumentException">A matrix is not square or not symmetric.</exception>
        public static Var<T> PositiveSemidefinitePart<T>(this Var<T> a, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(new PositiveSemidefinitePart<T>(slopeAtZero));
    }
}
