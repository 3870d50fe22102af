using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The sum of the k largest singular values of a matrix, or of each of a stack: Ky Fan's norm, which is the spectral norm for k = 1 and the nuclear norm
    /// if all are summed. It is convex; the kinks are where the k-th largest singular value meets the next one or is 0. Computed on the host, in double.
    /// </summary>
    /// <remarks>Watson, Linear Algebra Appl. 1992.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">The number of singular values, k.</param>
    /// <param name="ties">The selection where singular values meet; that of the selections if null.</param>
    public struct SumOfLargestSingularValues<T>(int count, TieSelection? ties) : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sum of largest singular values", TameClass.SemiAlgebraic)
        {
            IsSmooth = false,
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Convex,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            SingularSpectra.CheckMatrix(shape, Facts.Name);
            int k = Math.Min(shape[-2], shape[-1]), stack = Matrices.Stack(shape);
            if (count < 1 || count > k)
                throw new ArgumentOutOfRangeException(
                    nameof(recording), count, $"{Facts.Name}: {count} singular values of shape {shape} were asked for; there are {k}.");
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new(((long)stack * k) + stack);
            Span<double> values = memory.Take(stack * k), sums = memory.Take(stack);
            spectra = SingularSpectra.Keep(recording, values);
            for (int i = 0; i < stack; i++)
                sums[i] = TensorPrimitives.Sum<double>(values.Slice(i * k, count));
            HostArrays.Write(sums, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.Pullback(context, spectra, count, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties), false);

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.Pullback(context, spectra, count, TieSelection.First, true);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.PullbackTangent(context, spectra, count, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new SumOfLargestSingularValues<T>(count, ties));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => SpectralFunctions<SingularSpectrum>.Tangent(context, spectra, count);

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context) => SpectralFunctions<SingularSpectrum>.Mark(context, spectra, count, false);

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context) => SpectralFunctions<SingularSpectrum>.Mark(context, spectra, count, true);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context) => SpectralFunctions<SingularSpectrum>.AddForms(context, spectra, count);
    }
}

namespace ConservativeAD
{
    /// <content>Norms of matrices.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The sum of the k largest singular values of a matrix, Ky Fan's norm, a convex function. See <see cref="SingularValues"/> for when singular values
        /// are taken to meet.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n].</param>
        /// <param name="count">The number of singular values, from 1 to min(m, n).</param>
        /// <param name="ties">The selection where singular values meet, as for <see cref="SingularValues"/>.</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes, or a matrix has fewer singular values.</exception>
        public static Var<T> SumOfLargestSingularValues<T>(this Var<T> a, int count, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(new SumOfLargestSingularValues<T>(count, ties));

        /// <summary>The spectral norm of a matrix, its largest singular value; convex.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n]; at least one element each.</param>
        /// <param name="ties">The selection where singular values meet, as for <see cref="SingularValues"/>.</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes, or matrices without elements.</exception>
        public static Var<T> SpectralNorm<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.SumOfLargestSingularValues(1, ties);

        /// <summary>
        /// The nuclear norm of a matrix, the sum of its singular values; convex. At a matrix U·S·Vᵀ of lower rank its Clarke set is {UVᵀ + W}, with WᵀU = 0,
        /// WV = 0 and ‖W‖ ≤ 1.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n]; at least one element each.</param>
        /// <param name="ties">The selection where singular values are 0, as for <see cref="SingularValues"/>.</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes, or matrices without elements.</exception>
        public static Var<T> NuclearNorm<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            SingularSpectra.CheckMatrix(a.Shape, "nuclear norm");
            return a.SumOfLargestSingularValues(Math.Min(a.Shape[-2], a.Shape[-1]), ties);
        }
    }
}
