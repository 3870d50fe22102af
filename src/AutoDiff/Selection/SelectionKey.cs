namespace ConservativeAD.Rules;

/// <summary>A choice at a kink, of any type; see <see cref="SelectionKey{TValue}"/>.</summary>
public abstract class SelectionKey
{
    // The library's keys are made when they are first read. A user's key waits for all of them, so that it can never take a name of theirs.
    private protected SelectionKey(string name, string? property)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (property is null)
            _ = Selections.Keys;
        Name = name;
        Property = property;
        Index = SelectionNames.Take(this);
    }

    /// <summary>The unique name: the operation and the position of its kink, such as "relu at 0".</summary>
    public string Name { get; }

    /// <summary>The meaning of the value.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>The Clarke set as text; null if it is not given.</summary>
    public abstract string? ClarkeText { get; }

    /// <summary>The index among the values of <see cref="Selections"/>.</summary>
    internal int Index { get; }

    /// <summary>The property of <see cref="Selections"/> that reads and sets the value; null for keys of users' rules.</summary>
    internal string? Property { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// A choice at a kink: its name and meaning, the values that are Clarke, and the value of each preset. It is declared once, as a static member in the file of
/// the operation. The reverse pass looks its value up with <see cref="Selections.GetValue"/>, and <see cref="Selections.With"/> changes it. A user's own rule
/// declares its key in the same way.
/// </summary>
/// <typeparam name="TValue">The type of the selected value: a slope, a <see cref="BoundSelection"/>, a <see cref="TieSelection"/>, or any other
/// type.</typeparam>
public sealed class SelectionKey<TValue> : SelectionKey
    where TValue : struct, IEquatable<TValue>
{
    /// <summary>Declares a key.</summary>
    /// <param name="name">The unique name: the operation and the position of its kink.</param>
    /// <param name="otherwise">The value for presets that define none for this key.</param>
    /// <exception cref="ArgumentException">The name is empty or belongs to another key.</exception>
    public SelectionKey(string name, TValue otherwise)
        : this(name, otherwise, null)
    {
    }

    internal SelectionKey(string name, TValue otherwise, string? property)
        : base(name, property) => Default = otherwise;

    /// <summary>The value for presets that define none for this key.</summary>
    public TValue Default { get; }

    /// <summary>The Clarke set, if known; <see cref="Selections.MinimalNorm"/> selects its element of least norm.</summary>
    public ClarkeSet<TValue>? Clarke { get; init; }

    /// <summary>The value that PyTorch returns; the default if null.</summary>
    public PresetValue<TValue>? PyTorch { get; init; }

    /// <summary>The value that JAX returns; the default if null.</summary>
    public PresetValue<TValue>? Jax { get; init; }

    /// <summary>The value that TensorFlow returns; the default if null.</summary>
    public PresetValue<TValue>? TensorFlow { get; init; }

    /// <summary>The value that <see cref="Selections.MinimalNorm"/> selects if the Clarke set does not determine it; the default if null.</summary>
    public PresetValue<TValue>? MinimalNorm { get; init; }

    /// <inheritdoc/>
    public override string? ClarkeText => Clarke?.Text;

    internal TValue In(Preset preset) => preset switch
    {
        Preset.PyTorch => PyTorch?.Value,
        Preset.Jax => Jax?.Value,
        Preset.TensorFlow => TensorFlow?.Value,
        _ => MinimalNorm?.Value ?? Clarke?.LeastNorm,
    }
    ?? Default;
}
