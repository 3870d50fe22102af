namespace ConservativeAD;

/// <summary>An optional choice at one call of an operation: a nullable value that GPU kernels accept, since their arguments cannot contain booleans.</summary>
/// <typeparam name="TValue">The type of the choice.</typeparam>
internal readonly struct Choice<TValue>
    where TValue : unmanaged
{
    private readonly TValue value;
    private readonly int isMade;

    private Choice(TValue? value)
    {
        this.value = value.GetValueOrDefault();
        isMade = value.HasValue ? 1 : 0;
    }

    /// <summary>Wraps a value, or null for no choice.</summary><param name="value">The value.</param>
    public static implicit operator Choice<TValue>(TValue? value) => new(value);

    /// <summary>The choice, or a fallback if there is none.</summary><param name="otherwise">The fallback.</param>
    public TValue Or(TValue otherwise) => isMade != 0 ? value : otherwise;

    /// <summary>The choice, or zeros if there is none.</summary>
    public TValue GetValueOrDefault() => value;
}
