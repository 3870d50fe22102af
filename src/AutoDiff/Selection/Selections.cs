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

    /// <summary>Whether, where no slope is given for leaky relu or ELU, the least of its Clarke set is taken instead of the left piece's.</summary>
    public bool LeastNorm { get; init; }

    /// <summary>The slope of leaky relu at 0; if null, that of the left piece (or the least, see <see cref="LeastNorm"/>). Clarke between the two slopes.</summary>
    public double? LeakyReluAtZero { get; init; }

    /// <summary>The slope of ELU at 0, where its two sides differ (α ≠ 1); if null, the left slope α (or the least, see <see cref="LeastNorm"/>).</summary>
    public double? EluAtZero { get; init; }

    /// <summary>The slopes of relu6 at 0 and at 6; Clarke in [0, 1].</summary>
    public BoundSelection Relu6AtBounds { get; init; }

    /// <summary>The slopes of hardtanh at its bounds; Clarke in [0, 1].</summary>
    public BoundSelection HardTanhAtBounds { get; init; }

    /// <summary>The slopes of clamp at its bounds; Clarke in [0, 1].</summary>
    public BoundSelection ClampAtBounds { get; init; } = BoundSelection.Both(1);

    /// <summary>The slopes of the hard sigmoid at −3 and 3; Clarke in [0, 1/6].</summary>
    public BoundSelection HardSigmoidAtBounds { get; init; }

    /// <summary>The slopes of hard swish at −3, Clarke in [−½, 0], and at 3, Clarke in [1, 3/2].</summary>
    public BoundSelection HardSwishAtBounds { get; init; } = new(0, 1);

    /// <summary>The slopes of the soft threshold at −λ and λ; Clarke in [0, 1].</summary>
    public BoundSelection SoftThresholdAtBounds { get; init; }

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

    /// <summary>What JAX returns (its documentation of jax.nn and jax.numpy): relu and relu6 0 at their kinks, and so the functions built from relu6; clip as a minimum of a maximum, ½ at bounds; hard tanh as a choice, 1 at bounds; leaky relu 1; abs 1; pairs ½–½; reductions evenly. docs/selections.md names the source of each.</summary>
    public static Selections Jax { get; } = new()
    {
        Name = "Jax",
        LeakyReluAtZero = 1,
        HardTanhAtBounds = BoundSelection.Both(1),
        ClampAtBounds = BoundSelection.Both(0.5),
        AbsAtZero = 1,
        HingeAtKnee = -0.5,
    };

    /// <summary>
    /// What TensorFlow 2 returns, with Keras 3 for what it has no operation of its own for (docs/selections.md names the source of each): relu, relu6 and hard sigmoid 0; clipping and hard tanh 1 at bounds; the first of a
    /// pair takes all; reductions evenly; pooling and sort the first. Where it returns NaN, at the origin of the ℓ₂ norm, this preset returns 0.
    /// </summary>
    public static Selections TensorFlow { get; } = new()
    {
        Name = "TensorFlow",
        HardTanhAtBounds = BoundSelection.Both(1),
        HingeAtKnee = -1,
        FirstOfPairWeight = 1,
    };

    /// <summary>The element of least norm of each operation's own Clarke set.</summary>
    public static Selections MinimalNorm { get; } = new()
    {
        Name = "MinimalNorm",
        LeastNorm = true,
        ClampAtBounds = BoundSelection.Both(0),
        HardSwishAtBounds = new BoundSelection(0, 1),
        MaxPool = TieSelection.EvenSplit,
        Sort = TieSelection.EvenSplit,
    };

    internal static double LeastBetween(double one, double other)
    {
        (double low, double high) = (Math.Min(one, other), Math.Max(one, other));
        return low > 0 ? low : high < 0 ? high : 0;
    }

    internal static BoundSelection Ordered(double lower, double upper) => lower < upper
        ? new BoundSelection(lower, upper)
        : throw new ArgumentException($"Bounds of {lower} and {upper} were given; the lower must be below the upper.");

    internal static double Positive(double threshold) => threshold > 0
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, $"A threshold of {threshold} was given; it must be above 0.");
}
