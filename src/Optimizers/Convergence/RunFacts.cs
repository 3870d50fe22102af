namespace ConservativeAD.Optimizers;

/// <summary>Which gradient a method follows.</summary>
public enum GradientKind
{
    /// <summary>Backpropagation with selections: an element of a conservative field.</summary>
    Conservative,

    /// <summary>An element of Clarke's subdifferential.</summary>
    Clarke,
}

/// <summary>What is known of a method and its run. What is null is unknown.</summary>
/// <param name="Schedule">The step sizes.</param>
public sealed record RunFacts(IStepSizeSchedule Schedule)
{
    /// <summary>Which gradient is followed.</summary>
    public GradientKind Gradient { get; init; }

    /// <summary>Whether gradients are those of random mini-batches.</summary>
    public bool IsStochastic { get; init; } = true;

    /// <summary>Whether the start was drawn from a distribution with a density.</summary>
    public bool IsStartRandom { get; init; } = true;

    /// <summary>A Lipschitz constant L of the gradient; null if none is known.</summary>
    public double? SmoothnessConstant { get; init; }

    /// <summary>Whether the iterates stay in a bounded set.</summary>
    public bool? AreIteratesBounded { get; init; }

    /// <summary>Whether the set where the loss is at most that of the start is compact.</summary>
    public bool? IsSublevelSetCompact { get; init; }

    /// <summary>Whether the gradients' noise has mean 0 and bounded variance over bounded sets, as that of mini-batches drawn evenly has.</summary>
    public bool? IsNoiseBounded { get; init; } = true;

    /// <summary>The KL exponent at the limit; null if none is known.</summary>
    public double? KlExponent { get; init; }

    /// <summary>Whether what is known of iterates and constants was observed along a run rather than proved.</summary>
    public bool IsObserved { get; init; }
}
