using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>One double per GPU thread.</summary>
internal readonly struct DoubleLane(double value) : IThreadLane<DoubleLane>
{
    public readonly double Value = value;

    public static DoubleLane operator +(DoubleLane a, DoubleLane b) => new(a.Value + b.Value);

    public static DoubleLane operator -(DoubleLane a, DoubleLane b) => new(a.Value - b.Value);

    public static DoubleLane operator *(DoubleLane a, DoubleLane b) => new(a.Value * b.Value);

    public static DoubleLane operator /(DoubleLane a, DoubleLane b) => new(a.Value / b.Value);

    public static DoubleLane operator -(DoubleLane a) => new(-a.Value);

    public static DoubleLane Constant(double value) => new(value);

    public static DoubleLane Broadcast(double value) => new(value);

    public static bool IsGreater(DoubleLane a, DoubleLane b) => a.Value > b.Value;

    public static bool IsEqual(DoubleLane a, DoubleLane b) => a.Value == b.Value;

    public static bool IsNaN(DoubleLane a) => double.IsNaN(a.Value);

    public static bool IsFinite(DoubleLane a) => a.Value - a.Value == 0;

    public static double ToDouble(DoubleLane a) => a.Value;

    public static DoubleLane IfGreater(DoubleLane a, DoubleLane b, DoubleLane then, DoubleLane otherwise) => a.Value > b.Value ? then : otherwise;

    public static DoubleLane IfEqual(DoubleLane a, DoubleLane b, DoubleLane then, DoubleLane otherwise) => a.Value == b.Value ? then : otherwise;

    // A GPU's own maximum loses NaN; where both are equal, the sum of zeros has the right sign.
    public static DoubleLane Max(DoubleLane a, DoubleLane b) =>
        a.Value > b.Value ? a : a.Value < b.Value ? b : a.Value == b.Value && a.Value != 0 ? a : new(a.Value + b.Value);

    public static DoubleLane Min(DoubleLane a, DoubleLane b) =>
        a.Value < b.Value ? a : a.Value > b.Value ? b : a.Value == b.Value && a.Value != 0 ? a : new(-(-a.Value - b.Value));

    public static DoubleLane MultiplyAdd(DoubleLane a, DoubleLane b, DoubleLane c) => new(Rounding.MultiplyAdd(a.Value, b.Value, c.Value));

    public static DoubleLane Abs(DoubleLane a) => new(IntrinsicMath.Abs(a.Value));

    public static DoubleLane Sqrt(DoubleLane a) => new(Math.Sqrt(a.Value));

    public static DoubleLane Floor(DoubleLane a) => new(Math.Floor(a.Value));

    public static DoubleLane Exp(DoubleLane a) => new(DoubleFunctions.Exp(a.Value));

    public static DoubleLane Log(DoubleLane a) => new(DoubleFunctions.Log(a.Value));

    public static DoubleLane Sin(DoubleLane a) => new(DoubleFunctions.Sin(a.Value));

    public static DoubleLane Cos(DoubleLane a) => new(DoubleFunctions.Cos(a.Value));

    public static DoubleLane Tan(DoubleLane a) => new(DoubleFunctions.Tan(a.Value));

    public static DoubleLane Asin(DoubleLane a) => new(DoubleFunctions.Asin(a.Value));

    public static DoubleLane Acos(DoubleLane a) => new(DoubleFunctions.Acos(a.Value));

    public static DoubleLane Atan(DoubleLane a) => new(DoubleFunctions.Atan(a.Value));

    public static DoubleLane Sinh(DoubleLane a) => new(DoubleFunctions.Sinh(a.Value));

    public static DoubleLane Cosh(DoubleLane a) => new(DoubleFunctions.Cosh(a.Value));

    public static DoubleLane Tanh(DoubleLane a) => new(DoubleFunctions.Tanh(a.Value));

    public static DoubleLane Pow(DoubleLane a, DoubleLane b) => new(DoubleFunctions.Pow(a.Value, b.Value));
}
