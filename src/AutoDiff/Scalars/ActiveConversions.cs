using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD;

/// <content>Conversions and text.</content>
public readonly partial struct Active
{
    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider) => new(double.Parse(s, style, provider));

    /// <inheritdoc/>
    public static Active Parse(string s, NumberStyles style, IFormatProvider? provider) => new(double.Parse(s, style, provider));

    /// <inheritdoc/>
    public static Active Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => new(double.Parse(s, provider));

    /// <inheritdoc/>
    public static Active Parse(string s, IFormatProvider? provider) => new(double.Parse(s, provider));

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider, out Active result) => Wrap(double.TryParse(s, style, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, NumberStyles style, IFormatProvider? provider, out Active result) => Wrap(double.TryParse(s, style, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Active result) => Wrap(double.TryParse(s, provider, out double value), value, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Active result) => Wrap(double.TryParse(s, provider, out double value), value, out result);

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

    // A conversion to whole numbers is a step function and a program may well mean it; one to another kind of real number would silently drop the derivative.
    private static double Plain<TOther>(Active value)
        where TOther : INumberBase<TOther>
    {
        if (value.IsConstant)
            return value.Value;
        bool isWhole = typeof(TOther).GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IBinaryInteger<>));
        if (!isWhole)
            throw new InvalidOperationException($"Converting a recorded number to {typeof(TOther).Name} would lose its derivative; compute with the generic number type, or take Active.Value to lose it knowingly.");
        if (double.IsInteger(value.Value) && value.Value != 0)
            ScalarTape.RecordJump(value, value.Value);
        return value.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Wrap(bool succeeded, double value, out Active result)
    {
        result = new Active(value);
        return succeeded;
    }
}
