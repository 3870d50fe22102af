using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The curvature of weighted sums of outputs, for rules of several shapes.</summary>
internal static class LocalCurvature
{
    /// <summary>Of outputs that are each convex, or each concave, at a kink where they are marked.</summary>
    /// <param name="context">Takes the marks back.</param>
    /// <param name="marks">1 where an output is at a kink, 0 elsewhere.</param>
    /// <param name="curvature">That of every output.</param>
    /// <param name="lower">The least weights.</param>
    /// <param name="upper">The greatest.</param>
    public static Curvature OfMarked<T>(
        in KinkContext<T> context, in NDArray<T> marks, Curvature curvature, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] atKink = marks.ToArray();
        context.Return(marks);
        bool isPositive = true, isNegative = true;
        for (int element = 0; element < atKink.Length; element++)
        {
            isPositive &= atKink[element] == T.Zero || lower[element] >= 0;
            isNegative &= atKink[element] == T.Zero || upper[element] <= 0;
        }

        return curvature == Curvature.Convex ? Of(isPositive, isNegative) : Of(isNegative, isPositive);
    }

    /// <summary>
    /// Of the first elements of sorted rows. By the rearrangement inequality, Σ cᵢ·x₍ᵢ₎ over a block of equal keys is a maximum over their permutations if c
    /// rises with the keys, and a minimum if it falls.
    /// </summary>
    /// <param name="sorted">The sorted rows.</param>
    /// <param name="descending">Whether larger values come first.</param>
    /// <param name="taken">The number of elements of a row that are taken; the weights of the others are 0.</param>
    /// <param name="lower">The least weights of the elements that are taken.</param>
    /// <param name="upper">The greatest.</param>
    public static Curvature OfSorted<T>(in NDArray<T> sorted, bool descending, int taken, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] keys = sorted.ToArray();
        int length = sorted.Shape[-1], rows = taken == 0 ? 0 : keys.Length / length;
        bool isRising = true, isFalling = true;
        for (int row = 0; row < rows; row++)
        {
            for (int place = 0; place < taken && place + 1 < length; place++)
            {
                if (keys[(row * length) + place] != keys[(row * length) + place + 1])
                    continue;
                int here = (row * taken) + place;
                (double nextLower, double nextUpper) = place + 1 < taken ? (lower[here + 1], upper[here + 1]) : (0, 0);
                isRising &= upper[here] <= nextLower;
                isFalling &= lower[here] >= nextUpper;
            }
        }

        return descending ? Of(isFalling, isRising) : Of(isRising, isFalling);
    }

    private static Curvature Of(bool isConvex, bool isConcave) =>
        isConvex && isConcave ? Curvature.Affine : isConvex ? Curvature.Convex : isConcave ? Curvature.Concave : Curvature.Unknown;
}
