namespace ConservativeAD.LibTorch.Tests;

/// <summary>Why numbers differ from libtorch's.</summary>
internal static class Explanations
{
    private const string OfNaN = "Where the argument is NaN, libtorch passes a slope of one side back; ours is NaN.";

    /// <summary>By the name of the row.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["relu"] = OfNaN,
        ["leaky relu"] = OfNaN,
        ["leaky relu, steep"] = OfNaN,
        ["leaky relu, folding"] = OfNaN,
        ["leaky relu, linear"] = OfNaN,
        ["elu, smooth"] = OfNaN,
        ["elu, steep"] = OfNaN,
        ["elu"] = OfNaN,
        ["relu6"] = OfNaN,
        ["clamp"] = OfNaN,
        ["hard sigmoid"] = $"libtorch keeps 1/6 in single precision. {OfNaN}",
        ["hard swish"] = $"At −∞ libtorch multiplies −∞ by 0; the limit is 0. {OfNaN}",
        ["soft threshold"] = OfNaN,
        ["abs"] = OfNaN,
        ["hinge"] = OfNaN,
        ["sign"] = "libtorch's sign of NaN is 0; ours is NaN.",
        ["hard shrink"] = OfNaN,
        ["threshold"] = OfNaN,
        ["logit"] = "Outside [0, 1], where the value is NaN in both, libtorch's slope is NaN; ours is that of the formula 1/(x(1 − x)). "
            + "Nothing is certified there.",
        ["sinc"] = "libtorch's slope cancels near 0 in single precision; ours is −π²x/3.",
        ["softsign"] = "At ±∞ libtorch divides ∞ by ∞; the limits are ±1, with slope 0.",
        ["mish"] = "At ±∞ libtorch multiplies ∞ by 0; ours are the limits.",
        ["celu"] = OfNaN,
        ["digamma"] = "At poles libtorch's slope is a large number by rounding; ours is infinite.",
        ["acosh"] = "Below 1, where the value is NaN in both, libtorch's slope is that of the formula 1/√(x² − 1); ours is NaN.",
        ["silu"] = "At ±∞ libtorch multiplies ∞ by 0; ours are the limits.",
        ["gelu"] = "At ±∞ libtorch multiplies ∞ by 0; ours are the limits.",
        ["pow below 1"] = "(−∞)^½ is ∞ by IEEE 754; libtorch takes a root, which is NaN.",
        ["power"] = "Where the power is 0 and an argument infinite, libtorch multiplies 0 by ∞. In half precision libtorch rounds y − 1 and loses the sign "
            + "of (−1)^9999, and gives slopes by the exponent's formula where a negative base has no power.",
        ["maximum"] = "If one argument is NaN, libtorch passes a slope to the other; ours are NaN.",
        ["minimum"] = "If one argument is NaN, libtorch passes a slope to the other; ours are NaN.",
        ["logaddexp"] = "At equal infinities libtorch subtracts ∞ from ∞; ours are the halves of a tie.",
        ["x log y"] = "At x = 0 the slope by x is log y, NaN below 0; libtorch's is 0. The slope by y is 0 there, also at y = 0, where libtorch divides 0 "
            + "by 0.",
        ["remainder"] = "A divisor of 0: libtorch's slope is that of a rounded infinite quotient; ours is NaN, as the value.",
        ["floored remainder"] = "A divisor of 0: libtorch's slope is that of a rounded infinite quotient; ours is NaN, as the value.",
        ["atan2"] = "At the origin, where the angle has no limit, libtorch's slopes are 0 and ours NaN. Where one argument is infinite libtorch divides ∞ "
            + "by ∞; the limits are 0. In half precision libtorch's x² + y² underflows.",
        ["matrix exponential"] = "libtorch's powers overflow in half precision; ours are computed in double.",
    };
}
