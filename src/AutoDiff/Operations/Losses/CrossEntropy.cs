using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules
{
    /// <summary>−log softmax(logits)[label], per example: the negative log-likelihood of the labels. Smooth.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="labels">One class per example, from 0.</param>
    /// <param name="reduction">How the losses are combined.</param>
    public struct CrossEntropy<T>(NDArray<int> labels, LossReduction reduction) : ISmoothRule<T>, IKnowsDependence<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private NDArray<int> labels = labels;
        private NDArray<T> probabilities;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("cross-entropy", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            if (shape.Rank != 2)
                throw new ArgumentException($"cross-entropy: logits of shape {shape} were given; they must be [examples, classes].");
            if (shape[0] == 0 || shape[1] == 0)
                throw new ArgumentException($"cross-entropy: logits of shape {shape} are empty; a batch needs at least one example and one class.");
            if (labels.Count != shape[0])
                throw new ArgumentException(
                    $"cross-entropy: {labels.Count} labels were given for logits of shape {shape}; there must be {shape[0]}, one per example.");
            labels = recording.Keep(labels);
            NDArray<T> logits = recording.ContiguousInput(0), loss = recording.Rent(reduction == LossReduction.None ? Shape.Of(shape[0]) : Shape.Scalar);
            probabilities = InFloat.Asks<T>() ? logits : recording.Rent(shape);
            InFloat.Compute(recording.Device, new ValueFormula(labels, reduction), loss, false, logits, probabilities);
            return loss;
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            InFloat.Compute(context.Device, new Gradient(labels, Scale, InFloat.Asks<T>()), target, accumulate, InFloat.Asks<T>()
                ? context.Input(0)
                : probabilities, probabilities, context.Cotangent);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            var formula = new GradientMoved(labels, Scale, context.Selections, InFloat.Asks<T>());
            InFloat.Compute(context.Device, formula, target, accumulate, InFloat.Asks<T>()
                ? context.Input(0)
                : probabilities, probabilities, context.Tangent(0), context.Cotangent);
        }

        Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node)
        {
            Shape shape = node.Input(0).Shape;
            return reduction == LossReduction.None ? Dependence.Grouped(shape, Shape.Of(shape[0], 1), Shape.Of(shape[0]), node.Output.Shape) : null;
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
        {
            NDArray<int> ofAll = of.Repeated(labels);
            Var<T> losses = Examples<T>.Reshaped(of.Merged(0).Apply(new CrossEntropy<T>(ofAll.Reshape(Shape.Of(ofAll.Count)), LossReduction.None)),
                Shape.Of(of.Count, labels.Count));
            return ReducedLosses.OfExamples(losses, reduction);
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            var formula = new TangentFormula(labels, Scale, context.Selections, InFloat.Asks<T>());
            InFloat.Compute(context.Device, formula, context.OutputTangent, false, InFloat.Asks<T>()
                ? context.Input(0)
                : probabilities, probabilities, context.Tangent(0));
        }

        private readonly double Scale => reduction == LossReduction.Mean ? 1.0 / labels.Count : 1;

        // Inputs: the logits, and memory for the probabilities, which are kept.
        private readonly struct ValueFormula(NDArray<int> labels, LossReduction reduction) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (reduction == LossReduction.None)
                {
                    device.SoftmaxCrossEntropy(inputs[0], labels, inputs[1], destination);
                    return;
                }

                NDArray<W> losses = device.Allocate<W>(Shape.Of(labels.Count));
                device.SoftmaxCrossEntropy(inputs[0], labels, inputs[1], losses);
                device.Reduce(default(Sum), losses, destination);
                if (reduction == LossReduction.Mean)
                    device.Map(new Arithmetic.Multiple(1.0 / labels.Count), destination, destination);
                device.Return(losses);
            }
        }

        // Inputs: the logits, the probabilities and the cotangent.
        private readonly struct Gradient(NDArray<int> labels, double scale, bool computesProbabilities) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                if (computesProbabilities)
                    ComputeProbabilities(device, labels, inputs);
                device.SoftmaxCrossEntropyPullback(inputs[1], labels, inputs[2], scale, destination, accumulate);
            }
        }

        // Inputs: the logits, the probabilities and the logits' tangents.
        private readonly struct TangentFormula(NDArray<int> labels, double scale, Selections selections, bool computesProbabilities) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> slope = device.Allocate<W>(inputs[1].Shape), one = device.Allocate<W>(Shape.Scalar);
                device.Fill(one, W.One);
                new Gradient(labels, scale, computesProbabilities).Compute(device, [inputs[0], inputs[1], one], slope, false);
                device.Carry(selections, default(Arithmetic.CarriedProduct), inputs[2], slope, slope);
                device.Reduce(default(Sum), slope, destination.Count == 1 ? destination : destination.Reshape(Shape.Of(destination.Count, 1)));
                device.Return(one);
                device.Return(slope);
            }
        }

        // Differentiates the softmax; the labels are constant. Inputs: the logits, the probabilities, the logits' tangents and the cotangent.
        private readonly struct GradientMoved(NDArray<int> labels, double scale, Selections selections, bool computesProbabilities) : IArrayFormula
        {
            public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
                where W : unmanaged, IBinaryFloatingPointIeee754<W>
            {
                NDArray<W> probabilities = inputs[1], dx = inputs[2], cotangent = inputs[3];
                if (computesProbabilities)
                    ComputeProbabilities(device, labels, inputs);
                NDArray<W> product = device.Allocate<W>(probabilities.Shape), row = device.Allocate<W>(Shape.Of(labels.Count, 1));
                device.Carry(selections, default(Arithmetic.CarriedProduct), dx, probabilities, product);
                device.Reduce(default(Sum), product, row);
                device.Carry(selections, new SoftmaxMoved(scale), probabilities, dx, row, cotangent.Count == 1
                    ? cotangent
                    : cotangent.Reshape(row.Shape), destination, accumulate);
                device.Return(row);
                device.Return(product);
            }
        }

        internal readonly struct SoftmaxMoved(double scale) : IQuaternaryMap
        {
            public L Invoke<L>(L probability, L tangent, L mean, L cotangent)
                where L : struct, ILane<L>
            {
                L moved = tangent - mean;
                return L.Absorb(cotangent, L.Absorb(moved, L.Broadcast(scale) * cotangent * probability * moved));
            }
        }

        private static void ComputeProbabilities<W>(Device device, in NDArray<int> labels, ReadOnlySpan<NDArray<W>> inputs)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> losses = device.Allocate<W>(Shape.Of(labels.Count));
            device.SoftmaxCrossEntropy(inputs[0], labels, inputs[1], losses);
            device.Return(losses);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Cross-entropy.</content>
    public static partial class Operations
    {
        /// <summary>The cross-entropy of labels under the softmax of logits.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="logits">[examples, classes].</param>
        /// <param name="labels">One class per example, from 0.</param>
        /// <param name="reduction">How the losses are combined.</param>
        /// <exception cref="ArgumentException">The batch is empty, the counts differ, or a label is out of range.</exception>
        public static Var<T> CrossEntropy<T>(this Var<T> logits, ReadOnlySpan<int> labels, LossReduction reduction = LossReduction.Mean)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => logits.CrossEntropy(logits.Tape.Indices(Shape.Of(labels.Length), labels), reduction);

        /// <summary>The cross-entropy of labels under the softmax of logits.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="logits">[examples, classes].</param>
        /// <param name="labels">One class per example, from 0; contiguous, on the tape's device.</param>
        /// <param name="reduction">How the losses are combined.</param>
        /// <exception cref="ArgumentException">The batch is empty, the counts differ, or a label is out of range.</exception>
        public static Var<T> CrossEntropy<T>(this Var<T> logits, in NDArray<int> labels, LossReduction reduction = LossReduction.Mean)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => logits.Apply(new CrossEntropy<T>(labels, reduction));
    }
}
