using ConservativeAD.Rules;

namespace ConservativeAD;

/// <summary>
/// The values that operations return at their kinks: a preset and changes to it, as an immutable map from <see cref="SelectionKey{TValue}"/>s to values. The
/// named properties are the keys of the library's operations: <c>Selections.PyTorch with { ReluAtZero = 0.5 }</c> changes one choice, and so does
/// <c>Selections.PyTorch.With(Rules.Relu.AtZero, 0.5)</c>. Selections belong to a tape or to one reverse pass, never to the process; a single operation may
/// override them.
/// </summary>
/// <remarks>
/// The slope selected at an isolated kink may be any real number and stays conservative; it is a Clarke subgradient only between the one-sided slopes (Bolte
/// &amp; Pauwels, Math. Program. 2021). The pullback multiplies the incoming cotangent by it. Two selections are equal if they have the same name and preset
/// and change it by the same values.
/// </remarks>
public sealed record Selections
{
    private readonly Preset preset;

    // The changes to the preset, by the index of their key. The array is replaced, never modified.
    private Chosen?[] chosen = [];

    /// <summary>The choices of <see cref="PyTorch"/>.</summary>
    public Selections()
        : this(Preset.PyTorch)
    {
    }

    private Selections(Preset preset)
    {
        this.preset = preset;
        Name = preset.ToString();
    }

    /// <summary>The name of the preset that this record started from, for reports.</summary>
    public string Name { get; init; }

    /// <summary>relu'(0); Clarke in [0, 1].</summary>
    public double ReluAtZero { get => GetValue(Rules.Relu.AtZero); init => Choose(Rules.Relu.AtZero, value); }

    /// <summary>The slope of leaky relu at 0: a number, or the slope of one side; Clarke between the two slopes.</summary>
    public SideSelection LeakyReluAtZero { get => GetValue(Rules.LeakyRelu.AtZero); init => Choose(Rules.LeakyRelu.AtZero, value); }

    /// <summary>The slope of ELU at 0 if its two sides differ (α ≠ 1): a number, or the slope of one side; Clarke between α and 1.</summary>
    public SideSelection EluAtZero { get => GetValue(Rules.Elu.AtZero); init => Choose(Rules.Elu.AtZero, value); }

    /// <summary>The slopes of relu6 at 0 and at 6; Clarke in [0, 1].</summary>
    public BoundSelection Relu6AtBounds { get => GetValue(Rules.Relu6.AtBounds); init => Choose(Rules.Relu6.AtBounds, value); }

    /// <summary>The slopes of hardtanh at its bounds; Clarke in [0, 1].</summary>
    public BoundSelection HardTanhAtBounds { get => GetValue(Rules.HardTanh.AtBounds); init => Choose(Rules.HardTanh.AtBounds, value); }

    /// <summary>The slopes of clamp at its bounds; Clarke in [0, 1].</summary>
    public BoundSelection ClampAtBounds { get => GetValue(Rules.Clamp.AtBounds); init => Choose(Rules.Clamp.AtBounds, value); }

    /// <summary>The slopes of the hard sigmoid at −3 and 3; Clarke in [0, 1/6].</summary>
    public BoundSelection HardSigmoidAtBounds { get => GetValue(Rules.HardSigmoid.AtBounds); init => Choose(Rules.HardSigmoid.AtBounds, value); }

    /// <summary>The slopes of hard swish at −3, Clarke in [−½, 0], and at 3, Clarke in [1, 3/2].</summary>
    public BoundSelection HardSwishAtBounds { get => GetValue(Rules.HardSwish.AtBounds); init => Choose(Rules.HardSwish.AtBounds, value); }

    /// <summary>The slopes of the soft threshold at −λ and λ; Clarke in [0, 1].</summary>
    public BoundSelection SoftThresholdAtBounds { get => GetValue(Rules.SoftThreshold.AtBounds); init => Choose(Rules.SoftThreshold.AtBounds, value); }

    /// <summary>abs'(0); Clarke in [−1, 1].</summary>
    public double AbsAtZero { get => GetValue(Rules.Abs.AtZero); init => Choose(Rules.Abs.AtZero, value); }

