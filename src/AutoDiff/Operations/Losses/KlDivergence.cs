using System.Numerics;

namespace ConservativeAD;

/// <content>Kullback–Leibler divergence.</content>
public static partial class Operations
{
    /// <summary>
    /// The terms of the Kullback–Leibler divergence of q from p, p·(log p − log q), and 0 where p = 0, as PyTorch's: the mean is over all elements; for a mean
    /// over examples take the sum and divide by their number.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logProbabilities">log q, finite, of any shape.</param>
    /// <param name="targets">p, not negative; or log p. Of the same shape.</param>
    /// <param name="areLogarithms">Whether the targets are log p.</param>
    /// <param name="reduction">How the terms are combined.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a mean of no elements is asked for.</exception>
    public static Var<T> KlDivergence<T>(
        this Var<T> logProbabilities, Var<T> targets, bool areLogarithms = false, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReducedLosses.CheckEqualShapes(logProbabilities, targets, "KL divergence");
        Var<T> terms = areLogarithms ? targets.Exp() * (targets - logProbabilities) : targets.XLogY(targets) - (targets * logProbabilities);
        return ReducedLosses.Of(terms, reduction, "KL divergence");
    }
}
