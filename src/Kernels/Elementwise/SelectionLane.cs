using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// A vector of halves as bits, for formulas that only compare, select and change signs (<see cref="IUnaryMap.OnlySelects"/>). Nothing is converted.
/// </summary>
/// <param name="value">The halves.</param>
internal readonly struct SelectionLane(Vector<short> value) : ILane<SelectionLane>
{
    private const short SizeBits = 0x7fff;
    private const short InfinityBits = 0x7c00;
    private const double SmallestNormal = 6.103515625e-05;
    private const double Largest = 65504;

    // What the exponent's bits of a double are above those of a half of the same size, before the ten digits of the half.
    private const int ExponentsBetween = (1023 - 15) << 10;

    public readonly Vector<short> Value = value;

    public static SelectionLane operator +(SelectionLane a, SelectionLane b) => throw Arithmetic();

    public static SelectionLane operator -(SelectionLane a, SelectionLane b) => throw Arithmetic();

    public static SelectionLane operator *(SelectionLane a, SelectionLane b) => throw Arithmetic();

    public static SelectionLane operator /(SelectionLane a, SelectionLane b) => throw Arithmetic();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane operator -(SelectionLane a) => new(a.Value ^ Vector.Create(short.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane Constant(double value) => new(Vector.Create(Bits(value)));

    public static SelectionLane Broadcast(double value) => Constant(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane IfGreater(SelectionLane a, SelectionLane b, SelectionLane then, SelectionLane otherwise) => Select(
        Vector.AndNot(Vector.GreaterThan(WithOneZero(a.Value), WithOneZero(b.Value)), IsNaN(a.Value) | IsNaN(b.Value)), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane IfEqual(SelectionLane a, SelectionLane b, SelectionLane then, SelectionLane otherwise) => Select(
        Vector.AndNot(Vector.Equals(WithOneZero(a.Value), WithOneZero(b.Value)), IsNaN(a.Value)), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane Max(SelectionLane a, SelectionLane b) => UnlessNaN(a, b, Vector.GreaterThan(Order(a.Value), Order(b.Value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane Min(SelectionLane a, SelectionLane b) => UnlessNaN(a, b, Vector.LessThan(Order(a.Value), Order(b.Value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SelectionLane Abs(SelectionLane a) => new(a.Value & Vector.Create(SizeBits));

    public static SelectionLane MultiplyAdd(SelectionLane a, SelectionLane b, SelectionLane c) => throw Arithmetic();

    public static SelectionLane Sqrt(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Floor(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Exp(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Log(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Sin(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Cos(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Tan(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Asin(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Acos(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Atan(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Sinh(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Cosh(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Tanh(SelectionLane a) => throw Arithmetic();

    public static SelectionLane Pow(SelectionLane a, SelectionLane b) => throw Arithmetic();

    // The half of a number that Half holds. For 0 and normal numbers it is arithmetic that the compiler does, if the number is written in the formula.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short Bits(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int sign = (int)(bits >> 48) & 0x8000;
        return value == 0 ? (short)sign
            : Math.Abs(value) is >= SmallestNormal and <= Largest ? (short)(sign | ((int)((bits & long.MaxValue) >> 42) - ExponentsBetween))
            : BitConverter.HalfToInt16Bits((Half)value);
    }

    // Whole numbers in the order of the halves, −0 before 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Order(Vector<short> bits) => bits ^ (Vector.ShiftRightArithmetic(bits, 15) & Vector.Create(SizeBits));

    // The same with −0 equal to 0: the size, or its negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> WithOneZero(Vector<short> bits) => Order(bits) - Vector.ShiftRightArithmetic(bits, 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> IsNaN(Vector<short> bits) => Vector.GreaterThan(bits & Vector.Create(SizeBits), Vector.Create(InfinityBits));

    // a where it is taken or NaN, b elsewhere and where b is NaN and a is not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SelectionLane UnlessNaN(SelectionLane a, SelectionLane b, Vector<short> takesFirst) =>
        new(Vector.ConditionalSelect(Vector.AndNot(takesFirst, IsNaN(b.Value)) | IsNaN(a.Value), a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SelectionLane Select(Vector<short> condition, SelectionLane then, SelectionLane otherwise) =>
        new(Vector.ConditionalSelect(condition, then.Value, otherwise.Value));

    private static NotSupportedException Arithmetic() => new("A formula that says that it only selects computes with its numbers.");
}
