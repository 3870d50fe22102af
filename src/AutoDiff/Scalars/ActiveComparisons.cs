using System.Runtime.CompilerServices;

namespace ConservativeAD.Scalars;

/// <content>Order: by value, and for equal values by tangents, if there are any.</content>
public readonly partial struct Active
{
    /// <inheritdoc/>
    public static bool operator <(Active left, Active right) =>
        ScalarTape.IsPlain(left, right) && left.Number < right.Number ? true
        : ScalarTape.IsPlain(left, right) && left.Number > right.Number ? false
        : IsLess(left, right);

    /// <inheritdoc/>
    public static bool operator >(Active left, Active right) =>
        ScalarTape.IsPlain(left, right) && left.Number > right.Number ? true
        : ScalarTape.IsPlain(left, right) && left.Number < right.Number ? false
        : IsGreater(left, right);

    /// <inheritdoc/>
    public static bool operator <=(Active left, Active right) =>
        ScalarTape.IsPlain(left, right) && left.Number < right.Number ? true
        : ScalarTape.IsPlain(left, right) && left.Number > right.Number ? false
        : IsLessOrEqual(left, right);

    /// <inheritdoc/>
    public static bool operator >=(Active left, Active right) =>
        ScalarTape.IsPlain(left, right) && left.Number > right.Number ? true
        : ScalarTape.IsPlain(left, right) && left.Number < right.Number ? false
        : IsGreaterOrEqual(left, right);

    /// <inheritdoc/>
    public static bool operator ==(Active left, Active right) =>
        left.Number == right.Number ? ScalarTape.AreEqual(left, right) : !ScalarTape.Differ(left, right);

    /// <inheritdoc/>
    public static bool operator !=(Active left, Active right) => !(left == right);

    /// <inheritdoc/>
    public static bool IsNegative(Active value)
    {
        if (ScalarTape.HeldOrder(value, Zero) is { } order)
            return order < 0;
        int moves = value.Number == 0 && !value.IsConstant ? ScalarTape.CompareEqual(value, Zero) : 0;
        return moves == 0 ? ScalarTape.Looks(value) && double.IsNegative(value.Number) : moves < 0;
    }

    /// <inheritdoc/>
    public static bool IsPositive(Active value) => !IsNegative(value);

    /// <inheritdoc/>
    public static bool IsZero(Active value) => value == Zero;

    /// <inheritdoc/>
    public static bool IsCanonical(Active value) => true;

    /// <inheritdoc/>
    public static bool IsComplexNumber(Active value) => false;

    /// <inheritdoc/>
    public static bool IsEvenInteger(Active value) =>
        ScalarTape.Looks(value) && double.IsEvenInteger(value.Number) && ScalarTape.Stays(value, ScalarTape.IsWhole);

    /// <inheritdoc/>
    public static bool IsFinite(Active value) => ScalarTape.Looks(value) && double.IsFinite(value.Number);

    /// <inheritdoc/>
    public static bool IsImaginaryNumber(Active value) => false;

    /// <inheritdoc/>
    public static bool IsInfinity(Active value) => ScalarTape.Looks(value) && double.IsInfinity(value.Number);

    /// <inheritdoc/>
    public static bool IsInteger(Active value) => ScalarTape.Looks(value) && double.IsInteger(value.Number) && ScalarTape.Stays(value, ScalarTape.IsWhole);

    /// <inheritdoc/>
    public static bool IsNaN(Active value) => ScalarTape.Looks(value) && double.IsNaN(value.Number);

    /// <inheritdoc/>
    public static bool IsNegativeInfinity(Active value) => ScalarTape.Looks(value) && double.IsNegativeInfinity(value.Number);

    /// <inheritdoc/>
    public static bool IsNormal(Active value) => ScalarTape.LooksAtSize(value) && double.IsNormal(value.Number);

    /// <inheritdoc/>
    public static bool IsOddInteger(Active value) =>
        ScalarTape.Looks(value) && double.IsOddInteger(value.Number) && ScalarTape.Stays(value, ScalarTape.IsWhole);

    /// <inheritdoc/>
    public static bool IsPositiveInfinity(Active value) => ScalarTape.Looks(value) && double.IsPositiveInfinity(value.Number);

    /// <inheritdoc/>
    public static bool IsRealNumber(Active value) => ScalarTape.Looks(value) && double.IsRealNumber(value.Number);

    /// <inheritdoc/>
    public static bool IsSubnormal(Active value) => ScalarTape.LooksAtSize(value) && double.IsSubnormal(value.Number);

    /// <inheritdoc/>
    public int CompareTo(Active other) => ScalarTape.HeldOrder(this, other) is { } order ? order
        : Number == other.Number ? ScalarTape.CompareEqual(this, other) : ScalarTape.Differ(this, other) ? Number.CompareTo(other.Number) : 0;

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Active other => CompareTo(other),
        _ => throw new ArgumentException($"An active number compares with active numbers, not with a {obj.GetType().Name}.", nameof(obj)),
    };

    /// <inheritdoc/>
    public bool Equals(Active other) => (double.IsNaN(Value) && double.IsNaN(other.Value)) || this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Active other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ScalarTape.LooksAtDigits(this) ? Value.GetHashCode() : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsLess(Active left, Active right) => ScalarTape.HeldOrder(left, right) is { } order ? order < 0
        : left.Number == right.Number ? ScalarTape.CompareEqual(left, right) < 0 : ScalarTape.Differ(left, right) && left.Number < right.Number;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsGreater(Active left, Active right) => ScalarTape.HeldOrder(left, right) is { } order ? order > 0
        : left.Number == right.Number ? ScalarTape.CompareEqual(left, right) > 0 : ScalarTape.Differ(left, right) && left.Number > right.Number;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsLessOrEqual(Active left, Active right) => ScalarTape.HeldOrder(left, right) is { } order ? order <= 0
        : left.Number == right.Number ? ScalarTape.CompareEqual(left, right) <= 0 : ScalarTape.Differ(left, right) && left.Number <= right.Number;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsGreaterOrEqual(Active left, Active right) => ScalarTape.HeldOrder(left, right) is { } order ? order >= 0
        : left.Number == right.Number ? ScalarTape.CompareEqual(left, right) >= 0 : ScalarTape.Differ(left, right) && left.Number >= right.Number;
}
