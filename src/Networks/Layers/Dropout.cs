using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// Dropout: in training, elements are set to 0 with probability p and the others are divided by 1 − p; in evaluation, the input passes unchanged.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Dropout<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Philox random;
    private readonly DrawCounter counter = new();

    /// <summary>Creates the layer.</summary>
    /// <param name="probability">p, from 0 to 1.</param>
    /// <param name="initializer">The source of its stream of random numbers.</param>
    public Dropout(double probability, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability,
                $"A dropout probability of {probability} was given; it lies between 0 and 1.");
        Probability = probability;
        random = initializer.NextStream();
    }

    /// <summary>p.</summary>
    public double Probability { get; }

    /// <summary>The number of random numbers taken so far; set it to continue a run where it stopped.</summary>
    public ulong Drawn
    {
        get => counter.Drawn;
        set => counter.Drawn = value;
    }

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) =>
        mode == Mode.Evaluation || Probability == 0 ? x : x.Dropout(Probability, random, counter);
}
