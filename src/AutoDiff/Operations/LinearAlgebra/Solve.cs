using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The solution X of A·X = B, for stacks of matrices. Computed on the host, in double.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public struct Solve<T> : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> factors;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("solve", TameClass.SemiAlgebraic) { IsUnboundedOnBoundedSets = true };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Rent(recording.Input(1).Shape);
            factors = LinearSystems.Solve(recording, SystemMatrix.General, Facts.Name, x);
            return x;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context) => LinearSystems.Pullback(context, SystemMatrix.General, factors);

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context) => LinearSystems.PullbackTangent(context, SystemMatrix.General, factors);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

        bool IVectorises<T>.CanVectorise(in Examples<T> of) => of.ShapeOf(0).Rank == of.ShapeOf(1).Rank;

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Tape.Record(default(Solve<T>), of.All(0), of.All(1));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context) => LinearSystems.Tangent(context, SystemMatrix.General, factors);
    }
}

namespace ConservativeAD
{
    /// <content>Linear systems.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The solution X of A·X = B. The leading axes broadcast. It is computed on the host, in double, also for arrays of a GPU. A matrix that holds NaN or
        /// an infinity gives NaN.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <param name="b">The right-hand sides, [..., n, k], or one vector, [n].</param>
        /// <returns>[..., n, k], or [..., n] for a vector.</returns>
        /// <exception cref="ArgumentException">The shapes do not fit, or a matrix is singular to working precision.</exception>
        public static Var<T> Solve<T>(this Var<T> a, Var<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            bool isVector = BroadcastSystem("solve", ref a, ref b);
            Var<T> x = a.Tape.Record(default(Solve<T>), a, b);
            return isVector ? x.Select(-1, 0) : x;
        }

        /// <summary>
        /// The inverse of a square matrix: the solution of A·X = I. Solve with a right-hand side instead where there is one; that is faster and more accurate.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="a">The matrices, [..., n, n].</param>
        /// <returns>[..., n, n].</returns>
        /// <exception cref="ArgumentException">The matrices are not square, or one is singular to working precision.</exception>
        public static Var<T> Inverse<T>(this Var<T> a)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = a.Shape;
            Matrices.CheckSquare(shape, "inverse");
            T[] identity = new T[shape[-1] * shape[-1]];
            for (int i = 0; i < identity.Length; i += shape[-1] + 1)
                identity[i] = T.One;
            return a.Solve(a.Tape.Constant(Shape.Of(shape[-1], shape[-1]), identity));
        }

        // Brings both operands to equal leading axes; true if the right-hand side was a vector.
        private static bool BroadcastSystem<T>(string operation, ref Var<T> a, ref Var<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Matrices.CheckSquare(a.Shape, operation);
            Shape given = b.Shape, matrices = a.Shape;
            bool isVector = given.Rank == 1;
            if (given.Rank == 0 || given[isVector ? 0 : -2] != matrices[-1])
                throw new ArgumentException(
                    $"{operation}: shapes {matrices} and {given} do not fit; the right-hand side must have as many rows as the matrix.");
            if (isVector)
                b = b.Reshape(given[0], 1);
            Shape right = b.Shape;
            if (matrices.Rank == 2 && right.Rank == 2)
                return isVector;
            Shape leading = Shape.Broadcast(matrices.Without(-1).Without(-1), right.Without(-1).Without(-1), operation);
            Span<int> extents = stackalloc int[leading.Rank + 2];
            leading.CopyTo(extents);
            extents[^2] = matrices[-1];
            extents[^1] = matrices[-1];
            Shape full = new(extents);
            extents[^1] = right[-1];
            Shape sides = new(extents);
            a = matrices == full ? a : a.Apply(new BroadcastTo<T>(full));
            b = right == sides ? b : b.Apply(new BroadcastTo<T>(sides));
            return isVector;
        }
    }
}
