using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>Reorders the axes, as a view.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="order">For each new axis, the old one; a shape used as a list of axes.</param>
    public readonly struct Permute<T>(Shape order) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("permute", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) => View(recording.Input(0));

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.Copy(context.Cotangent, View(target), accumulate);
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape shape = node.Input(0).Shape;
            int[] strides = Dependence.RowMajor(shape), permuted = new int[strides.Length];
            for (int axis = 0; axis < permuted.Length; axis++)
                permuted[axis] = strides[order[axis]];
            return Dependence.Elements(Dependence.Strided(node.Output.Shape, permuted), shape);
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Span<int> axes = stackalloc int[order.Rank + 1];
            axes[0] = 0;
            for (int axis = 0; axis < order.Rank; axis++)
                axes[axis + 1] = order[axis] + 1;
            return of[0].Apply(new Permute<T>(new Shape(axes)));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.Copy(View(context.Tangent(0)), context.OutputTangent);

        private NDArray<T> View(in NDArray<T> array)
        {
            Span<int> axes = stackalloc int[order.Rank];
            order.CopyTo(axes);
            return array.Permute(axes);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Orders of axes.</content>
    public static partial class Operations
    {
        /// <summary>Reorders the axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="order">For each new axis, the old one; negative counts from the end.</param>
        /// <exception cref="ArgumentException">The order is not a permutation of the axes.</exception>
        public static Var<T> Permute<T>(this Var<T> x, params ReadOnlySpan<int> order)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            if (order.Length != shape.Rank)
                throw new ArgumentException($"permute: an order of {order.Length} axes was given for shape {shape}, which has {shape.Rank}.", nameof(order));
            Span<int> axes = stackalloc int[order.Length];
            for (int axis = 0; axis < axes.Length; axis++)
                axes[axis] = shape.Axis(order[axis]);
            return x.Apply(new Permute<T>(new Shape(axes)));
        }

        /// <summary>Swaps two axes; by default the last two, which transposes a matrix or a stack of matrices.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="first">One axis; negative counts from the end.</param>
        /// <param name="second">The other axis.</param>
        public static Var<T> Transpose<T>(this Var<T> x, int first = -2, int second = -1)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Shape shape = x.Shape;
            Span<int> axes = stackalloc int[shape.Rank];
            for (int axis = 0; axis < axes.Length; axis++)
                axes[axis] = axis;
            first = shape.Axis(first);
            second = shape.Axis(second);
            (axes[first], axes[second]) = (axes[second], axes[first]);
            return x.Apply(new Permute<T>(new Shape(axes)));
        }
    }
}
