using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>The smallest positive normal number of a type, which still has full precision.</summary>
internal static class SmallestNormal
{
    private const double OfHalf = 6.103515625e-5;
    private const double OfFloat = 1.17549435082228750797e-38;
    private const double OfDouble = 2.2250738585072013831e-308;

    public static double Of<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(Half) ? OfHalf : typeof(T) == typeof(float) ? OfFloat : OfDouble;
}
