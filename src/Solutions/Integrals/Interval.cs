using System.Globalization;
using MathNet.Numerics.Distributions;

namespace ConservativeAD.Solutions;

/// <summary>
/// A mean of samples, with its confidence interval. The interval is right in the limit of many samples; what is too rare to be among them is not in it.
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half the width of the interval around the mean, by Student's distribution.</param>
/// <param name="Deviation">The standard deviation of one sample.</param>
public readonly record struct Interval(double Mean, double HalfWidth, double Deviation)
{
    /// <summary>Whether the interval holds a number.</summary>
    /// <param name="number">The number.</param>
    public bool Contains(double number) => Math.Abs(number - Mean) <= HalfWidth;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:G7} ± {HalfWidth:0.##E+0}");

    internal static double Quantile(int samples, double level) => StudentT.InvCDF(0, 1, samples - 1, 0.5 + (0.5 * level));
}
