using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Negative log-likelihoods, and cross-entropies with weights, smoothing and soft labels.</content>
public static partial class Operations
{
    /// <summary>The negative log-likelihood of labels: minus the logarithm of the probability of each label, as PyTorch's.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logProbabilities">[examples, classes, ...], for instance a log-softmax.</param>
    /// <param name="labels">One class for each example and place, from 0, in row-major order of [examples, ...].</param>
    /// <param name="options">
    /// Class weights, the label to ignore and the reduction; smoothing is for cross-entropies. A mean is divided by the sum of the weights of the labels that
    /// count, and is NaN if there are none.
    /// </param>
    /// <returns>The mean or the sum; without reduction [examples, ...], with 0 for ignored examples.</returns>
    /// <exception cref="ArgumentException">The numbers of labels or weights do not fit, a label is out of range, or smoothing is asked for.</exception>
    public static Var<T> NegativeLogLikelihood<T>(this Var<T> logProbabilities, ReadOnlySpan<int> labels, CrossEntropyOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "negative log-likelihood";
        options ??= new CrossEntropyOptions();
        if (options.LabelSmoothing != 0)
            throw new ArgumentException(
                $"{operation}: a label smoothing of {options.LabelSmoothing} was given; smoothing is for cross-entropies.", nameof(options));
        Var<T> rows = ReducedLosses.RowsOfClasses(logProbabilities, operation);
        int classes = rows.Shape[1];
        double[]? weights = ReducedLosses.Weights(options.ClassWeights, classes, operation);
        List<int> counted = ReducedLosses.Counted(labels, rows.Shape[0], classes, options.IgnoredLabel, operation);
        int[] ofCounted = new int[counted.Count];
        for (int i = 0; i < ofCounted.Length; i++)
            ofCounted[i] = labels[counted[i]];
        double[]? ofLabels = weights is null ? null : Array.ConvertAll(ofCounted, label => weights[label]);
        Var<T> each = Picked(rows, counted, ofCounted).Negate();
        return ReducedLosses.Weighted(each, counted, ofLabels, ReducedLosses.Places(logProbabilities.Shape), options.Reduction);
    }

    /// <summary>The cross-entropy of labels under the softmax of logits, with weights, smoothing or an ignored label, as PyTorch's.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">[examples, classes, ...].</param>
    /// <param name="labels">One class for each example and place, from 0, in row-major order of [examples, ...].</param>
    /// <param name="options">
    /// Class weights w, the label to ignore, smoothing ε and the reduction. The loss of label y is (1 − ε)·w_y·(−log p_y) + ε/C·Σ w_c·(−log p_c) for C classes.
    /// A mean is divided by the sum of the weights of the labels that count, and is NaN if there are none.
    /// </param>
    /// <returns>The mean or the sum; without reduction [examples, ...], with 0 for ignored examples.</returns>
    /// <exception cref="ArgumentException">The numbers of labels or weights do not fit, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not in [0, 1].</exception>
    public static Var<T> CrossEntropy<T>(this Var<T> logits, ReadOnlySpan<int> labels, CrossEntropyOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "cross-entropy";
        ArgumentNullException.ThrowIfNull(options);
        CheckSmoothing(options);
        Var<T> rows = ReducedLosses.RowsOfClasses(logits, operation);
        int classes = rows.Shape[1];
        double[]? weights = ReducedLosses.Weights(options.ClassWeights, classes, operation);
        List<int> counted = ReducedLosses.Counted(labels, rows.Shape[0], classes, options.IgnoredLabel, operation);
        int[] ofCounted = new int[counted.Count];
        for (int i = 0; i < ofCounted.Length; i++)
            ofCounted[i] = labels[counted[i]];
        double[]? ofLabels = weights is null ? null : Array.ConvertAll(ofCounted, label => weights[label]);
        Shape places = ReducedLosses.Places(logits.Shape);
        if (counted.Count < rows.Shape[0])
            rows = rows.GatherRows(logits.Tape.Indices(Shape.Of(counted.Count), [.. counted]));
        double smoothing = options.LabelSmoothing;
        if (smoothing == 0)
        {
            Var<T> each = counted.Count == 0 ? rows.Sum(1) : rows.CrossEntropy(ofCounted, LossReduction.None);
            return ReducedLosses.Weighted(each, counted, ofLabels, places, options.Reduction);
        }

        // Every class has its share of the target, and the label's weight only divides the mean.
        double[] shares = new double[rows.Shape.Count];
        for (int row = 0; row < ofCounted.Length; row++)
        {
            for (int label = 0; label < classes; label++)
                shares[(row * classes) + label] = ((smoothing / classes) + (label == ofCounted[row] ? 1 - smoothing : 0)) * (weights?[label] ?? 1);
        }

        double scale = options.Reduction == LossReduction.Mean && ofLabels is not null && counted.Count > 0 ? counted.Count / ofLabels.Sum() : 1;
        Var<T> spread = rows.Tape.Constant(rows.Shape, [.. shares.Select(share => T.CreateTruncating(-scale * share))]);
        return ReducedLosses.Weighted((rows.LogSoftmax(1) * spread).Sum(1), counted, null, places, options.Reduction);
    }

