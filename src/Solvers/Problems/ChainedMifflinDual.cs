namespace ConservativeAD.Solvers;

/// <summary>
/// The least value of the chained second function of Mifflin, Σ(−xᵢ + 2uᵢ + 1.75|uᵢ|) with uᵢ = xᵢ² + xᵢ₊₁² − 1. Because 2u + 1.75|u| is the largest λu over
/// ¼ ≤ λ ≤ 3¾, and the function is convex, it equals the largest −Σ1/(4(λᵢ₋₁ + λᵢ)) − Σλᵢ over such λ, with λ₀ = 0: a concave problem, solved by projected
/// Newton steps with a tridiagonal matrix (D. Bertsekas, SIAM J. Control Optim. 20, 1982).
/// </summary>
internal static class ChainedMifflinDual
{
    private const double Least = 0.25;
    private const double Greatest = 3.75;
    private const int MostSteps = 100;
    private const double ShortestStep = 1e-9;

    /// <summary>The least value for a number of variables, to about 14 digits.</summary>
    /// <param name="n">The number of variables, at least 2.</param>
    public static double Optimum(int n)
    {
        double[] weights = new double[n - 1];
        Array.Fill(weights, Math.Sqrt(0.125));
        double value = Value(weights);
        for (int step = 0; step < MostSteps; step++)
        {
            double[] newton = Newton(weights), next = new double[weights.Length];
            double found = double.NegativeInfinity;
            for (double length = 1; length >= ShortestStep && !(found > value); length *= 0.5)
            {
                for (int i = 0; i < next.Length; i++)
                    next[i] = Math.Clamp(weights[i] + (length * newton[i]), Least, Greatest);
                found = Value(next);
            }

            if (!(found > value))
                break;
            (weights, value) = (next, found);
        }

        return value;
    }

    // Sums are compensated (W. Kahan, Comm. ACM 1965), so that the value has its digits for many variables too.
    private static double Value(double[] weights)
    {
        double sum = 0, lost = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double term = -(1 / (4 * Curvature(weights, i))) - weights[i] - lost, next = sum + term;
            lost = next - sum - term;
            sum = next;
        }

        return sum;
    }

    private static double Curvature(double[] weights, int i) => (i > 0 ? weights[i - 1] : 0) + weights[i];

    private static double[] Newton(double[] weights)
    {
        int m = weights.Length;
        double[] off = new double[m + 1], slope = new double[m + 1], diagonal = new double[m], step = new double[m];
        for (int i = 0; i < m; i++)
        {
            double curvature = Curvature(weights, i);
            slope[i] = 1 / (4 * curvature * curvature);
            off[i] = 2 * slope[i] / curvature;
        }

        bool[] isHeld = new bool[m + 1];
        isHeld[m] = true;
        for (int i = 0; i < m; i++)
        {
            double gradient = slope[i] + slope[i + 1] - 1;
            isHeld[i] = (weights[i] <= Least && gradient <= 0) || (weights[i] >= Greatest && gradient >= 0);
            if (isHeld[i])
                continue;
            (diagonal[i], step[i]) = (off[i] + off[i + 1], gradient);
            if (i == 0 || isHeld[i - 1])
                continue;
            double factor = off[i] / diagonal[i - 1];
            diagonal[i] -= factor * off[i];
            step[i] -= factor * step[i - 1];
        }

        for (int i = m - 1; i >= 0; i--)
        {
            if (!isHeld[i])
                step[i] = (step[i] - (isHeld[i + 1] ? 0 : off[i + 1] * step[i + 1])) / diagonal[i];
        }

        return step;
    }
}
