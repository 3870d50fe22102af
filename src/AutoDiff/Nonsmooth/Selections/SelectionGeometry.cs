namespace ConservativeAD.Nonsmooth;

/// <summary>A product of intervals, simplices, balls and permutations: its middle, projections onto it, and its extreme points.</summary>
/// <param name="pieces">The sets.</param>
internal sealed class SelectionGeometry(SelectionPieces pieces)
{
    // A vector this close to the surface of a ball, or to a face of permutations, relative to its size, is on it.
    private const double OnSurface = 1e-12;

    /// <summary>A point in the middle of every set.</summary>
    public double[] Middle()
    {
        double[] w = new double[pieces.Count];
        for (int i = 0; i < pieces.IntervalCount; i++)
            w[i] = (pieces.Low[i] / 2) + (pieces.High[i] / 2);
        foreach (SelectionBlock block in pieces.Blocks)
        {
            if (block.Kind != PiecesKind.Ball)
                w.AsSpan(block.Start, block.Count).Fill(block.Numbers.Sum() / block.Count);
        }

        return w;
    }

    /// <summary>Moves a vector to the nearest one in the product.</summary>
    public void Project(double[] w)
    {
        for (int i = 0; i < pieces.IntervalCount; i++)
            w[i] = Math.Min(Math.Max(w[i], pieces.Low[i]), pieces.High[i]);
        foreach (SelectionBlock block in pieces.Blocks)
        {
            Span<double> part = w.AsSpan(block.Start, block.Count);
            switch (block.Kind)
            {
                case PiecesKind.Simplex:
                    ProjectToSimplex(part, block.Numbers[0]);
                    break;
                case PiecesKind.Ball:
                    double length = Length(part);
                    if (length > block.Numbers[0])
                        Scale(part, block.Numbers[0] / length);
                    break;
                default:
                    ProjectToPermutations(part, block.Numbers);
                    break;
            }
        }
    }

    /// <summary>The point w that minimises ⟨w, u⟩.</summary>
    public double[] Lowest(ReadOnlySpan<double> u)
    {
        double[] w = new double[pieces.Count];
        for (int i = 0; i < pieces.IntervalCount; i++)
            w[i] = u[i] > 0 ? pieces.Low[i] : u[i] < 0 ? pieces.High[i] : (pieces.Low[i] / 2) + (pieces.High[i] / 2);
        foreach (SelectionBlock block in pieces.Blocks)
        {
            ReadOnlySpan<double> along = u.Slice(block.Start, block.Count);
            Span<double> part = w.AsSpan(block.Start, block.Count);
            switch (block.Kind)
            {
                case PiecesKind.Simplex:
                    int at = 0;
                    for (int i = 1; i < along.Length; i++)
                    {
                        if (block.Numbers[0] > 0 ? along[i] < along[at] : along[i] > along[at])
                            at = i;
                    }

                    part[at] = block.Numbers[0];
                    break;
                case PiecesKind.Ball:
                    along.CopyTo(part);
                    double length = Length(along);
                    if (length > 0)
                        Scale(part, -block.Numbers[0] / length);
                    break;
                default:
                    int[] order = Ascending(along);
                    for (int i = 0; i < order.Length; i++)
                        part[order[i]] = block.Numbers[i];
                    break;
            }
        }

        return w;
    }

    /// <summary>
    /// Projects a direction onto the directions that stay on the face of the product that holds a point: those that leave bounds, zeros of a simplex and
    /// surfaces as they are.
    /// </summary>
    public void ProjectToFace(double[] w, double[] direction)
    {
        for (int i = 0; i < pieces.IntervalCount; i++)
        {
            if (w[i] <= pieces.Low[i] || w[i] >= pieces.High[i])
                direction[i] = 0;
        }

        foreach (SelectionBlock block in pieces.Blocks)
        {
            Span<double> part = direction.AsSpan(block.Start, block.Count), at = w.AsSpan(block.Start, block.Count);
            if (block.Kind == PiecesKind.Simplex)
                Balance(at, part);
            else if (block.Kind == PiecesKind.Permutations)
                BalanceGroups(at, part, block.Numbers);
            else if (Length(at) >= block.Numbers[0] * (1 - OnSurface))
                part.Clear();
        }
    }

