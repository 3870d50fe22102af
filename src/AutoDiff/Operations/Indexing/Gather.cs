using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Reads elements along an axis at given indices.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="indices">The position to read for every output element; the input's shape except along the axis.</param>
    public struct Gather<T>(int axis, NDArray<int> indices) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, true);
        private NDArray<int> indices = indices;
        private NDArray<T> x;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("gather", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            x = recording.ContiguousInput(0);
            if (indices.Shape.Rank != x.Shape.Rank || indices.Shape.With(axes.Axis, x.Shape[axes.Axis]) != x.Shape)
                throw new ArgumentException(
                    $"gather: indices of shape {indices.Shape} do not fit an input of shape {x.Shape}; they may differ along axis {axes.Axis} only.");
            indices = recording.Keep(indices);
            NDArray<T> y = recording.Rent(indices.Shape);
            recording.Device.GatherAlong(x.Reshape(axes.Lanes(x.Shape)), LaneIndices, y.Reshape(LaneIndices.Shape));
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.ScatterAddAlong(context.Cotangent.Reshape(LaneIndices.Shape), LaneIndices, target.Reshape(axes.Lanes(target.Shape)), accumulate);
        }

        readonly void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            Dependence.Elements(Along(indices, axes, x.Shape), x.Shape);

        // The element of an array of another extent along the axis that each index names.
        internal static int[] Along(in NDArray<int> indices, in ReducedAxes axes, in Shape shape)
        {
            Shape lanes = axes.Lanes(indices.Shape);
            int length = axes.Length(shape);
            int[] elements = indices.ToArray();
            for (int i = 0; i < elements.Length; i++)
                elements[i] = (((i / (lanes[1] * lanes[2]) * length) + elements[i]) * lanes[2]) + (i % lanes[2]);
            return elements;
        }

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new Gather<T>(axes.Axis + 1, of.Repeated(indices)));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
            context.Device.GatherAlong(dx.Reshape(axes.Lanes(dx.Shape)), LaneIndices, context.OutputTangent.Reshape(LaneIndices.Shape));
            context.ReturnCopy(copy);
        }

        private readonly NDArray<int> LaneIndices => indices.Reshape(axes.Lanes(indices.Shape));
    }
}

namespace ConservativeAD
{
    /// <content>Reading at indices.</content>
    public static partial class Operations
    {
        /// <summary>Reads elements along an axis: y[…, j, …] = x[…, indices[…, j, …], …].</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="indices">Positions along the axis, in the argument's shape except along the axis; contiguous (tape.Indices creates such an
        /// array).</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
        public static Var<T> Gather<T>(this Var<T> x, int axis, in NDArray<int> indices)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Gather<T>(x.Shape.Axis(axis), indices));
    }
}
