using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>One double per GPU thread.</summary>
internal readonly struct DoubleLane(double value) : IThreadLane<DoubleLane>
{
    public readonly double Value = value;

    public static DoubleLane operator +(DoubleLane a, DoubleLane b) => new(Rounding.Add(a.Value, b.Value));

    public static DoubleLane operator -(DoubleLane a, DoubleLane b) => new(Rounding.Subtract(a.Value, b.Value));

    public static DoubleLane operator *(DoubleLane a, DoubleLane b) => new(Rounding.Multiply(a.Value, b.Value));

    public static DoubleLane operator /(DoubleLane a, DoubleLane b) => new(a.Value / b.Value);

    public static DoubleLane operator -(DoubleLane a) => new(-a.Value);

    public static bool operator >(DoubleLane a, DoubleLane b) => Comparisons.IsGreater(a.Value, b.Value);

    public static bool operator <(DoubleLane a, DoubleLane b) => Comparisons.IsGreater(b.Value, a.Value);

    public static bool operator >=(DoubleLane a, DoubleLane b) => Comparisons.IsAtLeast(a.Value, b.Value);

    public static bool operator <=(DoubleLane a, DoubleLane b) => Comparisons.IsAtLeast(b.Value, a.Value);

    public static bool operator ==(DoubleLane a, DoubleLane b) => Comparisons.IsEqual(a.Value, b.Value);

    public static bool operator !=(DoubleLane a, DoubleLane b) => !Comparisons.IsEqual(a.Value, b.Value);

    public static implicit operator DoubleLane(double value) => new(value);

    public static explicit operator double(DoubleLane lane) => lane.Value;

    public static DoubleLane Constant(double value) => new(value);

    public static DoubleLane Broadcast(double value) => new(value);

    public static bool IsGreater(DoubleLane a, DoubleLane b) => Comparisons.IsGreater(a.Value, b.Value);

    public static bool IsEqual(DoubleLane a, DoubleLane b) => Comparisons.IsEqual(a.Value, b.Value);

    public static bool IsNaN(DoubleLane a) => double.IsNaN(a.Value);

    public static bool IsFinite(DoubleLane a) => IsEqual(a - a, default);

    public static double ToDouble(DoubleLane a) => a.Value;

    public static DoubleLane IfGreater(DoubleLane a, DoubleLane b, DoubleLane then, DoubleLane otherwise) => IsGreater(a, b) ? then : otherwise;

    public static DoubleLane IfEqual(DoubleLane a, DoubleLane b, DoubleLane then, DoubleLane otherwise) => IsEqual(a, b) ? then : otherwise;

    // A GPU's own maximum drops NaN. If both arguments are equal zeros, their sum has the right sign.
    public static DoubleLane Max(DoubleLane a, DoubleLane b) =>
        IsGreater(a, b) ? a : IsGreater(b, a) ? b : IsEqual(a, b) && !IsEqual(a, default) ? a : a + b;

    public static DoubleLane Min(DoubleLane a, DoubleLane b) =>
        IsGreater(b, a) ? a : IsGreater(a, b) ? b : IsEqual(a, b) && !IsEqual(a, default) ? a : -(-a - b);

    public static DoubleLane MultiplyAdd(DoubleLane a, DoubleLane b, DoubleLane c) => new(Rounding.MultiplyAdd(a.Value, b.Value, c.Value));

    public static DoubleLane Abs(DoubleLane a) => new(IntrinsicMath.Abs(a.Value));

    public static DoubleLane Sqrt(DoubleLane a) => new(Math.Sqrt(a.Value));

    public static DoubleLane Floor(DoubleLane a) => new(Math.Floor(a.Value));

    public static DoubleLane Exp(DoubleLane a) => DoubleFunctions.Exp(a);

    public static DoubleLane Log(DoubleLane a) => DoubleFunctions.Log(a);

    public static DoubleLane Sin(DoubleLane a) => DoubleFunctions.Sin(a);

    public static DoubleLane Cos(DoubleLane a) => DoubleFunctions.Cos(a);

    public static DoubleLane Tan(DoubleLane a) => DoubleFunctions.Tan(a);

    public static DoubleLane Asin(DoubleLane a) => DoubleFunctions.Asin(a);

    public static DoubleLane Acos(DoubleLane a) => DoubleFunctions.Acos(a);

    public static DoubleLane Atan(DoubleLane a) => DoubleFunctions.Atan(a);

    public static DoubleLane Sinh(DoubleLane a) => DoubleFunctions.Sinh(a);

    public static DoubleLane Cosh(DoubleLane a) => DoubleFunctions.Cosh(a);

    public static DoubleLane Tanh(DoubleLane a) => DoubleFunctions.Tanh(a);

    public static DoubleLane Pow(DoubleLane a, DoubleLane b) => DoubleFunctions.Pow(a, b);

    public override bool Equals(object? obj) => obj is DoubleLane other && Value.Equals(other.Value);

    public override int GetHashCode() => Value.GetHashCode();
}
