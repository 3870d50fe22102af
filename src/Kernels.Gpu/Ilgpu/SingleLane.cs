using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// One float per GPU thread. Exponential, tanh, sigmoid and erf are the float formulas of the CPU, bit for bit; other functions are computed in double and
/// rounded once.
/// </summary>
internal readonly struct SingleLane(float value) : IThreadLane<SingleLane>
{
    public readonly float Value = value;

    public static SingleLane operator +(SingleLane a, SingleLane b) => new(Rounding.Add(a.Value, b.Value));

    public static SingleLane operator -(SingleLane a, SingleLane b) => new(Rounding.Subtract(a.Value, b.Value));

    public static SingleLane operator *(SingleLane a, SingleLane b) => new(Rounding.Multiply(a.Value, b.Value));

    public static SingleLane operator /(SingleLane a, SingleLane b) => new(a.Value / b.Value);

    public static SingleLane operator -(SingleLane a) => new(-a.Value);

    public static SingleLane Constant(double value) => new((float)value);

    public static SingleLane Broadcast(double value) => new((float)value);

    public static bool IsGreater(SingleLane a, SingleLane b) => Comparisons.IsGreater(a.Value, b.Value);

    public static bool IsEqual(SingleLane a, SingleLane b) => Comparisons.IsEqual(a.Value, b.Value);

    public static bool IsNaN(SingleLane a) => float.IsNaN(a.Value);

    public static bool IsFinite(SingleLane a) => IsEqual(a - a, default);

    public static double ToDouble(SingleLane a) => a.Value;

    public static SingleLane IfGreater(SingleLane a, SingleLane b, SingleLane then, SingleLane otherwise) => IsGreater(a, b) ? then : otherwise;

    public static SingleLane IfEqual(SingleLane a, SingleLane b, SingleLane then, SingleLane otherwise) => IsEqual(a, b) ? then : otherwise;

    // A GPU's own maximum drops NaN. If both arguments are equal zeros, their sum has the right sign.
    public static SingleLane Max(SingleLane a, SingleLane b) =>
        IsGreater(a, b) ? a : IsGreater(b, a) ? b : IsEqual(a, b) && !IsEqual(a, default) ? a : a + b;

    public static SingleLane Min(SingleLane a, SingleLane b) =>
        IsGreater(b, a) ? a : IsGreater(a, b) ? b : IsEqual(a, b) && !IsEqual(a, default) ? a : -(-a - b);

    public static SingleLane MultiplyAdd(SingleLane a, SingleLane b, SingleLane c) => new(Rounding.MultiplyAdd(a.Value, b.Value, c.Value));

    public static SingleLane Abs(SingleLane a) => new(IntrinsicMath.Abs(a.Value));

    public static SingleLane Sqrt(SingleLane a) => new(MathF.Sqrt(a.Value));

    public static SingleLane Floor(SingleLane a) => new(MathF.Floor(a.Value));

    public static SingleLane Exp(SingleLane a)
    {
        if (IsNaN(a))
            return a;
        SingleLane bounded = IsGreater(new(-104), a) ? new(-104) : IsGreater(a, new(89)) ? new(89) : a, rounding = new(SingleFormulas.Rounding);
        SingleLane n = MultiplyAdd(bounded, new(SingleFormulas.InverseLogarithmOfTwo), rounding) - rounding, rest = SingleFormulas.ExpOfRest(bounded, n);
        // Two factors reach the subnormal numbers and infinity.
        int whole = (int)n.Value, half = whole >> 1;
        return rest * new SingleLane(Interop.IntAsFloat((uint)(half + 127) << 23)) * new SingleLane(Interop.IntAsFloat((uint)(whole - half + 127) << 23));
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
        SingleLane one = new(1), bound = new(SingleFormulas.SigmoidBound);
        return IsGreater(-bound, a) ? Exp(a) : one / (one + Exp(IsGreater(a, bound) ? -bound : -a));
    }

    // NaN is returned, because both comparisons are false for it.
    private static SingleLane Bounded(SingleLane a, float bound) => IsGreater(new(-bound), a) ? new(-bound) : IsGreater(a, new(bound)) ? new(bound) : a;
}
