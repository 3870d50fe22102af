using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ConservativeAD.Solvers;
using MathNet.Numerics.Distributions;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// An estimate of the KL exponent θ from a run: the slope of log‖g‖ over log(F − F*), by least squares. Successive points of a run are not independent, so they
/// are first averaged over equal parts of the range of log(F − F*), and the confidence interval is that of the averages, wider by the difference between the
/// slope of all and of the half that is nearer to the limit: the inequality is local.
/// </summary>
/// <param name="Exponent">θ.</param>
/// <param name="Lower">The lower end of the confidence interval.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Confidence">The confidence level, such as 0.95.</param>
/// <param name="Constant">The largest c with ‖g‖ ≥ c·(F − F*)^θ at every point used, with the θ of <see cref="Inequality"/>.</param>
/// <param name="Points">The number of averages that the line is fitted to.</param>
/// <param name="Decades">The number of powers of ten of F − F* that they span.</param>
/// <param name="Gradient">The kind of gradient. At points that are critical only for backpropagation, its norm carries no information about F.</param>
public sealed record KlFit(double Exponent, double Lower, double Upper, double Confidence, double Constant, int Points, double Decades,
    SubgradientChoice Gradient)
{
    private const int MaximumParts = 40;
    private const double UsualConfidence = 0.95;

    /// <summary>
    /// The inequality with the estimated numbers. An exponent below 0, which is only an estimation error, counts as 0. If the interval contains ½, where the
    /// kind of rate changes, the exponent is ½.
    /// </summary>
    public KlInequality Inequality => new(Settled(Exponent, Lower, Upper), Constant);

    /// <summary>Fits a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="optimum">F*, the value at the limit.</param>
    /// <param name="greatestGap">Points with a larger F − F* are left out: the inequality is local.</param>
    /// <param name="leastGap">Points with a smaller one are left out; if null, those where F − F* is within the rounding error of F.</param>
    /// <param name="confidence">The confidence level of the interval.</param>
    /// <param name="gapError">
    /// The largest error of F − F*, from a limit that is known roughly or values that are. The interval is widened by what it can do to the slope.
    /// </param>
    /// <exception cref="ArgumentException">Fewer than three averages remain, or the confidence is not between 0 and 1.</exception>
    public static KlFit Of(Trajectory run, double optimum, double greatestGap = double.PositiveInfinity, double? leastGap = null,
        double confidence = UsualConfidence, double gapError = 0)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, $"A confidence of {confidence} was given; it must be between 0 and 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(gapError);
        double floor = leastGap ?? Math.Max(Math.Abs(optimum) * 1e-12, 1e-280);
        List<(double X, double Y)> points = Usable(run, optimum, floor, greatestGap), averages = Averages(points);
        return averages.Count >= 3
            ? Through(run, points, averages, confidence, gapError)
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Of {run.Count} points {points.Count} have a gap to {optimum} between {floor:0.0E+0} and {greatestGap:0.0E+0} and a gradient that is not "
                    + $"0, in {averages.Count} places; a line takes three at least."), nameof(run));
    }

    /// <summary>Fits a run if enough of its points can be used.</summary>
    /// <param name="run">The run.</param>
    /// <param name="optimum">F*, the value at the limit.</param>
    /// <param name="fit">The fit; null if there are fewer than three averages.</param>
    internal static bool TryOf(Trajectory run, double optimum, [NotNullWhen(true)] out KlFit? fit)
    {
        List<(double X, double Y)> points = Usable(run, optimum, Math.Max(Math.Abs(optimum) * 1e-12, 1e-280), double.PositiveInfinity),
            averages = Averages(points);
        fit = averages.Count >= 3 ? Through(run, points, averages, UsualConfidence, 0) : null;
        return fit is not null;
    }

    private static List<(double X, double Y)> Usable(Trajectory run, double optimum, double floor, double greatestGap)
    {
        List<(double X, double Y)> points = [];
        for (int k = 0; k < run.Count; k++)
        {
            double gap = run.Values[k] - optimum;
            if (gap > floor && gap <= greatestGap && run.GradientNorms[k] > 0)
                points.Add((Math.Log(gap), Math.Log(run.GradientNorms[k])));
        }

        return points;
    }

    private static KlFit Through(Trajectory run, List<(double X, double Y)> points, List<(double X, double Y)> averages, double confidence,
        double gapError)
    {
        (double slope, double error) = Line(averages);
        double half = StudentT.InvCDF(0, 1, averages.Count - 2, 0.5 + (0.5 * confidence)) * error;
        // Where the points bend, the line through those nearer to the limit has another slope, and the inequality is about them.
        double middle = 0.5 * (averages[0].X + averages[^1].X);
        List<(double X, double Y)> nearer = [.. averages.Where(point => point.X <= middle)];
        half += nearer.Count >= 3 ? Math.Abs(Line(nearer).Slope - slope) : 0;
        double range = points.Max(point => point.X) - points.Min(point => point.X);
        half += Math.Abs(slope) * Math.Log(1 + (gapError / Math.Exp(points.Min(point => point.X)))) / range;
        double exponent = Settled(slope, slope - half, slope + half);
        double constant = Math.Exp(points.Min(point => point.Y - (exponent * point.X)));
        double decades = range / Math.Log(10);
        return new KlFit(slope, slope - half, slope + half, confidence, constant, averages.Count, decades, run.Gradient);
    }

    private static (double Slope, double Error) Line(List<(double X, double Y)> points)
    {
        double meanX = points.Average(point => point.X), meanY = points.Average(point => point.Y);
        double spread = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        double slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / spread;
        double error = Math.Sqrt(points.Sum(point => Square(point.Y - meanY - (slope * (point.X - meanX)))) / (points.Count - 2) / spread);
        return (slope, error);
    }

    private static double Settled(double exponent, double lower, double upper) => lower <= 0.5 && 0.5 <= upper ? 0.5 : Math.Max(0, exponent);

    private static double Square(double x) => x * x;

    private static List<(double X, double Y)> Averages(List<(double X, double Y)> points)
    {
        if (points.Count < 3)
            return points;
        double low = points.Min(point => point.X), width = points.Max(point => point.X) - low;
        if (!(width > 0))
            return [points[0]];
        return [.. points.GroupBy(point => Math.Min((int)((point.X - low) / width * MaximumParts), MaximumParts - 1))
            .Select(part => (part.Average(point => point.X), part.Average(point => point.Y))).OrderBy(point => point.Item1)];
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"θ = {Exponent:0.0000} ({Confidence:0%} interval {Lower:0.0000} to "
                + $"{Upper:0.0000}){(Inequality.Exponent == 0.5 && Exponent != 0.5 ? ", ½ within the interval" : "")}, c = {Constant:0.####}, over "
                + $"{Decades:0.#} decades of F − F*, {Gradient} gradient; rate: {Inequality.Rate}");
}
