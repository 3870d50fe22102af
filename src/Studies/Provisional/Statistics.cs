namespace ConservativeAD.Studies.Statistics;

internal sealed record Proportion(double Value, double Low, double High)
{
    public static Proportion Wilson(int hits, int trials)
    {
        const double z = 1.959963984540054;
        double p = (double)hits / trials, d = 1 + (z * z / trials), c = p + (z * z / (2 * trials));
        double h = z * Math.Sqrt((p * (1 - p) / trials) + (z * z / (4.0 * trials * trials)));
        return new Proportion(p, hits == 0 ? 0 : (c - h) / d, hits == trials ? 1 : (c + h) / d);
    }
}
