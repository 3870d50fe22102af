using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>Rounds numbers of a program to the element type.</summary>
internal static class ElementType
{
    /// <summary>
    /// Rounds a bound at which a kink lies to the element type, so that an element can equal it. A bound that would round to 0 stays as it is.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="bound">The bound.</param>
    public static double Round<T>(double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double rounded = double.CreateTruncating(T.CreateTruncating(bound));
        return rounded == 0 ? bound : rounded;
    }
}
