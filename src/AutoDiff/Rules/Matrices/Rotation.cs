using System.Numerics;
using System.Runtime.InteropServices;

namespace ConservativeAD.Rules;

/// <summary>Rotations in the plane of two rows.</summary>
internal static class Rotation
{
    /// <summary>x ← c·x − s·y and y ← s·x + c·y.</summary>
    /// <param name="x">A row.</param>
    /// <param name="y">Another row of the same length.</param>
    /// <param name="cosine">c.</param>
    /// <param name="sine">s.</param>
    public static void Apply(Span<double> x, Span<double> y, double cosine, double sine)
    {
        Span<Vector<double>> wideX = MemoryMarshal.Cast<double, Vector<double>>(x), wideY = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int i = 0; i < wideX.Length; i++)
        {
            Vector<double> one = wideX[i], other = wideY[i];
            wideX[i] = (one * cosine) - (other * sine);
            wideY[i] = (one * sine) + (other * cosine);
        }

        for (int i = wideX.Length * Vector<double>.Count; i < x.Length; i++)
            (x[i], y[i]) = ((cosine * x[i]) - (sine * y[i]), (sine * x[i]) + (cosine * y[i]));
    }

    /// <summary>Exchanges two rows.</summary>
    /// <param name="x">A row.</param>
    /// <param name="y">Another row of the same length.</param>
    public static void Exchange(Span<double> x, Span<double> y)
    {
        for (int i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }
}
