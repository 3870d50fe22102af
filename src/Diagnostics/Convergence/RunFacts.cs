using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>The gradient that a method follows.</summary>
public enum GradientKind
{
    /// <summary>Backpropagation with selections: an element of a conservative field.</summary>
    Conservative,

    /// <summary>An element of Clarke's subdifferential.</summary>
    Clarke,
}

/// <summary>The known facts about a method and its run; null means unknown.</summary>
/// <param name="Schedule">The step sizes.</param>
public sealed record RunFacts(IStepSizeSchedule Schedule)
{
    /// <summary>The gradient that the method follows.</summary>
    public GradientKind Gradient { get; init; }

    /// <summary>Whether gradients come from random mini-batches.</summary>
    public bool IsStochastic { get; init; } = true;

    /// <summary>Whether the start was drawn from a distribution with a density.</summary>
    public bool IsStartRandom { get; init; } = true;

    /// <summary>A Lipschitz constant L of the gradient; null if none is known.</summary>
    public double? SmoothnessConstant { get; init; }

    /// <summary>Whether the iterates stay in a bounded set.</summary>
    public bool? AreIteratesBounded { get; init; }

    /// <summary>Whether the sublevel set of the starting loss is compact.</summary>
    public bool? IsSublevelSetCompact { get; init; }

    /// <summary>Whether the gradients' noise has mean 0 and bounded variance over bounded sets, as for uniformly drawn mini-batches.</summary>
    public bool? IsNoiseBounded { get; init; } = true;

    /// <summary>The KL exponent at the limit; null if none is known.</summary>
    public double? KlExponent { get; init; }

    /// <summary>The source of the KL exponent, as words that follow a comma; null if the exponent was given.</summary>
    public string? KlSource { get; init; }

    /// <summary>Whether the facts about iterates and constants were observed along a run rather than proved.</summary>
    public bool IsObserved { get; init; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
