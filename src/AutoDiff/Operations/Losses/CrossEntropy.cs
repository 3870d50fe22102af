using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>−log softmax(logits)[label], per example: the negative log-likelihood of the labels. Smooth.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="labels">One class per example, from 0.</param>
/// <param name="reduction">How the losses become one value.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct CrossEntropy<T>(NDArray<int> labels, LossReduction reduction) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NDArray<int> labels = labels;
    private readonly LossReduction reduction = reduction;
    private NDArray<T> probabilities;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("cross-entropy", TameClass.LogExp) { Curvature = Curvature.Convex, OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        Shape shape = recording.Input(0).Shape;
        if (shape.Rank != 2)
            throw new ArgumentException($"cross-entropy: logits of shape {shape} were given; they must be [examples, classes].");
        if (shape[0] == 0 || shape[1] == 0)
            throw new ArgumentException($"cross-entropy: logits of shape {shape} are empty; a batch needs at least one example and one class.");
        if (labels.Count != shape[0])
            throw new ArgumentException($"cross-entropy: {labels.Count} labels were given for logits of shape {shape}; there must be {shape[0]}, one per example.");
        Shape rows = Shape.Of(shape[0]);
        probabilities = recording.Rent(shape);
        NDArray<T> losses = recording.Rent(rows);
        recording.Device.SoftmaxCrossEntropy(recording.ContiguousInput(0), labels, probabilities, losses);
        if (reduction == LossReduction.None)
            return losses;
        NDArray<T> total = recording.Rent(Shape.Scalar);
        recording.Device.Reduce(default(Sum), losses, total);
        if (reduction == LossReduction.Mean)
            recording.Device.Map(new Arithmetic.Multiple(1.0 / shape[0]), total, total);
        return total;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.SoftmaxCrossEntropyPullback(probabilities, labels, context.Cotangent, Scale, target, accumulate);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // The softmax moves; the labels do not.
        if (!context.Needs(0))
            return;
        NDArray<T> product = context.Rent(probabilities.Shape), row = context.Rent(Shape.Of(labels.Count, 1)), cotangent = context.Cotangent;
        context.Device.Map2(default(Arithmetic.Product), probabilities, context.Tangent(0), product);
        context.Device.Reduce(default(Sum), product, row);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map4(new SoftmaxMoved(Scale), probabilities, context.Tangent(0), row, reduction == LossReduction.None ? cotangent.Reshape(row.Shape) : cotangent, target, accumulate);
        context.Return(row);
        context.Return(product);
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        NDArray<T> slope = context.Rent(probabilities.Shape);
        NDArray<T> one = context.Rent(Shape.Scalar);
        context.Device.Fill(one, T.One);
        context.Device.SoftmaxCrossEntropyPullback(probabilities, labels, one, Scale, slope);
        context.Device.Map2(default(Arithmetic.Product), slope, context.Tangent(0), slope);
        NDArray<T> target = context.OutputTangent;
        context.Device.Reduce(default(Sum), slope, reduction == LossReduction.None ? target.Reshape(Shape.Of(target.Count, 1)) : target);
        context.Return(one);
        context.Return(slope);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;

    private readonly double Scale => reduction == LossReduction.Mean ? 1.0 / labels.Count : 1;

    internal readonly struct SoftmaxMoved(double scale) : IQuaternaryMap
    {
        private readonly double scale = scale;

        public L Invoke<L>(L probability, L tangent, L mean, L cotangent)
            where L : struct, ILane<L> => L.Broadcast(scale) * cotangent * probability * (tangent - mean);
    }
}

/// <content>Cross-entropy.</content>
public static partial class Operations
{
    /// <summary>The cross-entropy of labels under the softmax of logits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">One class per example, from 0.</param>
    /// <param name="reduction">How the losses become one value.</param>
    /// <exception cref="ArgumentException">The batch is empty, the counts differ, or a label is out of range.</exception>
    public static Var<T> CrossEntropy<T>(this Var<T> logits, ReadOnlySpan<int> labels, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => logits.CrossEntropy(logits.Tape.Indices(Shape.Of(labels.Length), labels), reduction);

    /// <summary>The cross-entropy of labels under the softmax of logits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">One class per example, from 0; contiguous, on the tape's device.</param>
    /// <param name="reduction">How the losses become one value.</param>
    /// <exception cref="ArgumentException">The batch is empty, the counts differ, or a label is out of range.</exception>
    public static Var<T> CrossEntropy<T>(this Var<T> logits, in NDArray<int> labels, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => logits.Apply(new CrossEntropy<T>(labels, reduction));
}
