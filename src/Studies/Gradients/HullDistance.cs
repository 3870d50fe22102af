using System.Numerics;

namespace ConservativeAD.Studies.Gradients;

/// <summary>The distance of a gradient from the convex hull of a few others.</summary>
internal static class HullDistance
{
    private const int MostElements = 8;

    /// <summary>
    /// The distance, relative to the length of the nearest point of the hull; infinite where that is 0, and no number where a gradient has none.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="point">The gradient: for every parameter its elements.</param>
    /// <param name="elements">The others, at least one and at most eight.</param>
    public static double Relative<T>(T[][] point, IReadOnlyList<T[][]> elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfZero(elements.Count, nameof(elements));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elements.Count, MostElements, nameof(elements));
        int count = elements.Count;
        double[,] apart = new double[count, count], lengths = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                (double ofDifferences, double ofElements) = Products(point, elements[i], elements[j]);
                apart[i, j] = apart[j, i] = ofDifferences;
                lengths[i, j] = lengths[j, i] = ofElements;
            }
        }

        double[] weights = Nearest(apart);
        double distance = Math.Sqrt(Math.Max(0, Form(apart, weights)));
        return distance == 0 ? 0 : distance / Math.Sqrt(Math.Max(0, Form(lengths, weights)));
    }

    /// <summary>The weights, nonnegative and of sum 1, for which the quadratic form of a Gram matrix is least.</summary>
    /// <param name="gram">The products of at most eight vectors.</param>
    internal static double[] Nearest(double[,] gram)
    {
        // The least point of the hull is that of the affine hull of some face, and there are few faces.
        int count = gram.GetLength(0);
        double[] best = new double[count];
        double least = double.PositiveInfinity;
        for (int face = 1; face < 1 << count; face++)
        {
            int[] members = [.. Enumerable.Range(0, count).Where(i => (face >> i & 1) != 0)];
            if (OfFace(gram, members) is not { } found || found.Any(weight => !(weight >= 0)))
                continue;
            double[] weights = new double[count];
            for (int k = 0; k < members.Length; k++)
                weights[members[k]] = found[k];
            double value = Form(gram, weights);
            // A single element always counts, so that there is an answer even if no number is finite.
            if (value < least || (face == 1 && !(value < least)))
                (least, best) = (value, weights);
        }

        return best;
    }

    // The weights of sum 1 for which the form is least on the affine hull: G·w = μ·1, solved with the first vector as the base. Null where it is singular.
    private static double[]? OfFace(double[,] gram, int[] members)
    {
        int size = members.Length - 1;
        double[,] system = new double[size, size + 1];
        int first = members[0];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                system[i, j] = gram[members[i + 1], members[j + 1]] - gram[members[i + 1], first] - gram[first, members[j + 1]] + gram[first, first];
            system[i, size] = gram[first, first] - gram[first, members[i + 1]];
        }

        for (int pivot = 0; pivot < size; pivot++)
        {
            if (!(Math.Abs(system[pivot, pivot]) > 0))
                return null;
            for (int row = 0; row < size; row++)
            {
                if (row == pivot)
                    continue;
                double factor = system[row, pivot] / system[pivot, pivot];
                for (int column = pivot; column <= size; column++)
                    system[row, column] -= factor * system[pivot, column];
            }
        }

        double[] rest = [.. Enumerable.Range(0, size).Select(i => system[i, size] / system[i, i])];
        return [1 - rest.Sum(), .. rest];
    }

    private static double Form(double[,] gram, double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            for (int j = 0; j < weights.Length; j++)
                sum += weights[i] == 0 || weights[j] == 0 ? 0 : weights[i] * weights[j] * gram[i, j];
        }

        return sum;
    }

    private static (double OfDifferences, double OfElements) Products<T>(T[][] point, T[][] one, T[][] other)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double ofDifferences = 0, ofElements = 0;
        for (int p = 0; p < point.Length; p++)
        {
            for (int i = 0; i < point[p].Length; i++)
            {
                double from = double.CreateTruncating(point[p][i]), a = double.CreateTruncating(one[p][i]), b = double.CreateTruncating(other[p][i]);
                ofDifferences += (a - from) * (b - from);
                ofElements += a * b;
            }
        }

        return (ofDifferences, ofElements);
    }
}
