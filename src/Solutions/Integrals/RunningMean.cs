namespace ConservativeAD.Solutions;

/// <summary>Means and variances of vectors that come one after another (B. Welford, Technometrics 1962).</summary>
internal sealed class RunningMean(int length)
{
    private readonly double[] means = new double[length];
    private readonly double[] squares = new double[length];

    public int Count { get; private set; }

    /// <summary>The means so far.</summary>
    public ReadOnlySpan<double> Means => means;

    /// <summary>The sum of the variances of all elements: the mean squared distance of a vector from the mean one.</summary>
    public double TotalVariance => squares.Sum() / Math.Max(Count - 1, 1);

    public void Add(ReadOnlySpan<double> vector)
    {
        Count++;
        for (int i = 0; i < means.Length; i++)
        {
            double before = vector[i] - means[i];
            means[i] += before / Count;
            squares[i] += before * (vector[i] - means[i]);
        }
    }

    public Interval Of(int index, double level)
    {
        double deviation = Math.Sqrt(squares[index] / (Count - 1));
        return new Interval(means[index], deviation == 0 ? 0 : Interval.Quantile(Count, level) * deviation / Math.Sqrt(Count), deviation);
    }
}
