using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Elements set to 0 with a probability p, the others divided by 1 − p (inverted dropout; Srivastava et al., JMLR 2014). Linear, given the random numbers.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="probability">p.</param>
/// <param name="random">The stream of random numbers.</param>
/// <param name="offset">The index in the stream of the first element.</param>
/// <param name="counter">Where to take the index from at each run instead, or null.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Dropout<T>(double probability, Philox random, ulong offset, DrawCounter? counter = null) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double probability = probability;
    private readonly Philox random = random;
    private readonly DrawCounter? counter = counter;
    private ulong offset = offset;
    private NDArray<T> mask;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("dropout", TameClass.Polynomial) { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
        if (counter is not null && !recording.IsRecomputation)
            offset = counter.Take(x.Count);
        mask = recording.Rent(x.Shape);
        recording.Device.DropoutMask(random, mask, probability, offset);
        recording.Device.Map2(default(Arithmetic.Product), x, mask, y);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(default(Arithmetic.Product), context.Cotangent, mask, target, accumulate);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear, given the mask.
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context) => context.Device.Map2(default(Arithmetic.Product), context.Tangent(0), mask, context.OutputTangent);

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;
}

/// <content>Dropout.</content>
public static partial class Operations
{
    /// <summary>Elements set to 0 with a probability p, the others divided by 1 − p.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="probability">p; at least 0 and at most 1.</param>
    /// <param name="random">The stream of random numbers; another for every use.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public static Var<T> Dropout<T>(this Var<T> x, double probability, Philox random, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, $"dropout: a probability of {probability} was given; it lies between 0 and 1.");
        return x.Apply(new Dropout<T>(probability, random, offset));
    }

    /// <summary>Elements set to 0 with a probability p, the others divided by 1 − p; other ones at each run.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="probability">p; at least 0 and at most 1.</param>
    /// <param name="random">The stream of random numbers.</param>
    /// <param name="counter">How many numbers were taken from the stream; those of this run are counted.</param>
    public static Var<T> Dropout<T>(this Var<T> x, double probability, Philox random, DrawCounter counter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(counter);
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, $"dropout: a probability of {probability} was given; it lies between 0 and 1.");
        return x.Apply(new Dropout<T>(probability, random, 0, counter));
    }
}
