using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The singular values of a matrix, descending, or of each of a stack. The kinks are where singular values meet and where they are 0. Computed on the
    /// host, in double.
    /// </summary>
    /// <remarks>Lewis and Sendov, Nonsmooth analysis of singular values, Set-Valued Anal. 2005.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="ties">The selection where singular values meet; that of the selections if null.</param>
    public struct SingularValues<T>(TieSelection? ties) : IRule<T>, IMarksObstacles<T>, IHasLocalCurvature<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("singular values", TameClass.SemiAlgebraic)
        {
            IsSmooth = false,
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            SingularSpectra.CheckMatrix(shape, Facts.Name);
            NDArray<T> output = recording.Rent(Matrices.Replaced(shape, Math.Min(shape[-2], shape[-1])));
            using HostMemory memory = new(output.Count);
            Span<double> values = memory.Take(output.Count);
            spectra = SingularSpectra.Keep(recording, values);
            HostArrays.Write(values, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.Pullback(context, spectra, null, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties), false);

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.Pullback(context, spectra, null, TieSelection.First, true);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) =>
            SpectralFunctions<SingularSpectrum>.PullbackTangent(context, spectra, null, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new SingularValues<T>(ties));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => SpectralFunctions<SingularSpectrum>.Tangent(context, spectra, null);

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context) => SpectralFunctions<SingularSpectrum>.Mark(context, spectra, null, false);

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context) => SpectralFunctions<SingularSpectrum>.Mark(context, spectra, null, true);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context) => SpectralFunctions<SingularSpectrum>.AddForms(context, spectra, null);

        /// <inheritdoc/>
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper) =>
            SingularSpectra.CurvatureUnder(context, spectra, lower, upper);
    }
}

namespace ConservativeAD
{
    /// <content>Singular values.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The singular values of a matrix, descending. Where some meet or are 0, the derivative along a direction is exact, and certificates know of it; they
        /// are taken to meet or to be 0 where the matrix shows it (rows and columns with at most one element, equal blocks), and nothing is certified where
        /// rounding errors hide whether they do. They are computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN or an infinity
        /// gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., m, n].</param>
        /// <param name="ties">
        /// What backpropagation selects where singular values meet: the vectors as computed (first), in the opposite order (last), or the mean over all bases
        /// of their spaces (even split), which is 0 for singular values of 0; that of the selections if null.
        /// </param>
        /// <returns>[..., min(m, n)].</returns>
        /// <exception cref="ArgumentException">The value has fewer than two axes.</exception>
        public static Var<T> SingularValues<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(new SingularValues<T>(ties));
    }
}
