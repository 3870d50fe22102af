namespace ConservativeAD;

/// <summary>What was chosen at one call of an operation, or nothing: a nullable value that kernels of a GPU can take, which know no truth values among their arguments.</summary>
/// <typeparam name="TValue">What is chosen.</typeparam>
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

    /// <summary>The choice of a value, or none.</summary><param name="value">The value.</param>
    public static implicit operator Choice<TValue>(TValue? value) => new(value);

    /// <summary>What was chosen, or else this.</summary><param name="otherwise">What holds where nothing was chosen.</param>
    public TValue Or(TValue otherwise) => isMade != 0 ? value : otherwise;

    /// <summary>What was chosen, or else zeros.</summary>
    public TValue GetValueOrDefault() => value;
}
