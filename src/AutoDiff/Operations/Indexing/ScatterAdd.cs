using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Adds elements along an axis at given indices. Elements with the same index are added in their order.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="indices">The position of every added element; the shape of the second input.</param>
    public struct ScatterAdd<T>(int axis, NDArray<int> indices) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, true);
        private NDArray<int> indices = indices;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("scatter-add", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), added = recording.ContiguousInput(1);
            if (indices.Shape != added.Shape || added.Shape.Rank != x.Shape.Rank || added.Shape.With(axes.Axis, x.Shape[axes.Axis]) != x.Shape)
                throw new ArgumentException(
                    $"scatter-add: elements of shape {added.Shape} with indices of shape {indices.Shape} do not fit an input of shape "
                        + $"{x.Shape}; the first two must be equal, and differ from it along axis {axes.Axis} only.");
            indices = recording.Keep(indices);
            NDArray<T> y = recording.Rent(x.Shape);
            recording.Device.Copy(x, y);
            recording.Device.ScatterAddAlong(added.Reshape(LaneIndices.Shape), LaneIndices, y.Reshape(axes.Lanes(y.Shape)), true);
            return y;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (context.Needs(0))
            {
                NDArray<T> target = context.InputCotangent(0, out bool accumulate);
                context.Device.Copy(context.Cotangent, target, accumulate);
            }

            if (!context.Needs(1))
                return;
            NDArray<T> dy = context.Cotangent.Reshape(axes.Lanes(context.Cotangent.Shape));
            NDArray<T> added = context.InputCotangent(1, out bool add);
            if (!add)
            {
                context.Device.GatherAlong(dy, LaneIndices, added.Reshape(LaneIndices.Shape));
                return;
            }

            NDArray<T> read = context.Rent(LaneIndices.Shape);
            context.Device.GatherAlong(dy, LaneIndices, read);
            context.Device.Copy(read, added.Reshape(LaneIndices.Shape), true);
            context.Return(read);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => input == 0
            ? Dependence.Elementwise(node.Output.Shape, node.Output.Shape)
            : Dependence.Contributions(Gather<T>.Along(indices, axes, node.Output.Shape), node.Output.Shape);

        readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) =>
            of.Tape.Record(new ScatterAdd<T>(axes.Axis + 1, of.Repeated(indices)), of.All(0), of.All(1));

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            NDArray<T> dy = context.OutputTangent;
            context.Device.Copy(context.Tangent(0), dy);
            if (!context.Moves(1))
                return;
            NDArray<T> added = context.ContiguousTangent(1, out NDArray<T> copy);
            context.Device.ScatterAddAlong(added.Reshape(LaneIndices.Shape), LaneIndices, dy.Reshape(axes.Lanes(dy.Shape)), true);
            context.ReturnCopy(copy);
        }

        private readonly NDArray<int> LaneIndices => indices.Reshape(axes.Lanes(indices.Shape));
    }
}

namespace ConservativeAD
{
    /// <content>Adding at indices.</content>
    public static partial class Operations
    {
        /// <summary>x with elements added along an axis: y[…, indices[…, j, …], …] += added[…, j, …].</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The array to add to.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="indices">Positions along the axis; the shape of <paramref name="added"/>; contiguous (tape.Indices creates such an array).</param>
        /// <param name="added">The elements to add; of the shape of x except along the axis.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
        public static Var<T> ScatterAdd<T>(this Var<T> x, int axis, in NDArray<int> indices, Var<T> added)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new ScatterAdd<T>(x.Shape.Axis(axis), indices), x, added);
    }
}
