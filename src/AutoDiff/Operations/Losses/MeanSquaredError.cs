using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>(x − y)², or the mean or sum of it.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="reduction">How the squares are combined.</param>
    public struct MeanSquaredError<T>(LossReduction reduction) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<T> residual;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("mean squared error", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            Curvature = Curvature.Convex
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> x = recording.Input(0), y = recording.Input(1);
            if (x.Shape != y.Shape)
                throw new ArgumentException(
                    $"mean squared error: shapes {x.Shape} and {y.Shape} were given; they must be equal (reshape or broadcast one first).");
            if (x.Count == 0)
                throw new ArgumentException($"mean squared error: values of shape {x.Shape} are empty; at least one element is needed.");
            residual = recording.Rent(x.Shape);
            NDArray<T> loss = recording.Rent(reduction == LossReduction.None ? x.Shape : Shape.Scalar);
            InFloat.Compute(recording.Device, new ValueFormula(reduction), loss, false, x, y, residual);
            return loss;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            for (int input = 0; input < 2; input++)
            {
                if (!context.Needs(input))
                    continue;
                NDArray<T> target = context.InputCotangent(input, out bool accumulate);
                var formula = new Gradient(input == 0 ? Slope : -Slope, context.Selections, InFloat.Asks<T>());
                InFloat.Compute(context.Device, formula, target, accumulate, InFloat.Asks<T>() ? context.Input(0) : residual, InFloat.Asks<T>()
                    ? context.Input(1)
                    : residual, residual, context.Cotangent);
            }
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            for (int input = 0; input < 2; input++)
            {
                if (!context.Needs(input))
                    continue;
                NDArray<T> target = context.InputCotangent(input, out bool accumulate);
                context.Device.Carry(context.Selections, new ResidualMoved(input == 0 ? Slope : -Slope), context.Tangent(0), context.Tangent(1),
                    context.Cotangent, target, accumulate);
            }
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
            reduction == LossReduction.None ? Dependence.Elementwise(node.Input(input).Shape, node.Output.Shape) : null;

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            Var<T> losses = of.Tape.Record(new MeanSquaredError<T>(LossReduction.None), of.All(0), of.All(1));
            return reduction == LossReduction.None ? losses
                : ReducedLosses.OfExamples(Examples<T>.Reshaped(losses, Shape.Of(of.Count, of.ShapeOf(0).Count)), reduction);
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            var formula = new TangentFormula(reduction, Slope, context.Selections, InFloat.Asks<T>());
            InFloat.Compute(context.Device, formula, context.OutputTangent, false, InFloat.Asks<T>() ? context.Input(0) : residual, InFloat.Asks<T>()
                ? context.Input(1)
                : residual, residual, context.Tangent(0), context.Tangent(1));
        }

        private readonly double Slope => reduction == LossReduction.Mean ? 2.0 / residual.Count : 2;

        // Inputs: x, y, and memory for their difference, which is kept.
        private readonly struct ValueFormula(LossReduction reduction) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> residual = inputs[2];
                device.Map2(default(Arithmetic.Difference), inputs[0], inputs[1], residual);
                if (reduction == LossReduction.None)
                {
                    device.Map2(default(Arithmetic.Product), residual, residual, destination);
                    return;
                }

                device.Reduce(default(SumOfSquares), residual, destination);
                if (reduction == LossReduction.Mean)
                    device.Map(new Arithmetic.Quotient(residual.Count), destination, destination);
            }
        }

        // Inputs: x, y, their difference and the cotangent.
        private readonly struct Gradient(double slope, Selections selections, bool computesResidual) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (computesResidual)
                    device.Map2(default(Arithmetic.Difference), inputs[0], inputs[1], inputs[2]);
                device.Carry(selections, new Arithmetic.ScaledCarriedProduct(slope), inputs[2], inputs[3], destination, accumulate);
            }
        }

        // Inputs: x, y, their difference, ẋ and ẏ.
        private readonly struct TangentFormula(LossReduction reduction, double slope, Selections selections, bool computesResidual) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> residual = inputs[2], change = device.Allocate<W>(residual.Shape);
                if (computesResidual)
                    device.Map2(default(Arithmetic.Difference), inputs[0], inputs[1], residual);
                device.Map2(default(Arithmetic.Difference), inputs[3], inputs[4], change);
                device.Carry(selections, new Arithmetic.ScaledCarriedProduct(slope), residual, change, reduction == LossReduction.None ? destination : change);
                if (reduction != LossReduction.None)
                    device.Reduce(default(Sum), change, destination);
                device.Return(change);
            }
        }

        internal readonly struct ResidualMoved(double slope) : ITernaryMap
        {
            public L Invoke<L>(L dx, L dy, L cotangent)
                where L : struct, ILane<L> => L.Absorb(cotangent, L.Broadcast(slope) * (dx - dy) * cotangent);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Mean squared error.</content>
    public static partial class Operations
    {
        /// <summary>The mean of (x − y)², or their sum, or the squares themselves.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The prediction.</param>
        /// <param name="y">The target; of the same shape.</param>
        /// <param name="reduction">How the squares are combined.</param>
        /// <exception cref="ArgumentException">The shapes differ or are empty.</exception>
        public static Var<T> MeanSquaredError<T>(this Var<T> x, Var<T> y, LossReduction reduction = LossReduction.Mean)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new MeanSquaredError<T>(reduction), x, y);
    }
}