    /// <summary>
    /// The cross-entropy of soft labels, −Σ w_c·t_c·log p_c with p the softmax of the logits, as PyTorch's with probabilities as targets: a mean is over
    /// examples and places, whatever the weights are.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="logits">[examples, classes, ...], finite.</param>
    /// <param name="targets">The probabilities t of the classes; of the same shape. Gradients pass through them too.</param>
    /// <param name="options">Class weights w, smoothing and the reduction. No label can be ignored.</param>
    /// <returns>The mean or the sum; without reduction [examples, ...].</returns>
    /// <exception cref="ArgumentException">The shapes differ, the number of weights does not fit, or a label is to be ignored.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not in [0, 1].</exception>
    public static Var<T> CrossEntropy<T>(this Var<T> logits, Var<T> targets, CrossEntropyOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "cross-entropy";
        options ??= new CrossEntropyOptions();
        CheckSmoothing(options);
        if (options.IgnoredLabel is { } ignored)
            throw new ArgumentException(
                $"{operation}: label {ignored} is to be ignored, but soft labels were given; give those examples targets of 0.", nameof(options));
        ReducedLosses.CheckEqualShapes(logits, targets, operation);
        Var<T> rows = ReducedLosses.RowsOfClasses(logits, operation), wanted = ReducedLosses.RowsOfClasses(targets, operation);
        int classes = rows.Shape[1];
        double smoothing = options.LabelSmoothing;
        if (smoothing != 0)
            wanted = wanted.Scale(1 - smoothing).Shift(smoothing / classes);
        if (ReducedLosses.Weights(options.ClassWeights, classes, operation) is { } weights)
            wanted *= rows.Tape.Constant(Shape.Of(classes), [.. weights.Select(T.CreateTruncating)]);
        Var<T> losses = (rows.LogSoftmax(1) * wanted).Sum(1).Negate().Apply(new Rules.Reshape<T>(ReducedLosses.Places(logits.Shape)));
        return ReducedLosses.Of(losses, options.Reduction, operation);
    }

    private static void CheckSmoothing(CrossEntropyOptions options)
    {
        if (!(options.LabelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.LabelSmoothing,
                $"cross-entropy: a label smoothing of {options.LabelSmoothing} was given; it must be in [0, 1].");
    }

    // One element of each of some rows.
    private static Var<T> Picked<T>(Var<T> rows, List<int> chosen, int[] columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = rows.Shape[1];
        int[] places = [.. chosen.Select((row, i) => checked((row * width) + columns[i]))];
        return rows.Apply(new Rules.Reshape<T>(Shape.Of(rows.Shape.Count))).GatherRows(rows.Tape.Indices(Shape.Of(places.Length), places));
    }
}
