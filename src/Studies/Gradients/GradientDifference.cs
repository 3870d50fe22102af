using System.Numerics;
using System.Runtime.InteropServices;

namespace ConservativeAD.Studies.Gradients;

/// <summary>The difference of two gradients with respect to all parameters.</summary>
/// <param name="L1">The sum of its magnitudes.</param>
/// <param name="Largest">The largest magnitude.</param>
/// <param name="Relative">Its Euclidean norm relative to that of the first gradient; infinite where that is 0.</param>
internal sealed record GradientDifference(double L1, double Largest, double Relative)
{
    /// <summary>The difference of the second gradient from the first.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="first">For every parameter its elements.</param>
    /// <param name="second">Those of the other.</param>
    public static GradientDifference Of<T>(T[][] first, T[][] second)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0, largest = 0, squares = 0, size = 0;
        foreach ((T[] a, T[] b) in first.Zip(second))
        {
            for (int i = 0; i < a.Length; i++)
            {
                double own = double.CreateTruncating(a[i]), apart = Math.Abs(own - double.CreateTruncating(b[i]));
                sum += apart;
                largest = Math.Max(largest, apart);
                squares += apart * apart;
                size += own * own;
            }
        }

        return new GradientDifference(sum, largest, squares == 0 ? 0 : Math.Sqrt(squares / size));
    }

    /// <summary>Whether two gradients have the same bits.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="first">For every parameter its elements.</param>
    /// <param name="second">Those of the other.</param>
    public static bool SameBits<T>(T[][] first, T[][] second)
        where T : unmanaged =>
        first.Zip(second).All(pair => MemoryMarshal.AsBytes<T>(pair.First).SequenceEqual(MemoryMarshal.AsBytes<T>(pair.Second)));
}
