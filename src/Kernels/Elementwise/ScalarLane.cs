using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A single number as a lane.</summary>
/// <typeparam name="U">float or double.</typeparam>
/// <param name="value">The number.</param>
public readonly struct ScalarLane<U>(U value) : ILane<ScalarLane<U>>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    /// <summary>The number.</summary>
    public readonly U Value = value;

    /// <inheritdoc/>
    public static ScalarLane<U> operator +(ScalarLane<U> a, ScalarLane<U> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static ScalarLane<U> operator -(ScalarLane<U> a, ScalarLane<U> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static ScalarLane<U> operator *(ScalarLane<U> a, ScalarLane<U> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    public static ScalarLane<U> operator /(ScalarLane<U> a, ScalarLane<U> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    public static ScalarLane<U> operator -(ScalarLane<U> a) => new(-a.Value);

    /// <inheritdoc/>
    public static ScalarLane<U> Constant(double value) => new(U.CreateTruncating(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane<U> Broadcast(double value) => Constant(value);

    /// <inheritdoc/>
    public static ScalarLane<U> IfGreater(ScalarLane<U> a, ScalarLane<U> b, ScalarLane<U> then, ScalarLane<U> otherwise) =>
        Select(Vector128.GreaterThan(Vector128.CreateScalarUnsafe(a.Value), Vector128.CreateScalarUnsafe(b.Value)), then, otherwise);

    /// <inheritdoc/>
    public static ScalarLane<U> IfEqual(ScalarLane<U> a, ScalarLane<U> b, ScalarLane<U> then, ScalarLane<U> otherwise) =>
        Select(Vector128.Equals(Vector128.CreateScalarUnsafe(a.Value), Vector128.CreateScalarUnsafe(b.Value)), then, otherwise);

    /// <inheritdoc/>
    public static ScalarLane<U> Max(ScalarLane<U> a, ScalarLane<U> b) => new(U.Max(a.Value, b.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Min(ScalarLane<U> a, ScalarLane<U> b) => new(U.Min(a.Value, b.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> MultiplyAdd(ScalarLane<U> a, ScalarLane<U> b, ScalarLane<U> c) => new(U.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Abs(ScalarLane<U> a) => new(U.Abs(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Sqrt(ScalarLane<U> a) => new(U.Sqrt(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Floor(ScalarLane<U> a) => new(U.Floor(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Exp(ScalarLane<U> a) => new(U.Exp(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Log(ScalarLane<U> a) => new(U.Log(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Sin(ScalarLane<U> a) => new(U.Sin(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Cos(ScalarLane<U> a) => new(U.Cos(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Tan(ScalarLane<U> a) => new(U.Tan(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Asin(ScalarLane<U> a) => new(U.Asin(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Acos(ScalarLane<U> a) => new(U.Acos(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Atan(ScalarLane<U> a) => new(U.Atan(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Sinh(ScalarLane<U> a) => new(U.Sinh(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Cosh(ScalarLane<U> a) => new(U.Cosh(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Tanh(ScalarLane<U> a) => new(U.Tanh(a.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Pow(ScalarLane<U> a, ScalarLane<U> b) => new(U.Pow(a.Value, b.Value));

    /// <inheritdoc/>
    public static ScalarLane<U> Erf(ScalarLane<U> a) => Lane.RationalErfByRange(a, double.CreateTruncating(a.Value));

    // Uses a mask instead of a branch, because the comparison is often unpredictable.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane<U> Select(Vector128<U> mask, ScalarLane<U> then, ScalarLane<U> otherwise) =>
        new(Vector128.ConditionalSelect(mask, Vector128.CreateScalarUnsafe(then.Value), Vector128.CreateScalarUnsafe(otherwise.Value)).ToScalar());
}
