using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The selection where eigenvalues or singular values meet.</summary>
    public static class SymmetricEigenvalues
    {
        /// <summary>
        /// The vectors that stand for a block of equal values: "first" takes them as computed, "last" takes them in the opposite order, and the even split
        /// averages over all bases of their space.
        /// </summary>
        public static SelectionKey<TieSelection> Ties { get; } = new(
            "eigenvalues and singular values that meet", TieSelection.First, nameof(Selections.Eigenvalues))
        {
            Meaning = "the vectors of equal values: first takes them as computed, last in the opposite order, even split averages over all bases of "
                + "their space",
            Clarke = ClarkeSet.Ties,
            PyTorch = new(TieSelection.First, "torch/csrc/autograd/FunctionsManual.cpp, `linalg_eig_backward` and `svd_backward`: the vectors as computed"),
            Jax = new(TieSelection.First, "jax/_src/lax/linalg.py, `_eigh_jvp_rule` and `_svd_jvp_rule`: the vectors as computed"),
            TensorFlow = new(TieSelection.First, "tensorflow/python/ops/linalg_grad.py, `_SelfAdjointEigV2Grad` and `_SvdGrad`: the vectors as computed"),
        };
    }

    /// <summary>
    /// The eigenvalues of a symmetric matrix, ascending, or of each of a stack. The kinks are where eigenvalues meet; there the one-sided derivatives are the
    /// eigenvalues of the tangent compressed to their eigenvectors. Computed on the host, in double.
    /// </summary>
    /// <remarks>Lancaster, Numer. Math. 1964; Lewis, Nonsmooth analysis of eigenvalues, Math. Program. 1999.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="ties">The selection where eigenvalues meet; that of the selections if null.</param>
    public struct SymmetricEigenvalues<T>(TieSelection? ties) : IRule<T>, IMarksObstacles<T>, IHasLocalCurvature<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> spectra;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("symmetric eigenvalues", TameClass.SemiAlgebraic)
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
            NDArray<T> output = recording.Rent(shape.Without(-1));
            using HostMemory memory = new(output.Count);
            Span<double> values = memory.Take(output.Count);
            spectra = Spectra.Keep(recording, Facts.Name, values);
            HostArrays.Write(values, output);
            return output;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) =>
            SpectralFunctions<Spectrum>.Pullback(context, spectra, null, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties), false);

        /// <inheritdoc/>
        public readonly void LockedPullback(in PullbackContext<T> context) =>
            SpectralFunctions<Spectrum>.Pullback(context, spectra, null, TieSelection.First, true);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) =>
            SpectralFunctions<Spectrum>.PullbackTangent(context, spectra, null, ties ?? context.Selections.GetValue(SymmetricEigenvalues.Ties));

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new SymmetricEigenvalues<T>(ties));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => SpectralFunctions<Spectrum>.Tangent(context, spectra, null);

        /// <inheritdoc/>
        public readonly NDArray<T> Kinks(in KinkContext<T> context) => SpectralFunctions<Spectrum>.Mark(context, spectra, null, false);

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context) => SpectralFunctions<Spectrum>.Mark(context, spectra, null, true);

        /// <inheritdoc/>
        public readonly void SwitchingForms(in SwitchingContext<T> context) => SpectralFunctions<Spectrum>.AddForms(context, spectra, null);

        /// <inheritdoc/>
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        {
            // By Ky Fan's inequality a sum with weights that rise with the eigenvalues of a block is a maximum over orthonormal bases.
            NDArray<T> unknown = Obstacles(context);
            bool isKnown = context.Device.Count(default(Identity), unknown) == 0;
            context.Return(unknown);
            return isKnown && context.Output.Count > 0
                ? LocalCurvature.OfSorted(context.Output, false, context.Output.Shape[-1], lower, upper)
                : isKnown ? Curvature.Affine : Curvature.Unknown;
        }
    }
}

namespace ConservativeAD
{
    /// <content>Eigenvalues.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The eigenvalues of a symmetric matrix, ascending. Where some meet, the derivative along a direction is exact, and certificates know of it;
        /// eigenvalues are taken to meet if they are elements of a diagonal or belong to equal blocks, and nothing is certified where rounding errors hide
        /// whether they do. It is a function of the symmetric part of A, so the gradient is symmetric. It is computed on the host, in double, also for arrays
        /// of a GPU. A matrix that holds NaN or an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <param name="ties">
        /// What backpropagation selects where eigenvalues meet: the eigenvectors as computed (first), in the opposite order (last), or the mean over all bases
        /// of their space (even split); that of the selections if null.
        /// </param>
        /// <returns>[..., n].</returns>
        /// <exception cref="ArgumentException">A matrix is not square or not symmetric.</exception>
        public static Var<T> SymmetricEigenvalues<T>(this Var<T> a, TieSelection? ties = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a.Apply(new SymmetricEigenvalues<T>(ties));
    }
}
