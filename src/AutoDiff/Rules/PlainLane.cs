using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// A lane with plain products: 0 times ∞ is NaN, even where the zero is a cotangent or tangent. Formulas over it return the same results as engines without an
/// absorbing zero.
/// </summary>
/// <typeparam name="L">The lane that holds the numbers.</typeparam>
/// <param name="value">The number.</param>
internal readonly struct PlainLane<L>(L value) : ILane<PlainLane<L>>
    where L : struct, ILane<L>
{
    /// <summary>The number.</summary>
    public readonly L Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> operator +(PlainLane<L> a, PlainLane<L> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> operator -(PlainLane<L> a, PlainLane<L> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> operator *(PlainLane<L> a, PlainLane<L> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> operator /(PlainLane<L> a, PlainLane<L> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> operator -(PlainLane<L> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Constant(double value) => new(L.Constant(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Broadcast(double value) => new(L.Broadcast(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Absorb(PlainLane<L> carried, PlainLane<L> result) => result;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> IfGreater(PlainLane<L> a, PlainLane<L> b, PlainLane<L> then, PlainLane<L> otherwise) =>
    new(L.IfGreater(a.Value, b.Value, then.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> IfEqual(PlainLane<L> a, PlainLane<L> b, PlainLane<L> then, PlainLane<L> otherwise) =>
    new(L.IfEqual(a.Value, b.Value, then.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> MultiplyAdd(PlainLane<L> a, PlainLane<L> b, PlainLane<L> c) => new(L.MultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Max(PlainLane<L> a, PlainLane<L> b) => new(L.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Min(PlainLane<L> a, PlainLane<L> b) => new(L.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Pow(PlainLane<L> a, PlainLane<L> b) => new(L.Pow(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Abs(PlainLane<L> a) => new(L.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Sqrt(PlainLane<L> a) => new(L.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Floor(PlainLane<L> a) => new(L.Floor(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Exp(PlainLane<L> a) => new(L.Exp(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Log(PlainLane<L> a) => new(L.Log(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Sin(PlainLane<L> a) => new(L.Sin(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Cos(PlainLane<L> a) => new(L.Cos(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Tan(PlainLane<L> a) => new(L.Tan(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Asin(PlainLane<L> a) => new(L.Asin(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Acos(PlainLane<L> a) => new(L.Acos(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Atan(PlainLane<L> a) => new(L.Atan(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Sinh(PlainLane<L> a) => new(L.Sinh(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Cosh(PlainLane<L> a) => new(L.Cosh(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Tanh(PlainLane<L> a) => new(L.Tanh(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> ExpM1(PlainLane<L> a) => new(L.ExpM1(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> LogP1(PlainLane<L> a) => new(L.LogP1(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Erf(PlainLane<L> a) => new(L.Erf(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLane<L> Sigmoid(PlainLane<L> a) => new(L.Sigmoid(a.Value));
}
