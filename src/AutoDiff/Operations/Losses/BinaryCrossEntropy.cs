using System.Numerics;

namespace ConservativeAD;

/// <content>Binary cross-entropy.</content>
public static partial class Operations
{
    /// <summary>
    /// The binary cross-entropy of targets under the sigmoid of logits, t·log(1 + e⁻ˣ) + (1 − t)·log(1 + eˣ), without overflow and without cancellation.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">The logits x, finite.</param>
    /// <param name="targets">The probabilities t in [0, 1]; of the same shape.</param>
    /// <param name="reduction">How the losses are combined; the mean is over all elements.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a mean of no elements is asked for.</exception>
    public static Var<T> BinaryCrossEntropy<T>(this Var<T> logits, Var<T> targets, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReducedLosses.CheckEqualShapes(logits, targets, "binary cross-entropy");
        return ReducedLosses.Of((targets * (-logits).Softplus()) + ((T.One - targets) * logits.Softplus()), reduction, "binary cross-entropy");
    }

    /// <summary>
    /// The binary cross-entropy with weights of positive examples, p·t·log(1 + e⁻ˣ) + (1 − t)·log(1 + eˣ), as PyTorch's with <c>pos_weight</c>.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">The logits x, finite.</param>
    /// <param name="targets">The probabilities t in [0, 1]; of the same shape.</param>
    /// <param name="positiveWeights">The weights p of the positive part, which broadcast against the logits: one for each class, for instance.</param>
    /// <param name="reduction">How the losses are combined; the mean is over all elements, whatever the weights are.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a mean of no elements is asked for.</exception>
    public static Var<T> BinaryCrossEntropy<T>(
        this Var<T> logits, Var<T> targets, Var<T> positiveWeights, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReducedLosses.CheckEqualShapes(logits, targets, "binary cross-entropy");
        Var<T> losses = (positiveWeights * (targets * (-logits).Softplus())) + ((T.One - targets) * logits.Softplus());
        return losses.Shape == logits.Shape
            ? ReducedLosses.Of(losses, reduction, "binary cross-entropy")
            : throw new ArgumentException(
                $"binary cross-entropy: positive weights of shape {positiveWeights.Shape} do not broadcast to logits of shape {logits.Shape}.",
                nameof(positiveWeights));
    }
}
