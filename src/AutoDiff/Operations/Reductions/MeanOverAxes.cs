using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>The mean over one axis or all.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    public readonly struct MeanOverAxes<T>(int? axis, bool keepAxis) : ILinearRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("mean", TameClass.Polynomial)
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
            if (axes.Length(x.Shape) == 0)
                throw new ArgumentException($"mean: no elements to take the mean of in shape {x.Shape}.");
            NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
            InFloat.Compute(recording.Device, new MeanFormula(axes), y, false, x);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.InputShape(0);
            NDArray<T> share = context.Rent(context.Cotangent.Shape);
            context.Device.Map(new Arithmetic.Quotient(axes.Length(shape)), context.Cotangent, share);
            context.AddBroadcast(0, axes.WithAxes(share, shape));
            context.Return(share);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Reduced(axis, keepAxis, (along, keep) => new MeanOverAxes<T>(along, keep));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new MeanFormula(axes), context.Tangent(0));

        private readonly struct MeanFormula(ReducedAxes axes) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0];
                device.Reduce(default(Sum), x, axes.WithAxes(destination, x.Shape));
                device.Map(new Arithmetic.Quotient(axes.Length(x.Shape)), destination, destination);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Means.</content>
    public static partial class Operations
    {
        /// <summary>The mean of all elements, as a value of rank 0.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument; at least one element.</param>
        public static Var<T> Mean<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new MeanOverAxes<T>(null, false));

        /// <summary>The mean over an axis.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        public static Var<T> Mean<T>(this Var<T> x, int axis, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new MeanOverAxes<T>(x.Shape.Axis(axis), keepAxis));

        /// <summary>The mean over several axes.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <exception cref="ArgumentException">An axis is given twice.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Mean<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "mean").Mean(SeveralAxes.Joined, false), x.Shape, axes, keepAxis);
    }
}
