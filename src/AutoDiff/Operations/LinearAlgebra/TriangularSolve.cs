using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The solution X of A·X = B for triangular A, of which only the triangle is read. Computed on the host, in double.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="isUpper">Whether the upper triangle is read, not the lower.</param>
    public struct TriangularSolve<T>(bool isUpper) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> triangles;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("triangular solve", TameClass.SemiAlgebraic) { IsUnboundedOnBoundedSets = true };

        private readonly SystemMatrix Kind => isUpper ? SystemMatrix.Upper : SystemMatrix.Lower;

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Rent(recording.Input(1).Shape);
            triangles = LinearSystems.Solve(recording, Kind, Facts.Name, x);
            return x;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) => LinearSystems.Pullback(context, Kind, triangles);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) => LinearSystems.PullbackTangent(context, Kind, triangles);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        bool IVectorises<T>.CanVectorise(in Examples<T> of) => of.ShapeOf(0).Rank == of.ShapeOf(1).Rank;

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Tape.Record(new TriangularSolve<T>(isUpper), of.All(0), of.All(1));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => LinearSystems.Tangent(context, Kind, triangles);
    }
}

namespace ConservativeAD
{
    /// <content>Triangular systems.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The solution X of A·X = B for a triangular matrix; the other triangle is not read and gets the gradient 0. The leading axes broadcast. It is
        /// computed on the host, in double, also for arrays of a GPU.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <param name="b">The right-hand sides, [..., n, k], or one vector, [n].</param>
        /// <param name="isUpper">Whether the upper triangle is read, not the lower.</param>
        /// <returns>[..., n, k], or [..., n] for a vector.</returns>
        /// <exception cref="ArgumentException">The shapes do not fit, or an element on a diagonal is 0.</exception>
        public static Var<T> TriangularSolve<T>(this Var<T> a, Var<T> b, bool isUpper = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            bool isVector = BroadcastSystem("triangular solve", ref a, ref b);
            Var<T> x = a.Tape.Record(new TriangularSolve<T>(isUpper), a, b);
            return isVector ? x.Select(-1, 0) : x;
        }
    }
}
