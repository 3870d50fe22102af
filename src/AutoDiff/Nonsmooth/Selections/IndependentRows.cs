using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Tells whether the derivatives of the kinks' arguments, the rows of J, are linearly independent. Then every combination of sides lies next to the point, and
/// the set of gradients is g₀ + Jᵀ·W.
/// </summary>
/// <remarks>
/// A variable that only one row depends on makes the row independent of the others. Products with three random vectors show which variables those are, since
/// the quotients of the products are then the quotients of the random numbers. Rows found so are left out, and others may follow; a small rest is decided by
/// orthogonalisation.
/// </remarks>
internal static class IndependentRows
{
    private const int Rounds = 64;
    private const int LargestRest = 256;

    // Quotients this close, relative to their size, are the same.
    private const double Same = 1e-11;

    // A remainder this small, relative to the row, lies in the span of the others.
    private const double InSpan = 1e-7;

    /// <summary>Whether the rows are independent; false if they are not or if it is not known.</summary>
    /// <param name="map">J.</param>
    public static bool Are(SelectionMap map)
    {
        int n = map.Pieces.Count;
        for (int i = 0; i < n; i++)
        {
            if (map.Pieces.PlaceOf(i).Node < 0)
                return false;
        }

        bool[] isLeft = new bool[n];
        Array.Fill(isLeft, true);
        int left = n;
        double[] scale = new double[n], second = new double[n], third = new double[n];
        for (int round = 0; round < Rounds && left > 0; round++)
        {
            Draw(round, 0, scale);
            Draw(round, 1, second);
            Draw(round, 2, third);
            int found = Peel(map, isLeft, scale, second, third);
            if (found == 0)
                break;
            left -= found;
        }

        return left == 0 || (left <= LargestRest && left <= map.Held.Length && AreAmong(map, [.. Enumerable.Range(0, n).Where(i => isLeft[i])]));
    }

    private static void Draw(int round, int use, double[] into) =>
        Philox.For((ulong)((3 * round) + use), (uint)Streams.RowMarks).Uniform<double>(into, 1, 2);

    private static int Peel(SelectionMap map, bool[] isLeft, double[] scale, double[] second, double[] third)
    {
        int n = isLeft.Length;
        double[] a = new double[n], b = new double[n], c = new double[n], keys = [.. second];
        int[] rows = new int[n];
        for (int i = 0; i < n; i++)
        {
            rows[i] = i;
            a[i] = isLeft[i] ? scale[i] : 0;
            b[i] = a[i] * second[i];
            c[i] = a[i] * third[i];
        }

        Array.Sort(keys, rows);
        double[] first = map.Pull(a), times = map.Pull(b), again = map.Pull(c);
        int found = 0;
        for (int variable = 0; variable < first.Length; variable++)
        {
            if (first[variable] == 0 || !double.IsFinite(first[variable]))
                continue;
            double quotient = times[variable] / first[variable], other = again[variable] / first[variable];
            int at = Array.BinarySearch(keys, quotient * (1 - Same));
            for (at = at < 0 ? ~at : at; at < n && keys[at] <= quotient * (1 + Same); at++)
            {
                int row = rows[at];
                if (isLeft[row] && a[row] != 0 && Math.Abs(third[row] - other) <= Same * other)
                {
                    isLeft[row] = false;
                    found++;
                    break;
                }
            }
        }

        return found;
    }

    private static bool AreAmong(SelectionMap map, int[] rows)
    {
        List<double[]> basis = [];
        foreach (int row in rows)
        {
            double[] unit = new double[map.Pieces.Count];
            unit[row] = 1;
            double[] rest = map.Pull(unit);
            double length = Vectors.Norm(rest);
            if (!(length > 0) || !double.IsFinite(length))
                return false;
            for (int twice = 0; twice < 2; twice++)
            {
                foreach (double[] known in basis)
                {
                    double part = Vectors.Dot(known, rest);
                    for (int i = 0; i < rest.Length; i++)
                        rest[i] -= part * known[i];
                }
            }

            double remainder = Vectors.Norm(rest);
            if (!(remainder > InSpan * length))
                return false;
            basis.Add(Vectors.Scaled(rest, 1 / remainder));
        }

        return true;
    }
}
