using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Finds groups whose elements differ from their mean by rounding errors, or by little more. The mean of equal numbers may be rounded, and what is left of them
/// is then an error instead of 0.
/// </summary>
internal static class HiddenSpread
{
    // Of a spread of so many units in the last place of the mean, three digits are right.
    private const double UnitsLost = 4096;

    /// <summary>Whether there is such a group.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="mean">Their means, aligned at the last axis.</param>
    /// <param name="variance">Their variances, of the same shape.</param>
    public static bool IsMet<W>(in NDArray<W> x, in NDArray<W> mean, in NDArray<W> variance)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        double unit = UnitsLost * double.CreateTruncating(W.BitIncrement(W.One) - W.One);
        double[] means = Array.ConvertAll(mean.ToArray(), double.CreateTruncating), variances = Array.ConvertAll(variance.ToArray(), double.CreateTruncating);
        bool[] isClose = [.. means.Zip(variances, (centre, squared) => centre != 0 && Math.Sqrt(squared) <= unit * Math.Abs(centre))];
        if (!isClose.Contains(true))
            return false;

        // A variance underflows sooner than the differences do.
        double[] spreads = new double[means.Length];
        W[] elements = x.ToArray();
        int[] place = new int[x.Shape.Rank];
        for (int i = 0; i < elements.Length; i++)
        {
            int group = GroupOf(place, mean.Shape);
            if (isClose[group])
                spreads[group] = Math.Max(spreads[group], Math.Abs(double.CreateTruncating(elements[i]) - means[group]));
            Advance(place, x.Shape);
        }

        return Enumerable.Range(0, means.Length).Any(group => isClose[group] && spreads[group] > 0 && spreads[group] <= unit * Math.Abs(means[group]));
    }

    private static int GroupOf(int[] place, in Shape groups)
    {
        int group = 0;
        for (int axis = 0; axis < groups.Rank; axis++)
            group = (group * groups[axis]) + (groups[axis] == 1 ? 0 : place[place.Length - groups.Rank + axis]);
        return group;
    }

    private static void Advance(int[] place, in Shape shape)
    {
        for (int axis = place.Length - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--)
            place[axis] = 0;
    }
}
