using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>The variance over one axis or all: the sum of the squared deviations from the mean, divided by n − 1 or n.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="axis">The axis, from 0; every axis if null.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="divisor">Whether the variance is divided by n − 1 or n.</param>
    public readonly struct Variance<T>(int? axis, bool keepAxis, VarianceDivisor divisor) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReducedAxes axes = new(axis, keepAxis);

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("variance", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Convex,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            Centering.Check(axes.Length(shape), divisor, shape, Facts.Name);
            return InFloat.ValueOf(recording, new ValueFormula(axes, divisor), axes.OutputShape(shape));
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context) =>
            InFloat.Pull(context, new GradientFormula(axes, divisor, context.Selections), context.Input(0), context.Cotangent);

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context) =>
            InFloat.Pull(context, new GradientFormula(axes, divisor, context.Selections), context.Tangent(0), context.Cotangent);

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Reduction(axes, node.Input(0).Shape);

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            VarianceDivisor divisorHere = divisor;
            return of.Reduced(axis, keepAxis, (along, keep) => new Variance<T>(along, keep, divisorHere));
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) =>
            InFloat.Move(context, new TangentFormula(axes, divisor, context.Selections), context.Input(0), context.Tangent(0));

        // The deviations are divided before they are squared: their squares are then no larger than the variance.
        private readonly struct ValueFormula(ReducedAxes axes, VarianceDivisor divisor) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], deviations = device.Allocate<W>(x.Shape);
                Centering.Center(device, axes, Math.Sqrt(Centering.Number(axes.Length(x.Shape), divisor)), x, deviations, false);
                device.Reduce(default(SumOfSquares), deviations, axes.WithAxes(destination, x.Shape));
                device.Return(deviations);
            }
        }

        // 2w(x − mean(x))/d, linear in x. Inputs: x, or its tangent, and w.
        private readonly struct GradientFormula(ReducedAxes axes, VarianceDivisor divisor, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], deviations = device.Allocate<W>(x.Shape);
                Centering.Center(device, axes, 0.5 * Centering.Number(axes.Length(x.Shape), divisor), x, deviations, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), axes.WithAxes(inputs[1], x.Shape), deviations, destination, accumulate);
                device.Return(deviations);
            }
        }

        // Inputs: x and ẋ.
        private readonly struct TangentFormula(ReducedAxes axes, VarianceDivisor divisor, Selections selections) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> x = inputs[0], deviations = device.Allocate<W>(x.Shape);
                Centering.Center(device, axes, 0.5 * Centering.Number(axes.Length(x.Shape), divisor), x, deviations, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), inputs[1], deviations, deviations);
                device.Reduce(default(Sum), deviations, axes.WithAxes(destination, x.Shape));
                device.Return(deviations);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Variances.</content>
    public static partial class Operations
    {
        /// <summary>The variance of all elements, as a value of rank 0; exactly 0 for equal numbers.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">The divisor would be 0.</exception>
        public static Var<T> Variance<T>(this Var<T> x, VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Variance<T>(null, false, divisor));

        /// <summary>The variance over an axis; exactly 0 for equal numbers.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axis">The axis; negative counts from the end.</param>
        /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">The divisor would be 0.</exception>
        public static Var<T> Variance<T>(this Var<T> x, int axis, bool keepAxis = false, VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Variance<T>(x.Shape.Axis(axis), keepAxis, divisor));

        /// <summary>The variance over several axes; exactly 0 for equal numbers.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
        /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
        /// <param name="divisor">Whether the divisor is n − 1 or n.</param>
        /// <exception cref="ArgumentException">An axis is given twice, or the divisor would be 0.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
        public static Var<T> Variance<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false, VarianceDivisor divisor = VarianceDivisor.Sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SeveralAxes.Shaped(SeveralAxes.Join(x, axes, "variance").Variance(SeveralAxes.Joined, false, divisor), x.Shape, axes, keepAxis);
    }
}
