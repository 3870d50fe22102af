using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The pullback of a normalisation in plain loops, in which a zero cotangent times any factor is 0. Used when statistics or scales are not finite, which is
/// rare.
/// </summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class AbsorbingNormalization<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    /// <summary>Whether the fast loops give the same result: every mean, inverse deviation and scale is finite (a finite mean implies a finite
    /// group).</summary>
    public static bool IsPlain(NormalizationShape shape, U* mean, U* variance, U* scale, double epsilon)
    {
        for (int group = 0; group < shape.Groups; group++)
        {
            if (!U.IsFinite(mean[group]) || !U.IsFinite(U.One / (variance[group] + U.CreateTruncating(epsilon))))
                return false;
        }

        return FiniteScan.IsFinite(scale, shape.ScaleCount);
    }

    /// <summary>Computes the same pullback as <see cref="Normalization.Pullback"/>.</summary>
    public static void Pullback(NormalizationShape shape, U* x, U* mean, U* variance, U* scale, double epsilon, U* dy, U* dx, bool accumulate, U* dScale,
        U* dShift)
    {
        int scales = shape.ScaleCount;
        new Span<U>(dScale, scales).Clear();
        new Span<U>(dShift, scales).Clear();
        U n = U.CreateTruncating(shape.GroupCount);
        for (int group = 0; group < shape.Groups; group++)
        {
            U centre = mean[group], inverse = U.One / U.Sqrt(variance[group] + U.CreateTruncating(epsilon)), sum = U.Zero, dot = U.Zero;
            for (int element = 0; element < shape.GroupCount; element++)
            {
                (nint at, int scaled) = Place(shape, group, element);
                U u = (x[at] - centre) * inverse, pulled = Product(dy[at], scale[scaled]);
                dScale[scaled] += Product(dy[at], u);
                dShift[scaled] += dy[at];
                sum += pulled;
                dot += Product(pulled, u);
            }

            for (int element = 0; dx != null && element < shape.GroupCount; element++)
            {
                (nint at, int scaled) = Place(shape, group, element);
                U projected = Product(dy[at], scale[scaled]) - (sum / n) - Product(dot / n, (x[at] - centre) * inverse), pulled = Product(projected, inverse);
                dx[at] = accumulate ? dx[at] + pulled : pulled;
            }
        }
    }

    private static U Product(U carried, U factor) => AbsorbingProduct<U>.Product(carried, factor);

    private static (nint At, int Scaled) Place(NormalizationShape shape, int group, int element)
    {
        int outer = element / shape.Inner, inner = element % shape.Inner;
        int scaled = shape.IsScaledByGroup ? group : shape.FirstScale(group) + (inner / shape.ScaleRun);
        return (((((nint)outer * shape.Groups) + group) * shape.Inner) + inner, scaled);
    }
}
