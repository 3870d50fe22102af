using System.Numerics;

namespace ConservativeAD.Scalars;

/// <summary>The answers that guards hold a program to, for a number and for a vector of numbers.</summary>
internal static class Guards
{
    public const int Less = -1;
    public const int Equal = 0;
    public const int Greater = 1;
    public const int Unordered = 2;

    /// <summary>The order of two numbers.</summary>
    public static int OrderOf(double a, double b) => a < b ? Less : a == b ? Equal : a > b ? Greater : Unordered;

    /// <summary>
    /// The kind of a number: all that .NET's questions about one number (is it negative, finite, an even integer, normal …) can tell.
    /// </summary>
    public static int KindOf(double x) =>
        (double.IsNegative(x) ? 1 : 0) | (double.IsNaN(x) ? 2 : 0) | (double.IsInfinity(x) ? 4 : 0) | (x == 0 ? 8 : 0) | (double.IsSubnormal(x) ? 16 : 0)
            | (double.IsEvenInteger(x) ? 32 : 0) | (double.IsOddInteger(x) ? 64 : 0);

    public static bool AreUnordered(double a, double b) => double.IsNaN(a) || double.IsNaN(b);

    public static Vector<long> AndLess(Vector<long> mask, Vector<double> a, Vector<double> b) => mask & Vector.LessThan(a, b);

    public static Vector<long> AndEqual(Vector<long> mask, Vector<double> a, Vector<double> b) => mask & Vector.Equals(a, b);

    public static Vector<long> AndGreater(Vector<long> mask, Vector<double> a, Vector<double> b) => mask & Vector.GreaterThan(a, b);

    public static Vector<long> AndUnordered(Vector<long> mask, Vector<double> a, Vector<double> b) =>
        mask & ~(Vector.Equals(a, a) & Vector.Equals(b, b));

    public static Vector<long> AndKind(Vector<long> mask, Vector<double> a, int kind)
    {
        for (int i = 0; i < Vector<double>.Count; i++)
        {
            if (KindOf(a[i]) != kind)
                mask = mask.WithElement(i, 0);
        }

        return mask;
    }
}
