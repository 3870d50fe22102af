using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What losses that are composed of other operations share: their reduction, and the rows that labels name.</summary>
internal static class ReducedLosses
{
    /// <summary>The losses, their sum or their mean.</summary>
    /// <exception cref="ArgumentException">A mean of no losses was asked for.</exception>
    public static Var<T> Of<T>(Var<T> losses, LossReduction reduction, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => reduction switch
        {
            LossReduction.None => losses,
            LossReduction.Sum => losses.Sum(),
            _ when losses.Shape.Count == 0 =>
                throw new ArgumentException($"{operation}: values of shape {losses.Shape} are empty; a mean needs at least one element."),
            _ => losses.Mean(),
        };

    /// <summary>The losses of each example of many, [examples, losses], their sum or their mean.</summary>
    public static Var<T> OfExamples<T>(Var<T> losses, LossReduction reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => reduction switch
        {
            LossReduction.None => losses,
            LossReduction.Sum => losses.Sum(1),
            _ => losses.Mean(1),
        };

    /// <summary>Two values that are compared element by element.</summary>
    /// <exception cref="ArgumentException">Their shapes differ.</exception>
    public static void CheckEqualShapes<T>(Var<T> x, Var<T> y, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.Tape.Check(y);
        if (x.Shape != y.Shape)
            throw new ArgumentException($"{operation}: shapes {x.Shape} and {y.Shape} were given; they must be equal (reshape or broadcast one first).");
    }

    /// <summary>The classes of each example, or of each place of it, as rows: [examples, classes, ...] becomes [examples·places, classes].</summary>
    /// <exception cref="ArgumentException">There are fewer than two axes, or no classes.</exception>
    public static Var<T> RowsOfClasses<T>(Var<T> x, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (shape.Rank < 2 || shape[1] == 0)
            throw new ArgumentException($"{operation}: a value of shape {shape} was given; it must be [examples, classes, ...], with at least one class.");
        if (shape.Rank == 2)
            return x;
        int[] order = [0, .. Enumerable.Range(2, shape.Rank - 2), 1];
        return x.Permute(order).Apply(new Rules.Reshape<T>(Shape.Of(shape.Count / shape[1], shape[1])));
    }

    /// <summary>The shape of one loss for each example and place.</summary>
    public static Shape Places(in Shape shape) => shape.Without(1);

    /// <summary>The examples that count: all but those with the label to ignore.</summary>
    /// <exception cref="ArgumentException">The number of labels does not fit, or a label is out of range.</exception>
    public static List<int> Counted(ReadOnlySpan<int> labels, int rows, int classes, int? ignored, string operation)
    {
        if (labels.Length != rows)
            throw new ArgumentException($"{operation}: {labels.Length} labels were given for {rows} examples; there must be one each.", nameof(labels));
        List<int> counted = [];
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] == ignored)
                continue;
            if ((uint)labels[row] >= (uint)classes)
                throw new ArgumentException($"{operation}: label {labels[row]} of example {row} is not from 0 to {classes - 1}.", nameof(labels));
            counted.Add(row);
        }

        return counted;
    }

    /// <summary>One weight for each class; null if all are 1.</summary>
    /// <exception cref="ArgumentException">The number of weights is not that of the classes, or a weight is negative or not finite.</exception>
    public static double[]? Weights(IReadOnlyList<double>? weights, int classes, string operation)
    {
        if (weights is null)
            return null;
        if (weights.Count != classes || weights.Any(weight => !(weight >= 0 && double.IsFinite(weight))))
            throw new ArgumentException(
                $"{operation}: class weights of [{string.Join(", ", weights)}] were given for {classes} classes; there must be one for each, finite and not "
                    + "negative.", nameof(weights));
        return [.. weights];
    }

    /// <summary>
    /// The losses of the counted examples, each times its weight. A mean is divided by the sum of the weights; examples that do not count have loss 0.
    /// </summary>
    /// <param name="losses">One for each counted example.</param>
    /// <param name="counted">The counted examples.</param>
    /// <param name="weights">The weight of each of these; null if all are 1.</param>
    /// <param name="places">The shape of the losses of all examples.</param>
    /// <param name="reduction">How the losses are combined.</param>
    public static Var<T> Weighted<T>(Var<T> losses, List<int> counted, double[]? weights, in Shape places, LossReduction reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (weights is not null)
        {
            // Weights of mean 1, so that the mean of the products is the weighted mean and no sum leaves the range of the element type.
            double scale = reduction == LossReduction.Mean ? counted.Count / weights.Sum() : 1;
            losses *= losses.Tape.Constant(losses.Shape, [.. weights.Select(weight => T.CreateTruncating(weight * scale))]);
        }

        if (reduction == LossReduction.Sum)
            return losses.Sum();
        if (reduction == LossReduction.Mean)
            return counted.Count == 0 ? losses.Sum().DivideBy(0) : losses.Mean();
        if (counted.Count == places.Count)
            return losses.Apply(new Rules.Reshape<T>(places));

        // The place after the last loss holds 0.
        int[] sources = [.. Enumerable.Repeat(counted.Count, places.Count)];
        for (int i = 0; i < counted.Count; i++)
            sources[counted[i]] = i;
        return losses.Pad([0], [1]).GatherRows(losses.Tape.Indices(places, sources));
    }
}
