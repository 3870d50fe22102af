using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A number with its derivative along a direction: a formula evaluated on it gives value and derivative together.</summary>
/// <typeparam name="L">The lane of value and tangent.</typeparam>
/// <remarks>
/// Comparisons are lexicographic: where values are equal the tangents decide, as they do just beside the point along the direction. So a formula in pieces is differentiated on the piece
/// that the direction leads to, and where the pieces join smoothly (the two halves of a sigmoid at 0) the result is the derivative, whichever side the formula gives the tie to. An argument that
/// does not move contributes nothing, even where a slope is infinite.
/// </remarks>
/// <param name="value">The number.</param>
/// <param name="tangent">Its derivative.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1815", Justification = "Lanes are not compared as a whole.")]
[SkipLocalsInit]
public readonly struct DualLane<L>(L value, L tangent) : ILane<DualLane<L>>
    where L : struct, ILane<L>
{
    /// <summary>The number.</summary>
    public readonly L Value = value;

    /// <summary>Its derivative along the direction.</summary>
    public readonly L Tangent = tangent;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator +(DualLane<L> a, DualLane<L> b) => new(a.Value + b.Value, a.Tangent + b.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator -(DualLane<L> a, DualLane<L> b) => new(a.Value - b.Value, a.Tangent - b.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator *(DualLane<L> a, DualLane<L> b) => new(a.Value * b.Value, (a.Tangent * b.Value) + (a.Value * b.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator /(DualLane<L> a, DualLane<L> b)
    {
        L quotient = a.Value / b.Value;
        return new(quotient, (a.Tangent - (quotient * b.Tangent)) / b.Value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator -(DualLane<L> a) => new(-a.Value, -a.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Constant(double value) => new(L.Constant(value), L.Constant(0));

    /// <inheritdoc/>
    public static DualLane<L> Broadcast(double value) => new(L.Broadcast(value), L.Constant(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> IfGreater(DualLane<L> a, DualLane<L> b, DualLane<L> then, DualLane<L> otherwise)
    {
        L left = L.IfEqual(a.Value, b.Value, a.Tangent, a.Value), right = L.IfEqual(a.Value, b.Value, b.Tangent, b.Value);
        return new(L.IfGreater(left, right, then.Value, otherwise.Value), L.IfGreater(left, right, then.Tangent, otherwise.Tangent));
    }

    /// <summary>
    /// <paramref name="then"/> where a = b and both move alike. Where they part, what stands beside the point: <paramref name="otherwise"/>, unless that is not a number there, as in a formula whose
    /// equality guards a 0/0; the guard's own formula is differentiated then.
    /// </summary>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="then">Taken where true.</param>
    /// <param name="otherwise">Taken where false.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> IfEqual(DualLane<L> a, DualLane<L> b, DualLane<L> then, DualLane<L> otherwise)
    {
        // Infinite or NaN, and only then, a number less itself is not 0.
        L zero = L.Constant(0), one = L.Constant(1), check = (otherwise.Value - otherwise.Value) + (otherwise.Tangent - otherwise.Tangent);
        L differ = L.IfEqual(a.Value, b.Value, L.IfEqual(a.Tangent, b.Tangent, zero, L.IfEqual(check, zero, one, zero)), one);
        return new(L.IfEqual(differ, zero, then.Value, otherwise.Value), L.IfEqual(differ, zero, then.Tangent, otherwise.Tangent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Max(DualLane<L> a, DualLane<L> b) => new(L.Max(a.Value, b.Value), L.IfGreater(L.IfEqual(a.Value, b.Value, a.Tangent, a.Value), L.IfEqual(a.Value, b.Value, b.Tangent, b.Value), a.Tangent, b.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Min(DualLane<L> a, DualLane<L> b) => new(L.Min(a.Value, b.Value), L.IfGreater(L.IfEqual(a.Value, b.Value, a.Tangent, a.Value), L.IfEqual(a.Value, b.Value, b.Tangent, b.Value), b.Tangent, a.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> MultiplyAdd(DualLane<L> a, DualLane<L> b, DualLane<L> c) =>
        new(L.MultiplyAdd(a.Value, b.Value, c.Value), L.MultiplyAdd(a.Tangent, b.Value, L.MultiplyAdd(a.Value, b.Tangent, c.Tangent)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Abs(DualLane<L> a) =>
        new(L.Abs(a.Value), L.IfEqual(a.Value, L.Constant(0), L.Abs(a.Tangent), L.IfGreater(a.Value, L.Constant(0), a.Tangent, -a.Tangent)));

    /// <inheritdoc/>
    public static DualLane<L> Sqrt(DualLane<L> a)
    {
        L root = L.Sqrt(a.Value);
        return Moved(root, L.Constant(0.5) / root, a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> Floor(DualLane<L> a) => new(L.Floor(a.Value), L.Constant(0));

    /// <inheritdoc/>
    public static DualLane<L> Exp(DualLane<L> a)
    {
        L exp = L.Exp(a.Value);
        return Moved(exp, exp, a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> Log(DualLane<L> a) => Moved(L.Log(a.Value), L.Constant(1) / a.Value, a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Sin(DualLane<L> a) => Moved(L.Sin(a.Value), L.Cos(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Cos(DualLane<L> a) => Moved(L.Cos(a.Value), -L.Sin(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Tan(DualLane<L> a)
    {
        L tan = L.Tan(a.Value);
        return Moved(tan, L.Constant(1) + (tan * tan), a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> Asin(DualLane<L> a) => Moved(L.Asin(a.Value), ArcSlope(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Acos(DualLane<L> a) => Moved(L.Acos(a.Value), -ArcSlope(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Atan(DualLane<L> a) => Moved(L.Atan(a.Value), L.Constant(1) / (L.Constant(1) + (a.Value * a.Value)), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Sinh(DualLane<L> a) => Moved(L.Sinh(a.Value), L.Cosh(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Cosh(DualLane<L> a) => Moved(L.Cosh(a.Value), L.Sinh(a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Tanh(DualLane<L> a)
    {
        L tanh = L.Tanh(a.Value);
        return Moved(tanh, (L.Constant(1) - tanh) * (L.Constant(1) + tanh), a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> Pow(DualLane<L> a, DualLane<L> b)
    {
        // aᵇ·log a is 0 in the limit where aᵇ is, and a constant exponent must not meet the logarithm of a negative base.
        L zero = L.Constant(0), power = L.Pow(a.Value, b.Value);
        L byBase = L.IfEqual(b.Value, zero, zero, b.Value * L.Pow(a.Value, b.Value - L.Constant(1)));
        L byExponent = L.IfEqual(power, zero, zero, power * L.Log(a.Value));
        return new(power, Moved(power, byBase, a.Tangent).Tangent + Moved(power, byExponent, b.Tangent).Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> ExpMinusOne(DualLane<L> a)
    {
        L difference = L.ExpMinusOne(a.Value);
        return Moved(difference, difference + L.Constant(1), a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> LogOnePlus(DualLane<L> a) => Moved(L.LogOnePlus(a.Value), L.Constant(1) / (L.Constant(1) + a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Erf(DualLane<L> a) => Moved(L.Erf(a.Value), L.Constant(2 / 1.7724538509055160273) * L.Exp(-(a.Value * a.Value)), a.Tangent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DualLane<L> Moved(L value, L slope, L tangent) => new(value, L.IfEqual(tangent, L.Constant(0), L.Constant(0), slope * tangent));

    private static L ArcSlope(L a) => L.Constant(1) / L.Sqrt((L.Constant(1) - a) * (L.Constant(1) + a));
}
