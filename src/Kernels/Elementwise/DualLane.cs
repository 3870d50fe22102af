using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A number with its derivative along a direction (a dual number): a formula evaluated on it gives value and derivative together.</summary>
/// <typeparam name="L">The lane of value and tangent.</typeparam>
/// <remarks>
/// Comparisons are lexicographic: if values are equal, the tangents decide, as they do at a nearby point along the direction. A piecewise formula is therefore
/// differentiated on the piece that the direction leads to. Where the pieces join smoothly (the two halves of a sigmoid at 0), the result is the derivative, no
/// matter which piece the formula assigns the tie to. An argument whose tangent is 0 contributes nothing, even if a slope is infinite.
/// </remarks>
/// <param name="value">The number.</param>
/// <param name="tangent">Its derivative.</param>
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
    public static DualLane<L> operator *(DualLane<L> a, DualLane<L> b) => new(a.Value * b.Value, Carry(a.Tangent, b.Value) + Carry(b.Tangent, a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> operator /(DualLane<L> a, DualLane<L> b)
    {
        L quotient = a.Value / b.Value;
        L change = a.Tangent - Carry(b.Tangent, quotient), zero = L.Constant(0);
        return new(quotient, L.IfEqual(change, zero, zero, change / b.Value));
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
    /// <paramref name="then"/> if a = b with equal tangents. If the tangents differ, a and b differ at nearby points, so the result is
    /// <paramref name="otherwise"/>, unless that is NaN here, as in a formula whose equality guards a 0/0; then the guard's own formula is differentiated.
    /// </summary>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="then">Taken where true.</param>
    /// <param name="otherwise">Taken where false.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> IfEqual(DualLane<L> a, DualLane<L> b, DualLane<L> then, DualLane<L> otherwise)
    {
        // A number minus itself is not 0 only if the number is infinite or NaN.
        L zero = L.Constant(0), one = L.Constant(1), check = (otherwise.Value - otherwise.Value) + (otherwise.Tangent - otherwise.Tangent);
        L differ = L.IfEqual(a.Value, b.Value, L.IfEqual(a.Tangent, b.Tangent, zero, L.IfEqual(check, zero, one, zero)), one);
        return new(L.IfEqual(differ, zero, then.Value, otherwise.Value), L.IfEqual(differ, zero, then.Tangent, otherwise.Tangent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Max(DualLane<L> a, DualLane<L> b) =>
    new(L.Max(a.Value, b.Value),
        L.IfGreater(L.IfEqual(a.Value, b.Value, a.Tangent, a.Value), L.IfEqual(a.Value, b.Value, b.Tangent, b.Value), a.Tangent, b.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Min(DualLane<L> a, DualLane<L> b) =>
    new(L.Min(a.Value, b.Value),
        L.IfGreater(L.IfEqual(a.Value, b.Value, a.Tangent, a.Value), L.IfEqual(a.Value, b.Value, b.Tangent, b.Value), b.Tangent, a.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> MultiplyAdd(DualLane<L> a, DualLane<L> b, DualLane<L> c) =>
        new(L.MultiplyAdd(a.Value, b.Value, c.Value),
            L.MultiplyAdd(a.Tangent, Where(a.Tangent, b.Value), L.MultiplyAdd(Where(b.Tangent, a.Value), b.Tangent, c.Tangent)));

    /// <summary>0 if the carried number and its tangent are 0.</summary>
    /// <param name="carried">The carried number.</param>
    /// <param name="result">The result computed from it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<L> Absorb(DualLane<L> carried, DualLane<L> result)
    {
        L zero = L.Constant(0), stands = L.IfEqual(carried.Value, zero, carried.Tangent, L.Constant(1));
        return new(L.Absorb(carried.Value, result.Value), L.IfEqual(stands, zero, zero, result.Tangent));
    }

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
        // aᵇ·log a tends to 0 where aᵇ does, and a constant exponent must not be multiplied by the logarithm of a negative base.
        L zero = L.Constant(0), power = L.Pow(a.Value, b.Value);
        L byBase = L.IfEqual(b.Value, zero, zero, b.Value * L.Pow(a.Value, b.Value - L.Constant(1)));
        L byExponent = L.IfEqual(power, zero, zero, power * L.Log(a.Value));
        return new(power, Moved(power, byBase, a.Tangent).Tangent + Moved(power, byExponent, b.Tangent).Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> ExpM1(DualLane<L> a)
    {
        L difference = L.ExpM1(a.Value);
        return Moved(difference, difference + L.Constant(1), a.Tangent);
    }

    /// <inheritdoc/>
    public static DualLane<L> LogP1(DualLane<L> a) => Moved(L.LogP1(a.Value), L.Constant(1) / (L.Constant(1) + a.Value), a.Tangent);

    /// <inheritdoc/>
    public static DualLane<L> Erf(DualLane<L> a) => Moved(L.Erf(a.Value), L.Constant(2 / 1.7724538509055160273) * L.Exp(-(a.Value * a.Value)), a.Tangent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DualLane<L> Moved(L value, L slope, L tangent) => new(value, Carry(tangent, slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Carry(L tangent, L factor) => L.IfEqual(tangent, L.Constant(0), L.Constant(0), tangent * factor);

    // The factor, or 0 if the tangent that it multiplies is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Where(L tangent, L factor) => L.IfEqual(tangent, L.Constant(0), L.Constant(0), factor);

    private static L ArcSlope(L a) => L.Constant(1) / L.Sqrt((L.Constant(1) - a) * (L.Constant(1) + a));
}
