using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Losses with a margin.</content>
public static partial class Operations
{
    /// <summary>
    /// The multi-class hinge loss, Σ max(0, margin − x_y + x_c)ᵖ/C over all classes c other than the label y, as PyTorch's. The kinks are those of relu.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Scores: [examples, classes].</param>
    /// <param name="labels">One class for each example, from 0.</param>
    /// <param name="p">The power, 1 or 2.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="classWeights">A weight for the examples of each class; null if all are 1. They do not change what a mean is divided by.</param>
    /// <param name="reduction">How the losses of the examples are combined.</param>
    /// <exception cref="ArgumentException">The shapes or numbers do not fit, or a mean of no examples is asked for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The power is neither 1 nor 2.</exception>
    public static Var<T> MultiMarginLoss<T>(
        this Var<T> x, ReadOnlySpan<int> labels, int p = 1, double margin = 1, IReadOnlyList<double>? classWeights = null,
        LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "multi-margin loss";
        if (p is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(p), p, $"{operation}: a power of {p} was given; it must be 1 or 2.");
        if (x.Shape.Rank != 2 || x.Shape[1] == 0)
            throw new ArgumentException($"{operation}: scores of shape {x.Shape} were given; they must be [examples, classes].", nameof(x));
        int classes = x.Shape[1];
        double[]? weights = ReducedLosses.Weights(classWeights, classes, operation);
        List<int> rows = ReducedLosses.Counted(labels, x.Shape[0], classes, null, operation);
        bool[] isOther = new bool[x.Shape.Count];
        for (int element = 0; element < isOther.Length; element++)
            isOther[element] = element % classes != labels[element / classes];
        int[] ofRows = labels.ToArray();
        Var<T> exceeding = (x - Picked(x, rows, ofRows).Unsqueeze(1)).Shift(margin).Relu();
        Var<T> losses = Where(isOther, p == 1 ? exceeding : exceeding.Square(), x.Tape.Constant(T.Zero)).Mean(1);
        if (weights is not null)
            losses *= x.Tape.Constant(losses.Shape, [.. ofRows.Select(label => T.CreateTruncating(weights[label]))]);
        return ReducedLosses.Of(losses, reduction, operation);
    }

    /// <summary>
    /// max(0, ‖a − p + ε‖ − ‖a − n + ε‖ + margin) of anchors a, positive examples p and negative ones n, as PyTorch's. The kinks are those of the norm and of
    /// relu.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="anchors">[..., dimension].</param>
    /// <param name="positives">Of the same shape.</param>
    /// <param name="negatives">Of the same shape.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="p">The norm: 1, 2 or ∞.</param>
    /// <param name="epsilon">ε, which PyTorch adds to every coordinate of a difference; 0 gives the distances themselves.</param>
    /// <param name="swaps">Whether the distance to a negative example is the smaller of those from the anchor and from the positive example.</param>
    /// <param name="reduction">How the losses are combined.</param>
    /// <exception cref="ArgumentException">The shapes differ or have no axis, or a mean of no losses is asked for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The norm is another one.</exception>
    public static Var<T> TripletMarginLoss<T>(
        this Var<T> anchors, Var<T> positives, Var<T> negatives, double margin = 1, double p = 2, double epsilon = 1e-6, bool swaps = false,
        LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "triplet margin loss";
        if (p is not (1 or 2 or double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(p), p, $"{operation}: a norm of {p} was given; it must be 1, 2 or ∞.");
        ReducedLosses.CheckEqualShapes(anchors, positives, operation);
        ReducedLosses.CheckEqualShapes(anchors, negatives, operation);
        if (anchors.Shape.Rank == 0)
            throw new ArgumentException($"{operation}: values of rank 0 were given; points have an axis of coordinates.", nameof(anchors));
        Var<T> far = Distance(anchors, negatives);
        if (swaps)
            far = far.Minimum(Distance(positives, negatives));
        return ReducedLosses.Of((Distance(anchors, positives) - far).Shift(margin).Relu(), reduction, operation);

        Var<T> Distance(Var<T> x, Var<T> y)
        {
            Var<T> difference = epsilon == 0 ? x - y : (x - y).Shift(epsilon);
            return p == 1 ? difference.Norm1(-1) : p == 2 ? difference.Norm2(-1) : difference.NormInfinity(-1);
        }
    }

    /// <summary>
    /// The cosine of the angle between vectors, x·y/(max(‖x‖₂, ε)·max(‖y‖₂, ε)), without overflow. Vectors shorter than ε, 0 among them, have a cosine near 0.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The first vectors.</param>
    /// <param name="y">The second vectors; the shapes broadcast.</param>
    /// <param name="axis">The axis of the coordinates, which is removed; negative counts from the end. Both have its whole extent.</param>
    /// <param name="epsilon">ε, above 0; at least the smallest normal number of the element type is taken.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not a finite number above 0.</exception>
    public static Var<T> CosineSimilarity<T>(this Var<T> x, Var<T> y, int axis = -1, double epsilon = 1e-8)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.Tape.Check(y);
        double least = Math.Max(PositiveNumber.Check("cosine similarity", epsilon), SmallestNormal.Of<T>());
        if (x.Shape.Rank != y.Shape.Rank || x.Shape[axis] != y.Shape[axis])
            throw new ArgumentException(
                $"cosine similarity: vectors of shapes {x.Shape} and {y.Shape} were given; they must have one dimension along axis {axis}.");
        return (Unit(x) * Unit(y)).Sum(axis);

        // The bound has slope 0 below and at ε, where the length no longer counts.
        Var<T> Unit(Var<T> vectors) => vectors / vectors.Norm2(axis, true).Clamp(least, double.PositiveInfinity);
    }

    /// <summary>
    /// 1 − cos(x, y) for pairs that belong together, max(0, cos(x, y) − margin) for others, as PyTorch's cosine embedding loss, with the cosine of
    /// <see cref="CosineSimilarity{T}(Var{T}, Var{T}, int, double)"/>.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[pairs, dimension].</param>
    /// <param name="y">Of the same shape.</param>
    /// <param name="targets">1 for a pair that belongs together, −1 for another.</param>
    /// <param name="margin">The cosine up to which another pair costs nothing; from −1 to 1.</param>
    /// <param name="reduction">How the losses are combined.</param>
    /// <exception cref="ArgumentException">The shapes or numbers do not fit, a target is another number, or a mean of no pairs is asked for.</exception>
    public static Var<T> CosineEmbeddingLoss<T>(
        this Var<T> x, Var<T> y, ReadOnlySpan<int> targets, double margin = 0, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string operation = "cosine embedding loss";
        ReducedLosses.CheckEqualShapes(x, y, operation);
        if (x.Shape.Rank != 2 || targets.Length != x.Shape[0])
            throw new ArgumentException(
                $"{operation}: {targets.Length} targets were given for vectors of shape {x.Shape}; these must be [pairs, dimension], with one target a pair.",
                nameof(targets));
        bool[] belong = new bool[targets.Length];
        for (int pair = 0; pair < belong.Length; pair++)
        {
            belong[pair] = targets[pair] == 1;
            if (targets[pair] is not (1 or -1))
                throw new ArgumentException($"{operation}: target {targets[pair]} of pair {pair} is neither 1 nor −1.", nameof(targets));
        }

        Var<T> cosine = x.CosineSimilarity(y);
        return ReducedLosses.Of(Where(belong, T.One - cosine, cosine.Shift(-margin).Relu()), reduction, operation);
    }
}
