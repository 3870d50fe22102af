using MathNet.Numerics.Distributions;

namespace ConservativeAD.Studies.Statistics;

/// <summary>A mean with a confidence interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">The lower end; null for a single value.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct MeanInterval(double Value, double? Low, double? High)
{
    private const double Level = 0.975;

    /// <summary>Student's interval at 95 % for the mean of independent values.</summary>
    /// <param name="values">The values, at least one.</param>
    public static MeanInterval Student(IReadOnlyCollection<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        double mean = values.Average();
        if (values.Count == 1)
            return new MeanInterval(mean, null, null);
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        double half = StudentT.InvCDF(0, 1, values.Count - 1, Level) * deviation / Math.Sqrt(values.Count);
        return new MeanInterval(mean, mean - half, mean + half);
    }
}
