using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>One float per GPU thread. Exponential, tanh, sigmoid and erf are the float formulas of the CPU, bit for bit; other functions are computed in double and rounded once.</summary>
internal readonly struct SingleLane(float value) : IThreadLane<SingleLane>
{
    public readonly float Value = value;

    public static SingleLane operator +(SingleLane a, SingleLane b) => new(a.Value + b.Value);

    public static SingleLane operator -(SingleLane a, SingleLane b) => new(a.Value - b.Value);

    public static SingleLane operator *(SingleLane a, SingleLane b) => new(a.Value * b.Value);

    public static SingleLane operator /(SingleLane a, SingleLane b) => new(a.Value / b.Value);

    public static SingleLane operator -(SingleLane a) => new(-a.Value);

    public static SingleLane Constant(double value) => new((float)value);

    public static SingleLane Broadcast(double value) => new((float)value);

    public static bool IsGreater(SingleLane a, SingleLane b) => a.Value > b.Value;

    public static bool IsEqual(SingleLane a, SingleLane b) => a.Value == b.Value;

    public static bool IsNaN(SingleLane a) => float.IsNaN(a.Value);

    public static bool IsFinite(SingleLane a) => a.Value - a.Value == 0;

    public static double ToDouble(SingleLane a) => a.Value;

    public static SingleLane IfGreater(SingleLane a, SingleLane b, SingleLane then, SingleLane otherwise) => a.Value > b.Value ? then : otherwise;

    public static SingleLane IfEqual(SingleLane a, SingleLane b, SingleLane then, SingleLane otherwise) => a.Value == b.Value ? then : otherwise;

    // A GPU's own maximum loses NaN; where both are equal, the sum of zeros has the right sign.
    public static SingleLane Max(SingleLane a, SingleLane b) =>
        a.Value > b.Value ? a : a.Value < b.Value ? b : a.Value == b.Value && a.Value != 0 ? a : new(a.Value + b.Value);

    public static SingleLane Min(SingleLane a, SingleLane b) =>
        a.Value < b.Value ? a : a.Value > b.Value ? b : a.Value == b.Value && a.Value != 0 ? a : new(-(-a.Value - b.Value));

    public static SingleLane MultiplyAdd(SingleLane a, SingleLane b, SingleLane c) => new(Rounding.MultiplyAdd(a.Value, b.Value, c.Value));

    public static SingleLane Abs(SingleLane a) => new(IntrinsicMath.Abs(a.Value));

    public static SingleLane Sqrt(SingleLane a) => new(MathF.Sqrt(a.Value));

    public static SingleLane Floor(SingleLane a) => new(MathF.Floor(a.Value));

    public static SingleLane Exp(SingleLane a)
    {
        float x = a.Value;
        if (float.IsNaN(x))
            return a;
        float bounded = x < -104f ? -104f : x > 89f ? 89f : x;
        SingleLane n = new(Rounding.MultiplyAdd(bounded, SingleFormulas.InverseLogarithmOfTwo, SingleFormulas.Rounding) - SingleFormulas.Rounding);
        float rest = SingleFormulas.ExpOfRest(new SingleLane(bounded), n).Value;
        // Two factors reach the subnormal numbers and infinity.
        int whole = (int)n.Value, half = whole >> 1;
        return new(rest * Interop.IntAsFloat((uint)(half + 127) << 23) * Interop.IntAsFloat((uint)(whole - half + 127) << 23));
    }

    public static SingleLane Log(SingleLane a) => new((float)DoubleFunctions.Log(a.Value));

    public static SingleLane Sin(SingleLane a) => new((float)DoubleFunctions.Sin(a.Value));

    public static SingleLane Cos(SingleLane a) => new((float)DoubleFunctions.Cos(a.Value));

    public static SingleLane Tan(SingleLane a) => new((float)DoubleFunctions.Tan(a.Value));

    public static SingleLane Asin(SingleLane a) => new((float)DoubleFunctions.Asin(a.Value));

    public static SingleLane Acos(SingleLane a) => new((float)DoubleFunctions.Acos(a.Value));

    public static SingleLane Atan(SingleLane a) => new((float)DoubleFunctions.Atan(a.Value));

    public static SingleLane Sinh(SingleLane a) => new((float)DoubleFunctions.Sinh(a.Value));

    public static SingleLane Cosh(SingleLane a) => new((float)DoubleFunctions.Cosh(a.Value));

    public static SingleLane Tanh(SingleLane a) => Bounded(SingleFormulas.TanhQuotient(Bounded(a, SingleFormulas.TanhBound)), 1);

    public static SingleLane Pow(SingleLane a, SingleLane b) => new((float)DoubleFunctions.Pow(a.Value, b.Value));

    public static SingleLane Erf(SingleLane a) => Bounded(SingleFormulas.ErfQuotient(Bounded(a, SingleFormulas.ErfBound)), 1);

    public static SingleLane Sigmoid(SingleLane a)
    {
        if (a.Value < -SingleFormulas.SigmoidBound)
            return new(0);
        return new(1 / (1 + Exp(new SingleLane(-a.Value < -87f ? -87f : -a.Value)).Value));
    }

    // NaN compares as neither and stays.
    private static SingleLane Bounded(SingleLane a, float bound) => a.Value < -bound ? new(-bound) : a.Value > bound ? new(bound) : a;
}
