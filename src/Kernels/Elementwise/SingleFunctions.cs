using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Elementwise;

/// <summary>
/// Functions of float vectors in float arithmetic, by the formulas of <see cref="SingleFormulas"/>.
/// Largest errors over a million arguments each (a test): exp 1.1 ulp, sigmoid 3 ulp, tanh 5 ulp, erf 6 ulp; where tanh and erf round to ±1 they are ±1.
/// </summary>
internal static class SingleFunctions
{
    // Below this size, .NET uses one method for all vectors of sines.
    private const float TurnBound = 1 << 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x) => Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(87f)) ? ExpOfOrdinary(x) : ExpOfAny(x);

    /// <summary>1/(1 + e⁻ˣ), subnormal numbers included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) =>
    Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(SingleFormulas.SigmoidBound)) ? SigmoidOfOrdinary(x) : SigmoidOfAny(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x) => Clamp(SingleFormulas.TanhQuotient(new VectorLane<float>(Clamp(x, SingleFormulas.TanhBound))).Value, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Erf(Vector<float> x) => Clamp(SingleFormulas.ErfQuotient(new VectorLane<float>(Clamp(x, SingleFormulas.ErfBound))).Value, 1);

    /// <summary>
    /// Sine. .NET's function switches to another method, with other bits, for the whole vector if one element is large; here an element's bits do not depend on
    /// its neighbours.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sin(Vector<float> x) => Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(TurnBound)) ? Vector.Sin(x) : SinOfAny(x);

    /// <summary>Cosine; see <see cref="Sin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Cos(Vector<float> x) => Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(TurnBound)) ? Vector.Cos(x) : CosOfAny(x);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> SinOfAny(Vector<float> x) => OneByOne(x, Vector.Sin(Near(x)), MathF.Sin);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> CosOfAny(Vector<float> x) => OneByOne(x, Vector.Cos(Near(x)), MathF.Cos);

    private static Vector<float> Near(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(x), Vector.Create(TurnBound)), x, Vector<float>.Zero);

    private static Vector<float> OneByOne(Vector<float> x, Vector<float> near, Func<float, float> function)
    {
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            if (!(Math.Abs(x[i]) <= TurnBound))
                near = near.WithElement(i, function(x[i]));
        }

        return near;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> SigmoidOfOrdinary(Vector<float> x) => Vector<float>.One / (Vector<float>.One + ExpOfOrdinary(-x));

    // Far below 0, the sigmoid equals the exponential.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> SigmoidOfAny(Vector<float> x)
    {
        Vector<float> bound = Vector.Create(SingleFormulas.SigmoidBound),
            within = Vector.ConditionalSelect(Vector.Equals(x, x), Clamp(x, SingleFormulas.SigmoidBound), Vector<float>.Zero);
        Vector<float> far = Vector.ConditionalSelect(Vector.LessThan(x, -bound), ExpOfAny(x), SigmoidOfOrdinary(within));
        return Vector.ConditionalSelect(Vector.Equals(x, x), far, x);
    }

    // From −87 to 88.3, where the result and its powers of 2 are normal numbers: x = n·log 2 + r with |r| ≤ ½·log 2, log 2 in two parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ExpOfOrdinary(Vector<float> x)
    {
        Vector<float> shifted = Vector.FusedMultiplyAdd(x, Vector.Create(SingleFormulas.InverseLogarithmOfTwo), Vector.Create(SingleFormulas.Rounding));
        Vector<float> p = ExpOfRest(x, shifted - Vector.Create(SingleFormulas.Rounding));
        // Adding n to the exponent's bits multiplies by 2ⁿ.
        return Vector.AsVectorSingle(Vector.AsVectorInt32(p) + Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ExpOfRest(Vector<float> x, Vector<float> n) =>
    SingleFormulas.ExpOfRest(new VectorLane<float>(x), new VectorLane<float>(n)).Value;

    // Two factors reach the subnormal numbers and infinity; if x is NaN, so is the result.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> ExpOfAny(Vector<float> x)
    {
        Vector<float> bounded = Vector.Max(Vector.Create(-104f), Vector.Min(Vector.Create(89f), x));
        Vector<float> n = Vector.FusedMultiplyAdd(bounded, Vector.Create(SingleFormulas.InverseLogarithmOfTwo), Vector.Create(SingleFormulas.Rounding))
            - Vector.Create(SingleFormulas.Rounding);
        Vector<int> whole = Vector.ConvertToInt32(n), half = Vector.ShiftRightArithmetic(whole, 1), bias = Vector.Create(127);
        Vector<float> result = ExpOfRest(bounded, n) * Vector.AsVectorSingle(Vector.ShiftLeft(half + bias, 23))
            * Vector.AsVectorSingle(Vector.ShiftLeft(whole - half + bias, 23));
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    // NaN stays NaN, because x is the second operand of both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Clamp(Vector<float> x, float bound) => Vector.MaxNative(Vector.Create(-bound), Vector.MinNative(Vector.Create(bound), x));
}
