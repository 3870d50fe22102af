using System.Numerics;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The sum of the k largest eigenvalues of a symmetric matrix, or of each of a stack. It is convex; the kinks are where the k-th largest eigenvalue meets
    /// the next one, and the Clarke set there is {UMUᵀ}, with M between 0 and I and of given trace on the eigenvectors that meet. Computed on the host, in
    /// double.
    /// </summary>
    /// <remarks>Fan, PNAS 1949; Overton and Womersley, Math. Program. 1993.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">The number of eigenvalues, k.</param>
    /// <param name="ties">The selection where eigenvalues meet; that of the selections if null.</param>
    public struct SumOfLargestEigenvalues<T>(int count, TieSelection? ties) : IRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sum of largest eigenvalues", TameClass.SemiAlgebraic)
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
            Matrices.CheckSquare(shape, Facts.Name);
            int n = shape[-1], stack = Matrices.Stack(shape);
            if (count < 1 || count > n)
                throw new ArgumentOutOfRangeException(
                    nameof(recording), count, $"{Facts.Name}: {count} eigenvalues of shape {shape} were asked for; there are {n}.");
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape));
            using HostMemory memory = new(((long)stack * n) + stack);
            Span<double> values = memory.Take(stack * n), sums = memory.Take(stack);
            spectra = Spectra.Keep(recording, Facts.Name, values);
            for (int i = 0; i < stack; i++)
                sums[i] = TensorPrimitives.Sum<double>(values.Slice((i * n) + n - count, count));
            HostArrays.Write(sums, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) =>
            SpectralFunctions<Spectrum>.Pullback(context, spectra, count, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties), false);

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context) =>
            SpectralFunctions<Spectrum>.Pullback(context, spectra, count, TieSelection.First, true);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) =>
            SpectralFunctions<Spectrum>.PullbackTangent(context, spectra, count, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new SumOfLargestEigenvalues<T>(count, ties));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => SpectralFunctions<Spectrum>.Tangent(context, spectra, count);

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context) => SpectralFunctions<Spectrum>.Mark(context, spectra, count, false);

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context) => SpectralFunctions<Spectrum>.Mark(context, spectra, count, true);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context) => SpectralFunctions<Spectrum>.AddForms(context, spectra, count);
    }
}

namespace ConservativeAD
{
    /// <content>Largest and smallest eigenvalues.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The sum of the k largest eigenvalues of a symmetric matrix, a convex function. It is smooth unless the k-th largest eigenvalue meets the next one,
        /// whatever the others do. See <see cref="SymmetricEigenvalues"/> for when eigenvalues are taken to meet.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <param name="count">The number of eigenvalues, from 1 to n.</param>
        /// <param name="ties">
        /// What backpropagation selects where eigenvalues meet: the eigenvectors as computed (first), in the opposite order (last), or the mean over all bases
        /// of their space (even split); that of the selections if null.
        /// </param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">A matrix is not square or not symmetric, or has fewer eigenvalues.</exception>
        public static Var<T> SumOfLargestEigenvalues<T>(this Var<T> a, int count, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(new SumOfLargestEigenvalues<T>(count, ties));

        /// <summary>The largest eigenvalue of a symmetric matrix, a convex function; at a multiple of I its Clarke set is {M ⪰ 0, tr M = 1}.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n]; at least one row.</param>
        /// <param name="ties">The selection where eigenvalues meet, as for <see cref="SumOfLargestEigenvalues"/>.</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">A matrix is not square, not symmetric or empty.</exception>
        public static Var<T> LargestEigenvalue<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.SumOfLargestEigenvalues(1, ties);

        /// <summary>The smallest eigenvalue of a symmetric matrix, a concave function: −λ_max(−A).</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n]; at least one row.</param>
        /// <param name="ties">The selection where eigenvalues meet, as for <see cref="SumOfLargestEigenvalues"/>.</param>
        /// <returns>[...].</returns>
        /// <exception cref="ArgumentException">A matrix is not square, not symmetric or empty.</exception>
        public static Var<T> SmallestEigenvalue<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => -(-a).SumOfLargestEigenvalues(1, ties);
    }
}
