using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <summary>
/// A number that is recorded on a <see cref="ScalarTape"/>. It implements .NET's generic math, so a function written for any number type runs on it unchanged
/// and is differentiated, including its branches and loops.
/// </summary>
/// <remarks>
/// Comparisons compare the values. Equal values, where a branch may have its kink, are noted, and in Clarke mode the tangents decide between them
/// (lexicographic order). A plain number converts to a constant, which records nothing. A conversion to a plain number would lose the derivative and throws;
/// use <see cref="Value"/> to drop the derivative deliberately.
/// </remarks>
public readonly partial struct Active : IFloatingPointIeee754<Active>, IMinMaxValue<Active>
{
    // A unique address per recorded number; 0 for a constant. It is a single word, so that numbers fit in registers.
    internal readonly ulong Handle;

    // The value as the engine's own code reads it. A program reads Value, which a tape that traces it notices.
    internal readonly double Number;

    /// <summary>Creates a constant.</summary>
    /// <param name="value">Its value.</param>
    public Active(double value) => Number = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Active(double value, ulong handle)
    {
        Number = value;
        Handle = handle;
    }

    /// <summary>The value, without its derivative.</summary>
    public double Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (ScalarTape.IsCareful(this))
                ScalarTape.NoteRead(this);
            return Number;
        }
    }

    /// <summary>Whether the number is a constant: it depends on no variable.</summary>
    public bool IsConstant => Handle == 0;

    internal int Node => ScalarTapeSlots.NodeOf(Handle);

    /// <summary>Converts a number to a constant.</summary>
    /// <param name="value">Its value.</param>
    public static implicit operator Active(double value) => new(value);

    /// <summary>Records an elementwise operation, with a rule of the library or of the user.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    public Active Apply<TRule>(TRule rule)
        where TRule : struct, IUnaryRule<TRule>
    {
        UnaryProbe<TRule>.Ask(rule);
        return ScalarTape.Record(rule, this);
    }

    /// <summary>Records an elementwise operation of two arguments.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="other">The second argument.</param>
    public Active Apply<TRule>(TRule rule, Active other)
        where TRule : struct, IBinaryRule<TRule>
    {
        BinaryProbe<TRule>.Ask(rule);
        return ScalarTape.Record(rule, this, other);
    }

    /// <summary>
    /// The value without its derivative: a constant to every tape. The gradient of a program with it is not that of the program's function, so no certificate
    /// is given. <see cref="Value"/> drops the derivative too, but certificates do not see it.
    /// </summary>
    public Active Detach() => ScalarTape.RecordDetached(this);

    /// <summary>Applies a function that is given by its value and its slope, such as one that is computed by iteration.</summary>
    /// <remarks>
    /// Without facts nothing is certified of a gradient through it. With facts that state it smooth, certificates compare the slope with differences on both
    /// sides, and refuse where they disagree.
    /// </remarks>
    /// <param name="value">The value at a number.</param>
    /// <param name="slope">The slope at a number, given the value there as its second argument. It computes on recorded numbers, so that second derivatives and
    /// nested tapes can differentiate it.</param>
    /// <param name="facts">What is known of the function; null if nothing is.</param>
    /// <exception cref="ArgumentNullException">A function is missing.</exception>
    public Active Apply(Func<double, double> value, Func<Active, Active, Active> slope, OperationFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(slope);
        return ScalarTape.RecordOwn(this, value, slope, OwnFunctions.Known(facts));
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.CurrentCulture);

    /// <summary>The value as text in the current culture.</summary>
    /// <param name="format">A format that double accepts.</param>
    public string ToString(string? format) => Value.ToString(format, CultureInfo.CurrentCulture);

    /// <summary>The value as text.</summary>
    /// <param name="provider">The culture.</param>
    public string ToString(IFormatProvider? provider) => Value.ToString(provider);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value.ToString(format, formatProvider);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(destination, out charsWritten, format, provider);

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(utf8Destination, out bytesWritten, format, provider);
}
