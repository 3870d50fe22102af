using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>The sum over one axis or all.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    public readonly struct SumOverAxes<T>(int? axis, bool keepAxis) : ILinearRule<T>, IPassesReach<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("sum", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Affine,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0);
            NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
            recording.Device.Reduce(default(Sum), x, axes.WithAxes(y, x.Shape));
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            context.AddBroadcast(0, axes.WithAxes(context.Cotangent, context.InputShape(0)));
        }

        void IPassesReach<T>.PassReach(in PullbackContext<T> context) => Pullback(context);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Reduced(axis, keepAxis, (along, keep) => new SumOverAxes<T>(along, keep));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            context.Device.Reduce(default(Sum), context.Tangent(0), axes.WithAxes(context.OutputTangent, context.Input(0).Shape));
    }
}

namespace ConservativeAD
{
    /// <content>Sums.</content>
    public static partial class Operations
    {
        /// <summary>The sum of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        public static Var<T> Sum<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new SumOverAxes<T>(null, false));

        /// <summary>The sum over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        public static Var<T> Sum<T>(this Var<T> x, int axis, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new SumOverAxes<T>(x.Shape.Axis(axis), keepAxis));

        /// <summary>The sum over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Sum<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "sum").Sum(SeveralAxes.Joined, false), x.Shape, axes, keepAxis);
    }
}
