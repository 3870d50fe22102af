namespace ConservativeAD;

/// <summary>
/// What every operation returns at its kinks. A record: <c>Selections.PyTorch with { ReluAtZero = 0.5 }</c> changes one choice. A property of a tape or of one reverse
/// pass, never of the process; a single operation may override it.
/// </summary>
/// <remarks>
/// A slope selected at an isolated kink may be any real number and stays conservative; it is a Clarke subgradient only between the one-sided slopes
/// (Bolte &amp; Pauwels, Math. Program. 2021). The pullback multiplies the incoming cotangent by it.
/// </remarks>
public sealed record Selections
{
    /// <summary>The name of the preset this record started from, for reports.</summary>
    public string Name { get; init; } = "PyTorch";

    /// <summary>relu'(0); Clarke in [0, 1].</summary>
    public double ReluAtZero { get; init; }

    /// <summary>The slope of leaky relu and ELU-like pieces at 0; the slope of the left piece if null. Clarke between the two slopes.</summary>
    public double? LeakyReluAtZero { get; init; }

    /// <summary>The slope of ELU at 0, where its two sides differ (α ≠ 1); the left slope α if null.</summary>
    public double? EluAtZero { get; init; }

    /// <summary>The slope of relu6 at 0 and at 6; Clarke in [0, 1].</summary>
    public double Relu6AtBounds { get; init; }

    /// <summary>The slope of hardtanh at its bounds; Clarke in [0, 1].</summary>
    public double HardTanhAtBounds { get; init; }

    /// <summary>The slope of clamp at its bounds; Clarke in [0, 1].</summary>
    public double ClampAtBounds { get; init; } = 1;

    /// <summary>abs'(0); Clarke in [−1, 1].</summary>
    public double AbsAtZero { get; init; }

    /// <summary>The slope of hinge max(0, 1 − x) at 1; Clarke in [−1, 0].</summary>
    public double HingeAtKnee { get; init; }

    /// <summary>The weight of the first argument of a binary maximum or minimum where both are equal; the second gets the rest. Clarke in [0, 1].</summary>
    public double FirstOfPairWeight { get; init; } = 0.5;

    /// <summary>Ties of a maximum or minimum over axes.</summary>
    public TieSelection ExtremeOverAxis { get; init; } = TieSelection.EvenSplit;

    /// <summary>Ties inside a pooling window.</summary>
    public TieSelection MaxPool { get; init; } = TieSelection.First;

    /// <summary>Ties among equal keys in sort and top-k: first keeps their order, last reverses it, even split averages over the permutations that sort.</summary>
    public TieSelection Sort { get; init; } = TieSelection.First;

    /// <summary>The length of the gradient of the ℓ₂ norm at the origin, along (1, …, 1)/√n; Clarke in [−1, 1].</summary>
    public double Norm2AtZero { get; init; }

    /// <summary>What PyTorch 2 returns (its notes on autograd, and derivatives.yaml): relu 0, hardtanh and relu6 0 at bounds, clamp 1 at bounds, abs 0, pairs ½–½, amax evenly, pooling and sort the first.</summary>
    public static Selections PyTorch { get; } = new();

    /// <summary>What JAX returns: relu 0, clip as a minimum of a maximum (½ at bounds), abs 0 (sign), pairs ½–½, reductions evenly, relu6 as a minimum of a maximum.</summary>
    public static Selections Jax { get; } = new()
    {
        Name = "Jax",
        LeakyReluAtZero = 1,
        EluAtZero = null,
        Relu6AtBounds = 0.5,
        HardTanhAtBounds = 0,
        ClampAtBounds = 0.5,
        HingeAtKnee = 0,
    };

    /// <summary>The element of least norm of each operation's own Clarke set.</summary>
    public static Selections MinimalNorm { get; } = new()
    {
        Name = "MinimalNorm",
        ClampAtBounds = 0,
        MaxPool = TieSelection.EvenSplit,
        Sort = TieSelection.EvenSplit,
    };
}
