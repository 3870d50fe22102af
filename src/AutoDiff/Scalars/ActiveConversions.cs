using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <content>Conversions and text.</content>
public readonly partial struct Active
{
    /// <summary>Parses a constant, as double does.</summary>
    /// <param name="s">The text, in the current culture.</param>
    public static Active Parse(string s) => new(double.Parse(s, CultureInfo.CurrentCulture));

    /// <summary>Parses a constant, as double does.</summary>
    /// <param name="s">The text, in the current culture.</param>
    /// <param name="style">The styles that the text may use.</param>
    public static Active Parse(string s, NumberStyles style) => new(double.Parse(s, style, CultureInfo.CurrentCulture));

    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<byte> utf8Text, NumberStyles style, IFormatProvider? provider) => new(double.Parse(utf8Text, style, provider));

    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider) => new(double.Parse(utf8Text, provider));

    /// <summary>Tries to parse a constant, as double does.</summary>
    /// <param name="s">The text, in the current culture.</param>
    /// <param name="result">The number, or 0 on failure.</param>
    public static bool TryParse([NotNullWhen(true)] string? s, out Active result) => Wrap(double.TryParse(s, out double value), value, out result);

    /// <summary>Tries to parse a constant, as double does.</summary>
    /// <param name="s">The text, in the current culture.</param>
    /// <param name="result">The number, or 0 on failure.</param>
    public static bool TryParse(ReadOnlySpan<char> s, out Active result) => Wrap(double.TryParse(s, out double value), value, out result);

    /// <summary>Tries to parse a constant, as double does.</summary>
    /// <param name="utf8Text">The text, in the current culture.</param>
    /// <param name="result">The number, or 0 on failure.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out Active result) => Wrap(double.TryParse(utf8Text, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, NumberStyles style, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(utf8Text, style, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(utf8Text, provider, out double value), value, out result);

    /// <summary>A constant with the value of another number; an active number is returned unchanged.</summary>
    /// <typeparam name="TOther">The other number's type.</typeparam>
    /// <param name="value">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Active CreateChecked<TOther>(TOther value)
        where TOther : INumberBase<TOther> => From<TOther, Active>(value) ?? new Active(double.CreateChecked(value));

    /// <inheritdoc cref="CreateChecked"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Active CreateSaturating<TOther>(TOther value)
        where TOther : INumberBase<TOther> => From<TOther, Active>(value) ?? new Active(double.CreateSaturating(value));

    /// <inheritdoc cref="CreateChecked"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Active CreateTruncating<TOther>(TOther value)
        where TOther : INumberBase<TOther> => From<TOther, Active>(value) ?? new Active(double.CreateTruncating(value));

    /// <summary>Truncates the number to an integer, saturating if it does not fit. The result jumps at integers.</summary>
    /// <typeparam name="TInteger">An integer type.</typeparam>
    /// <param name="value">The number.</param>
    public static TInteger ConvertToInteger<TInteger>(Active value)
        where TInteger : IBinaryInteger<TInteger> => double.ConvertToInteger<TInteger>(Plain<TInteger>(value));

    /// <summary>Like <see cref="ConvertToInteger"/>, but the processor decides the result if the number does not fit.</summary>
    /// <typeparam name="TInteger">An integer type.</typeparam>
    /// <param name="value">The number.</param>
    public static TInteger ConvertToIntegerNative<TInteger>(Active value)
        where TInteger : IBinaryInteger<TInteger> => double.ConvertToIntegerNative<TInteger>(Plain<TInteger>(value));

    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider) => new(double.Parse(s, style, provider));

    /// <inheritdoc/>
    public static Active Parse(string s, NumberStyles style, IFormatProvider? provider) => new(double.Parse(s, style, provider));

    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => new(double.Parse(s, provider));

    /// <inheritdoc/>
    public static Active Parse(string s, IFormatProvider? provider) => new(double.Parse(s, provider));

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(s, style, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, NumberStyles style, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(s, style, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(s, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Active result) =>
        Wrap(double.TryParse(s, provider, out double value), value, out result);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool INumberBase<Active>.TryConvertFromChecked<TOther>(TOther value, out Active result) => Wrap(true, double.CreateChecked(value), out result);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool INumberBase<Active>.TryConvertFromSaturating<TOther>(TOther value, out Active result) => Wrap(true, double.CreateSaturating(value), out result);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool INumberBase<Active>.TryConvertFromTruncating<TOther>(TOther value, out Active result) => Wrap(true, double.CreateTruncating(value), out result);

    /// <inheritdoc/>
    static bool INumberBase<Active>.TryConvertToChecked<TOther>(Active value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateChecked(Plain<TOther>(value));
        return true;
    }

    /// <inheritdoc/>
    static bool INumberBase<Active>.TryConvertToSaturating<TOther>(Active value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateSaturating(Plain<TOther>(value));
        return true;
    }

    /// <inheritdoc/>
    static bool INumberBase<Active>.TryConvertToTruncating<TOther>(Active value, [MaybeNullWhen(false)] out TOther result)
    {
        result = TOther.CreateTruncating(Plain<TOther>(value));
        return true;
    }

    // A conversion to integers is a step function that a program may intend; one to another real type would silently drop the derivative.
    private static double Plain<TOther>(Active value)
        where TOther : INumberBase<TOther>
    {
        if (value.IsConstant)
            return value.Value;

        // In integer types 1 / 2 is 0.
        if (!TOther.IsZero(TOther.One / (TOther.One + TOther.One)))
            throw new InvalidOperationException(
                $"Converting a recorded number to {typeof(TOther).Name} would lose its derivative; compute with the generic number type, or take "
                    + $"Active.Value to drop it deliberately.");
        ScalarTape.Looks(value);
        if (!double.IsInteger(value.Value) || value.Value == 0 || ScalarTape.Moves(value, ScalarTape.IsWhole) is not { } sign)
            return value.Value;

        // A tangent towards 0 from an integer leads to the next integer in that direction after truncation.
        return sign == -Math.Sign(value.Value) ? value.Value + sign : value.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSelf? From<TOther, TSelf>(TOther value)
        where TSelf : struct => typeof(TOther) == typeof(TSelf) ? (TSelf)(object)value! : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Wrap(bool succeeded, double value, out Active result)
    {
        result = new Active(value);
        return succeeded;
    }
}
