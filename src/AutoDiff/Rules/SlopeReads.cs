namespace ConservativeAD.Rules;

/// <summary>The arrays from which the slope of an elementwise operation is computed.</summary>
public enum SlopeReads
{
    /// <summary>The argument and the value.</summary>
    Both,

    /// <summary>The argument alone.</summary>
    Argument,

    /// <summary>The value alone.</summary>
    Value,
}
