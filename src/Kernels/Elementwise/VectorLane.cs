using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A CPU vector as a lane.</summary>
/// <typeparam name="U">float or double.</typeparam>
/// <remarks>Functions that the vector unit lacks go through <see cref="TensorPrimitives"/>, always a full vector at a time, so that the
/// bits of a result do not depend on where in an array the element stands.</remarks>
/// <param name="value">The vector.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1815", Justification = "Lanes are not compared as a whole.")]
public readonly struct VectorLane<U>(Vector<U> value) : ILane<VectorLane<U>>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    /// <summary>The vector.</summary>
    public readonly Vector<U> Value = value;

    private delegate void SpanFunction(ReadOnlySpan<U> x, Span<U> destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> operator +(VectorLane<U> a, VectorLane<U> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> operator -(VectorLane<U> a, VectorLane<U> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> operator *(VectorLane<U> a, VectorLane<U> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> operator /(VectorLane<U> a, VectorLane<U> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> operator -(VectorLane<U> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Constant(double value) => new(Vector.Create(U.CreateTruncating(value)));

    // The conversion of one number merges into what its register held, so that a loop's turn waits for the one before; the conversion of a pair does not.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Broadcast(double value)
    {
        if (typeof(U) != typeof(float) || !Sse2.IsSupported)
            return Constant(value);
        float single = Sse2.ConvertToVector128Single(Vector128.CreateScalarUnsafe(value)).ToScalar();
        return new(Vector.Create(Unsafe.BitCast<float, U>(single)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> IfGreater(VectorLane<U> a, VectorLane<U> b, VectorLane<U> then, VectorLane<U> otherwise) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), then.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> IfEqual(VectorLane<U> a, VectorLane<U> b, VectorLane<U> then, VectorLane<U> otherwise) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Max(VectorLane<U> a, VectorLane<U> b) => new(Vector.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Min(VectorLane<U> a, VectorLane<U> b) => new(Vector.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> MultiplyAdd(VectorLane<U> a, VectorLane<U> b, VectorLane<U> c) =>
        typeof(U) == typeof(float)
            ? new(Vector.FusedMultiplyAdd(a.Value.As<U, float>(), b.Value.As<U, float>(), c.Value.As<U, float>()).As<float, U>())
            : new(Vector.FusedMultiplyAdd(a.Value.As<U, double>(), b.Value.As<U, double>(), c.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Abs(VectorLane<U> a) => new(Vector.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Sqrt(VectorLane<U> a) => new(Vector.SquareRoot(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Floor(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(Vector.Floor(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Floor(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Exp(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(SingleFunctions.Exp(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Exp(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Log(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(Vector.Log(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Log(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Sin(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(Vector.Sin(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Sin(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Cos(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(Vector.Cos(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Cos(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    public static VectorLane<U> Tan(VectorLane<U> a) => Apply(a, TensorPrimitives.Tan);

    /// <inheritdoc/>
    public static VectorLane<U> Asin(VectorLane<U> a) => Apply(a, TensorPrimitives.Asin);

    /// <inheritdoc/>
    public static VectorLane<U> Acos(VectorLane<U> a) => Apply(a, TensorPrimitives.Acos);

    /// <inheritdoc/>
    public static VectorLane<U> Atan(VectorLane<U> a) => Apply(a, TensorPrimitives.Atan);

    /// <inheritdoc/>
    public static VectorLane<U> Sinh(VectorLane<U> a) => Apply(a, TensorPrimitives.Sinh);

    /// <inheritdoc/>
    public static VectorLane<U> Cosh(VectorLane<U> a) => Apply(a, TensorPrimitives.Cosh);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Tanh(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(SingleFunctions.Tanh(a.Value.As<U, float>()).As<float, U>()) : Apply(a, TensorPrimitives.Tanh);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Erf(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(SingleFunctions.Erf(a.Value.As<U, float>()).As<float, U>()) : Lane.RationalErf(a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Sigmoid(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(SingleFunctions.Sigmoid(a.Value.As<U, float>()).As<float, U>()) : Lane.QuotientSigmoid(a);

    /// <inheritdoc/>
    public static VectorLane<U> Pow(VectorLane<U> a, VectorLane<U> b)
    {
        Vector<U> x = a.Value, y = b.Value, result = default;
        Span<U> to = Elements(ref result);
        Span<U> exponents = Elements(ref y);
        Span<U> from = Elements(ref x);
        for (int i = 0; i < to.Length; i++)
            to[i] = U.Pow(from[i], exponents[i]);
        return new(result);
    }

    private static VectorLane<U> Apply(VectorLane<U> a, SpanFunction function)
    {
        Vector<U> x = a.Value, result = default;
        function(Elements(ref x), Elements(ref result));
        return new(result);
    }

    private static Span<U> Elements(ref Vector<U> vector) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<Vector<U>, U>(ref vector), Vector<U>.Count);
}
