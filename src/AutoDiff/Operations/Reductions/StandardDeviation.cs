using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The deviations from the mean over one axis or all, divided by the root of the divisor of the variance, so that their Euclidean norm is the standard
    /// deviation. Equal numbers give exact zeros.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="divisor">Whether the variance is divided by n − 1 or n.</param>
    public readonly struct Deviations<T>(int? axis, VarianceDivisor divisor) : ILinearRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, true);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("deviations", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Affine,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Centering.Check(axes.Length(shape), divisor, shape, Facts.Name);
            return InFloat.ValueOf(recording, new Formula(axes, divisor), shape);
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) => InFloat.Pull(context, new Formula(axes, divisor), context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            axis is { } along ? Dependence.Lanes(along, node.Input(0).Shape, node.Output.Shape) : null;

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => axis is { } along
            ? of[0].Apply(new Deviations<T>(along + 1, divisor))
            : of.Shaped(Examples<T>.Reshaped(of[0], Shape.Of(of.Count, of.Output.Count)).Apply(new Deviations<T>(1, divisor)));

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => InFloat.Move(context, new Formula(axes, divisor), context.Tangent(0));

        // The Jacobian is symmetric, and the same map.
        private readonly struct Formula(ReducedAxes axes, VarianceDivisor divisor) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W> =>
                Centering.Center(device, axes, Math.Sqrt(Centering.Number(axes.Length(destination.Shape), divisor)), inputs[0], destination, accumulate);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Standard deviations.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The standard deviation of all elements, as a value of rank 0. It is a Euclidean norm of the deviations from the mean and has its kink, where all
        /// elements are equal; the gradient that backpropagation selects there is 0.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">The divisor would be 0.</exception>
        public static Var<T> StandardDeviation<T>(this Var<T> x, VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Deviations<T>(null, divisor)).Norm2();

        /// <summary>The standard deviation over an axis; see <see cref="StandardDeviation{T}(Var{T}, VarianceDivisor)"/> for its kink.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">The divisor would be 0.</exception>
        public static Var<T> StandardDeviation<T>(this Var<T> x, int axis, bool keepAxis = false, VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Deviations<T>(x.Shape.Axis(axis), divisor)).Norm2(axis, keepAxis);

        /// <summary>The standard deviation over several axes; see <see cref="StandardDeviation{T}(Var{T}, VarianceDivisor)"/> for its kink.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">An axis is given twice, or the divisor would be 0.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> StandardDeviation<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false,
            VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Var<T> joined = SeveralAxes.Join(x, axes, "standard deviation");
            return SeveralAxes.Shaped(joined.StandardDeviation(SeveralAxes.Joined, false, divisor), x.Shape, axes, keepAxis);
        }
    }
}
