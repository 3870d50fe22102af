using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>What one estimator says of the gradient of a smoothed function.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="Gradient">The mean of each element; for <see cref="SmoothingEstimator.Goldstein"/> the element of least norm, without intervals.</param>
/// <param name="Deviation">The root of the mean squared distance of one sample from the mean; 0 for the element of least norm.</param>
/// <param name="Error">The root of the mean squared distance of the mean itself from what it estimates: the deviation over the root of the samples.</param>
/// <param name="Bias">
/// The distance of the gradient from Clarke's subdifferential at the point; null where the whole set is not known. It holds the sampling error, of the size of
/// <paramref name="Error"/>, too.
/// </param>
/// <param name="Values">The number of values of the function that it took.</param>
/// <param name="Gradients">The number of gradients.</param>
public sealed record SmoothingEstimate(SmoothingEstimator Estimator, IReadOnlyList<Interval> Gradient, double Deviation, double Error, double? Bias, int Values,
    int Gradients)
{
    /// <summary>Why the estimate is not what the estimator is for, as with gradients of a function that jumps; null otherwise.</summary>
    public string? Warning { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Estimator}: ({string.Join(", ", Gradient)}), deviation of a sample {Deviation:0.###E+0}, "
            + $"bias {(Bias is { } known ? known.ToString("0.###E+0", CultureInfo.InvariantCulture) : "unknown")}, {Values} values, {Gradients} gradients")
        + (Warning is null ? "" : $"; {Warning}");

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(ToString());
        return true;
    }
}