    /// <summary>The longest step along a direction that is known to stay in the product.</summary>
    public double LongestStep(double[] w, double[] direction)
    {
        double step = double.PositiveInfinity;
        for (int i = 0; i < pieces.IntervalCount; i++)
        {
            if (direction[i] != 0)
                step = Math.Min(step, ((direction[i] > 0 ? pieces.High[i] : pieces.Low[i]) - w[i]) / direction[i]);
        }

        foreach (SelectionBlock block in pieces.Blocks)
        {
            ReadOnlySpan<double> part = direction.AsSpan(block.Start, block.Count), at = w.AsSpan(block.Start, block.Count);
            if (block.Kind == PiecesKind.Simplex)
            {
                for (int i = 0; i < part.Length; i++)
                {
                    if (part[i] * block.Numbers[0] < 0)
                        step = Math.Min(step, -at[i] / part[i]);
                }
            }
            else if (block.Kind == PiecesKind.Ball && Length(part) is > 0 and double length)
            {
                step = Math.Min(step, (block.Numbers[0] - Length(at)) / length);
            }
            else if (block.Kind == PiecesKind.Permutations && part.ContainsAnyExcept(0) && !IsWithin(at, part, block.Numbers))
            {
                step = 0;
            }
        }

        return Math.Max(0, step);
    }

    // The elements of a simplex that are not 0 change by amounts that add to 0.
    private static void Balance(ReadOnlySpan<double> at, Span<double> direction)
    {
        double sum = 0;
        int free = 0;
        for (int i = 0; i < at.Length; i++)
        {
            if (at[i] == 0)
                continue;
            sum += direction[i];
            free++;
        }

        for (int i = 0; i < at.Length; i++)
            direction[i] = at[i] == 0 ? 0 : direction[i] - (sum / free);
    }

    // Sums of the largest elements that equal those of the numbers divide the places into groups whose sums stay (Rado, 1952).
    private static void BalanceGroups(ReadOnlySpan<double> at, Span<double> direction, double[] descending)
    {
        int[] order = Ascending(at);
        Array.Reverse(order);
        double left = 0, size = 0, sum = 0;
        foreach (double number in descending)
            size += Math.Abs(number);
        for (int i = 0, first = 0; i < order.Length; i++)
        {
            left += descending[i] - at[order[i]];
            sum += direction[order[i]];
            if (left > OnSurface * size && i < order.Length - 1)
                continue;
            for (int k = first; k <= i; k++)
                direction[order[k]] = k == first && k == i ? 0 : direction[order[k]] - (sum / (i + 1 - first));
            (first, sum) = (i + 1, 0);
        }
    }

    private static bool IsWithin(ReadOnlySpan<double> at, ReadOnlySpan<double> direction, double[] descending)
    {
        double[] to = new double[at.Length];
        for (int i = 0; i < to.Length; i++)
            to[i] = at[i] + direction[i];
        Array.Sort(to, (a, b) => b.CompareTo(a));
        double left = 0;
        for (int i = 0; i < to.Length - 1; i++)
        {
            left += descending[i] - to[i];
            if (left < 0)
                return false;
        }

        return true;
    }

    // The numbers above a threshold, less the threshold, add to the factor (Held, Wolfe and Crowder, Math. Program. 1974).
    private static void ProjectToSimplex(Span<double> w, double factor)
    {
        if (factor < 0)
        {
            Scale(w, -1);
            ProjectToSimplex(w, -factor);
            Scale(w, -1);
            return;
        }

        double[] descending = w.ToArray();
        Array.Sort(descending, (a, b) => b.CompareTo(a));
        double sum = 0, threshold = 0;
        for (int i = 0; i < descending.Length; i++)
        {
            sum += descending[i];
            double candidate = (sum - factor) / (i + 1);
            if (i > 0 && descending[i] <= candidate)
                break;
            threshold = candidate;
        }

        for (int i = 0; i < w.Length; i++)
            w[i] = Math.Max(0, w[i] - threshold);
    }

    // What is left of a projection onto the permutations of numbers is an isotonic regression (Lim and Wright, 2016).
    private static void ProjectToPermutations(Span<double> w, double[] descending)
    {
        int[] order = Ascending(w);
        Array.Reverse(order);
        int n = order.Length, count = 0;
        double[] mean = new double[n];
        int[] size = new int[n];
        for (int i = 0; i < n; i++)
        {
            mean[count] = w[order[i]] - descending[i];
            size[count++] = 1;
            while (count > 1 && mean[count - 2] < mean[count - 1])
            {
                int both = size[count - 2] + size[count - 1];
                mean[count - 2] = ((mean[count - 2] * size[count - 2]) + (mean[count - 1] * size[count - 1])) / both;
                size[--count - 1] = both;
            }
        }

        for (int block = 0, i = 0; block < count; block++)
        {
            for (int end = i + size[block]; i < end; i++)
                w[order[i]] -= mean[block];
        }
    }

    private static int[] Ascending(ReadOnlySpan<double> values)
    {
        double[] keys = values.ToArray();
        int[] order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(keys, order);
        return order;
    }

    private static double Length(ReadOnlySpan<double> vector) => Vectors.Norm(vector);

    private static void Scale(Span<double> vector, double factor)
    {
        for (int i = 0; i < vector.Length; i++)
            vector[i] *= factor;
    }
}
