using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>A CPU vector as a lane.</summary>
/// <typeparam name="U">float or double.</typeparam>
/// <remarks>Functions that the processor's vector instructions lack use <see cref="TensorPrimitives"/>, always with a full vector, so the bits of a result do
/// not depend on the element's position in an array.</remarks>
/// <param name="value">The vector.</param>
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

    // Converting a single number keeps the other bits of its register, so each iteration depends on the previous one; converting a pair does not.
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

    // Uses a comparison and a mask, and needs no second constant.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Absorb(VectorLane<U> carried, VectorLane<U> result) =>
    new(Vector.AndNot(result.Value, Vector.Equals(carried.Value, Vector<U>.Zero)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Max(VectorLane<U> a, VectorLane<U> b) => new(Avx2.IsSupported && !Avx512F.VL.IsSupported
        ? NumberOf(a.Value, b.Value, Vector.MaxNative(a.Value, b.Value) & Vector.MaxNative(b.Value, a.Value))
        : Vector.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Min(VectorLane<U> a, VectorLane<U> b) => new(Avx2.IsSupported && !Avx512F.VL.IsSupported
        ? NumberOf(a.Value, b.Value, Vector.MinNative(a.Value, b.Value) | Vector.MinNative(b.Value, a.Value))
        : Vector.Min(a.Value, b.Value));

    // .NET's own maximum takes ten instructions with AVX2. The processor's returns the second of two zeros, and the second number beside NaN; of both orders
    // the bits in common are the maximum, those of either the minimum, except beside NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<U> NumberOf(Vector<U> a, Vector<U> b, Vector<U> extreme) =>
        Vector.ConditionalSelect(Vector.Equals(a, a), Vector.ConditionalSelect(Vector.Equals(b, b), extreme, b), a);

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
        typeof(U) == typeof(float)
        ? new(SingleFunctions.Exp(a.Value.As<U, float>()).As<float, U>())
        : new(DoubleVectors.Exp(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Log(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(Vector.Log(a.Value.As<U, float>()).As<float, U>()) : new(Vector.Log(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Sin(VectorLane<U> a) =>
        typeof(U) == typeof(float)
        ? new(SingleFunctions.Sin(a.Value.As<U, float>()).As<float, U>())
        : new(DoubleVectors.Sin(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Cos(VectorLane<U> a) =>
        typeof(U) == typeof(float)
        ? new(SingleFunctions.Cos(a.Value.As<U, float>()).As<float, U>())
        : new(DoubleVectors.Cos(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    public static VectorLane<U> Tan(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? Sin(a) / Cos(a) : new(DoubleVectors.Tan(a.Value.As<U, double>()).As<double, U>());

    /// <inheritdoc/>
    public static VectorLane<U> Asin(VectorLane<U> a) => Apply(a, TensorPrimitives.Asin);

    /// <inheritdoc/>
    public static VectorLane<U> Acos(VectorLane<U> a) => Apply(a, TensorPrimitives.Acos);

    /// <inheritdoc/>
    public static VectorLane<U> Atan(VectorLane<U> a) => Apply(a, TensorPrimitives.Atan);

    /// <inheritdoc/>
    public static VectorLane<U> Sinh(VectorLane<U> a) => Lane.SinhByHalves(a);

    /// <inheritdoc/>
    public static VectorLane<U> Cosh(VectorLane<U> a) => Lane.CoshByHalves(a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<U> Tanh(VectorLane<U> a) =>
        typeof(U) == typeof(float) ? new(SingleFunctions.Tanh(a.Value.As<U, float>()).As<float, U>()) : Lane.TanhByParts(a);

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
