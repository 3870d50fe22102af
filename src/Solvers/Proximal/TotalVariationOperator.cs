using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>
/// The proximal operator of total variation in one dimension, by the taut string (P. Davies and A. Kovac, Ann. Statist. 2001): the solution is the slopes of
/// the shortest string, tied at both ends, through the tube of half-width λ around the cumulative sums.
/// </summary>
internal sealed class TotalVariationOperator(double weight) : IProximalOperator
{
    public double Value(ReadOnlySpan<double> point)
    {
        double sum = 0;
        for (int i = 1; i < point.Length; i++)
            sum += Math.Abs(point[i] - point[i - 1]);
        return weight * sum;
    }

    public double[] Apply(ReadOnlySpan<double> point, double step)
    {
        double[] result = new double[point.Length];
        foreach ((int start, int end, double slope) in Pieces(point, step * weight))
            Array.Fill(result, slope, start, end - start);
        return result;
    }

    // On each straight piece of the string the solution is the mean of x there plus a constant.
    public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step)
    {
        double[] result = new double[point.Length];
        foreach ((int start, int end, _) in Pieces(point, step * weight))
        {
            double sum = 0;
            for (int i = start; i < end; i++)
                sum += vector[i];
            Array.Fill(result, sum / (end - start), start, end - start);
        }

        return result;
    }

    private static List<(int Start, int End, double Slope)> Pieces(ReadOnlySpan<double> x, double width)
    {
        int n = x.Length;
        double[] sums = new double[n + 1];
        for (int i = 0; i < n; i++)
            sums[i + 1] = sums[i] + x[i];
        List<(int, int, double)> pieces = [];
        int anchor = 0;
        double height = 0;
        while (anchor < n)
        {
            // [low, high] holds the slopes from the anchor that stay in the tube. When it becomes empty, the string bends around the wall that limited it most.
            (double low, double high) = (double.NegativeInfinity, double.PositiveInfinity);
            (int lowAt, int highAt) = (n, n);
            (int End, double Height)? bend = null;
            for (int k = anchor + 1; k <= n && bend is null; k++)
            {
                double slack = k == n ? 0 : width, floor = (sums[k] - slack - height) / (k - anchor), ceiling = (sums[k] + slack - height) / (k - anchor);
                if (floor > high)
                    bend = (highAt, sums[highAt] + width);
                else if (ceiling < low)
                    bend = (lowAt, sums[lowAt] - width);
                if (floor >= low)
                    (low, lowAt) = (floor, k);
                if (ceiling <= high)
                    (high, highAt) = (ceiling, k);
            }

            (int end, double next) = bend ?? (n, sums[n]);
            pieces.Add((anchor, end, (next - height) / (end - anchor)));
            (anchor, height) = (end, next);
        }

        return pieces;
    }
}
