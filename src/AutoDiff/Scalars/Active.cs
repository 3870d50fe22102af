using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD;

/// <summary>
/// A number that is recorded on a <see cref="ScalarTape"/>. It implements .NET's generic mathematics, so that a function written for any number type runs unchanged on it
/// and is differentiated, its branches and loops included.
/// </summary>
/// <remarks>
/// Comparisons are those of the values; of equal values, at which a branch may have its kink, a note is kept, and in Clarke mode the tangents decide (lexicographic order). A plain
/// number converts to a constant, which records nothing. Conversion to a plain number would lose the derivative and is refused; take <see cref="Value"/> to lose it knowingly.
/// </remarks>
public readonly partial struct Active : IFloatingPointIeee754<Active>, IMinMaxValue<Active>
{
    // The tape's tag above, the node below; 0 for a constant. One word, so that numbers travel in registers.
    internal readonly ulong Handle;

    /// <summary>A constant.</summary>
    /// <param name="value">Its value.</param>
    public Active(double value) => Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Active(double value, ulong handle)
    {
        Value = value;
        Handle = handle;
    }

    /// <summary>The value, without derivative.</summary>
    public double Value { get; }

    /// <summary>Whether the number is a constant: it depends on no variable.</summary>
    public bool IsConstant => Handle == 0;

    internal int Node => (int)Handle;

    /// <summary>A constant.</summary>
    /// <param name="value">Its value.</param>
    public static implicit operator Active(double value) => new(value);

    /// <summary>Records an elementwise operation: the library's, or a user's own rule.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    public Active Apply<TRule>(TRule rule)
        where TRule : struct, IUnaryRule<TRule> => ScalarTape.Record(rule, this);

    /// <summary>Records an elementwise operation of two arguments.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="other">The second argument.</param>
    public Active Apply<TRule>(TRule rule, Active other)
        where TRule : struct, IBinaryRule<TRule> => ScalarTape.Record(rule, this, other);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value.ToString(format, formatProvider);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(destination, out charsWritten, format, provider);
}