    /// <summary>The slope of hinge max(0, 1 − x) at 1; Clarke in [−1, 0].</summary>
    public double HingeAtKnee { get => GetValue(Rules.Hinge.AtKnee); init => Choose(Rules.Hinge.AtKnee, value); }

    /// <summary>The weight of the first argument of a binary maximum or minimum if both are equal; the second gets the rest. Clarke in [0, 1].</summary>
    public double FirstOfPairWeight { get => GetValue(Rules.Maximum.FirstWeight); init => Choose(Rules.Maximum.FirstWeight, value); }

    /// <summary>
    /// The weight of the first argument of a maximum or minimum of two that ignores NaN, if both are equal; the second gets the rest. Clarke in [0, 1].
    /// </summary>
    public double FirstOfNumbersWeight { get => GetValue(Rules.MaximumNumber.FirstWeight); init => Choose(Rules.MaximumNumber.FirstWeight, value); }

    /// <summary>Ties of a maximum or minimum over axes.</summary>
    public TieSelection ExtremeOverAxis { get => GetValue(Rules.ExtremeOverAxes.Ties); init => Choose(Rules.ExtremeOverAxes.Ties, value); }

    /// <summary>Ties of a cumulative maximum or minimum.</summary>
    public TieSelection CumulativeExtreme { get => GetValue(Rules.CumulativeExtreme.Ties); init => Choose(Rules.CumulativeExtreme.Ties, value); }

    /// <summary>Ties inside a pooling window.</summary>
    public TieSelection MaxPool { get => GetValue(Rules.MaxPool.Ties); init => Choose(Rules.MaxPool.Ties, value); }

    /// <summary>
    /// Ties among equal keys in sort and top-k: "first" keeps their order, "last" reverses it, and the even split averages over all permutations that sort.
    /// </summary>
    public TieSelection Sort { get => GetValue(Rules.Sort.Ties); init => Choose(Rules.Sort.Ties, value); }

    /// <summary>
    /// Eigenvalues or singular values that meet: "first" takes the vectors as computed, "last" takes them in the opposite order, and the even split averages
    /// over all bases of their space.
    /// </summary>
    public TieSelection Eigenvalues { get => GetValue(Rules.SymmetricEigenvalues.Ties); init => Choose(Rules.SymmetricEigenvalues.Ties, value); }

    /// <summary>The length of the gradient of the ℓ₂ norm at the origin, along (1, …, 1)/√n; Clarke in [−1, 1].</summary>
    public double Norm2AtZero { get => GetValue(Rules.Norm2.AtOrigin); init => Choose(Rules.Norm2.AtOrigin, value); }

    /// <summary>
    /// Whether a cotangent or tangent of exactly 0 stays 0 even if it meets an infinite or NaN slope, so that the branch of a program that is not taken
    /// contributes nothing: where(x > 0, √x, x) at −1 has gradient 1. If false, products are the plain ones and 0 times ∞ is NaN, as in PyTorch, JAX and
    /// TensorFlow. True in all presets.
    /// </summary>
    public bool AbsorbingZero { get; init; } = true;

    /// <summary>The values of PyTorch 2. docs/selections.md has a table of every preset's values with their sources.</summary>
    public static Selections PyTorch { get; } = new(Preset.PyTorch);

    /// <summary>The values of JAX, from jax.nn, jax.numpy and jax.lax.</summary>
    public static Selections Jax { get; } = new(Preset.Jax);

    /// <summary>
    /// The values of TensorFlow 2, and those of Keras 3 for operations that TensorFlow lacks. At the origin of the ℓ₂ norm, where TensorFlow returns NaN, this
    /// preset returns 0.
    /// </summary>
    public static Selections TensorFlow { get; } = new(Preset.TensorFlow);

    /// <summary>The element of least norm of each operation's own Clarke set.</summary>
    public static Selections MinimalNorm { get; } = new(Preset.MinimalNorm);

    /// <summary>The keys of the library's operations.</summary>
    public static IReadOnlyList<SelectionKey> Keys => LibraryKeys.All;

    /// <summary>The value of a key: the changed one, or else the preset's.</summary>
    /// <typeparam name="TValue">The type of the selected value.</typeparam>
    /// <param name="key">The key.</param>
    public TValue GetValue<TValue>(SelectionKey<TValue> key)
        where TValue : struct, IEquatable<TValue>
    {
        return key.Index < chosen.Length && chosen[key.Index] is Chosen<TValue> own ? own.Value : key.In(preset);
    }

    /// <summary>The same selections with one value changed.</summary>
    /// <typeparam name="TValue">The type of the selected value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    public Selections With<TValue>(SelectionKey<TValue> key, TValue value)
        where TValue : struct, IEquatable<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        Selections changed = this with { };
        changed.Choose(key, value);
        return changed;
    }

    /// <summary>Whether both have the same name and preset and change it by the same values.</summary>
    /// <param name="other">The other selections.</param>
    public bool Equals(Selections? other)
    {
        if (other is null || Name != other.Name || preset != other.preset || AbsorbingZero != other.AbsorbingZero)
            return false;
        for (int i = 0; i < Math.Max(chosen.Length, other.chosen.Length); i++)
        {
            if (!Equals(chosen.ElementAtOrDefault(i), other.chosen.ElementAtOrDefault(i)))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode code = default;
        code.Add(Name);
        code.Add(preset);
        code.Add(AbsorbingZero);
        foreach (Chosen own in chosen.OfType<Chosen>())
            code.Add(own);

        return code.ToHashCode();
    }

    internal static BoundSelection Ordered(double lower, double upper) => lower < upper
        ? new BoundSelection(lower, upper)
        : throw new ArgumentException($"Bounds of {lower} and {upper} were given; the lower must be below the upper.");

    internal static double Positive(double threshold) => threshold > 0
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, $"A threshold of {threshold} was given; it must be above 0.");

    // Only for a new record that is not shared yet. A value equal to the preset's is not stored, so that equal selections are equal records.
    private void Choose<TValue>(SelectionKey<TValue> key, TValue value)
        where TValue : struct, IEquatable<TValue>
    {
        Chosen?[] all = new Chosen?[Math.Max(chosen.Length, key.Index + 1)];
        chosen.CopyTo(all, 0);
        all[key.Index] = value.Equals(key.In(preset)) ? null : new Chosen<TValue>(key, value);
        chosen = all;
    }

    // The named properties, and the changed values of keys of users' rules.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        RecordText.Write(text, this);
        foreach (Chosen own in chosen.OfType<Chosen>().Where(own => own.Key.Property is null))
            text.Append(", ").Append(own);
        return true;
    }

    private abstract record Chosen(SelectionKey Key);

    private sealed record Chosen<TValue>(SelectionKey<TValue> Of, TValue Value) : Chosen(Of)
        where TValue : struct, IEquatable<TValue>
    {
        public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Key} = {Value}");
    }

    // A class of its own: its initializer runs when the keys are first asked for, not when a preset is.
    private static class LibraryKeys
    {
        public static readonly IReadOnlyList<SelectionKey> All = Array.AsReadOnly<SelectionKey>(
        [
            Rules.Relu.AtZero,
            Rules.LeakyRelu.AtZero,
            Rules.Elu.AtZero,
            Rules.Relu6.AtBounds,
            Rules.HardTanh.AtBounds,
            Rules.Clamp.AtBounds,
            Rules.HardSigmoid.AtBounds,
            Rules.HardSwish.AtBounds,
            Rules.SoftThreshold.AtBounds,
            Rules.Abs.AtZero,
            Rules.Hinge.AtKnee,
            Rules.Maximum.FirstWeight,
            Rules.MaximumNumber.FirstWeight,
            Rules.ExtremeOverAxes.Ties,
            Rules.CumulativeExtreme.Ties,
            Rules.MaxPool.Ties,
            Rules.Sort.Ties,
            Rules.SymmetricEigenvalues.Ties,
            Rules.Norm2.AtOrigin,
        ]);
    }
}
