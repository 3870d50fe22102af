using System.Text.Json.Serialization;

namespace ConservativeAD.Studies.Pooling;

/// <summary>What MaxPool_β changes on the mini-batches of some networks, compared with the first tied entry (β = 0).</summary>
/// <param name="Beta">β.</param>
/// <param name="Differing">Mini-batches on which gradients differ in some bit.</param>
/// <param name="Bifurcating">Those on which they differ over the reals.</param>
/// <param name="Undecided">Those on which it is not known whether they do.</param>
/// <param name="AboveThreshold">Those on which the Euclidean norm of the difference is above the published threshold.</param>
/// <param name="Misjudged">Those on which the threshold says something else than the difference over the reals.</param>
/// <param name="LargestNorm">The largest Euclidean norm of a difference.</param>
/// <param name="LargestRelative">The largest norm of a difference relative to that of the gradient.</param>
internal sealed record BetaOutcome(double Beta, long Differing, long Bifurcating, long Undecided, long AboveThreshold, long Misjudged,
    double LargestNorm, double LargestRelative)
{
    /// <summary>Those on which gradients differ by rounding alone.</summary>
    [JsonIgnore]
    public long Compensating => Differing - Bifurcating - Undecided;

    /// <summary>The outcome of both.</summary>
    public static BetaOutcome operator +(BetaOutcome a, BetaOutcome b) => new(a.Beta, a.Differing + b.Differing, a.Bifurcating + b.Bifurcating,
        a.Undecided + b.Undecided, a.AboveThreshold + b.AboveThreshold, a.Misjudged + b.Misjudged, Math.Max(a.LargestNorm, b.LargestNorm),
        Math.Max(a.LargestRelative, b.LargestRelative));
}

/// <summary>What the choice at ties changes on the mini-batches of some networks.</summary>
/// <param name="Networks">Networks.</param>
/// <param name="Batches">Mini-batches, over all networks.</param>
/// <param name="Tied">Mini-batches with a tied window.</param>
/// <param name="Windows">Windows.</param>
/// <param name="TiedWindows">Windows with a tie for the maximum.</param>
/// <param name="NetworksDiffering">Networks with a mini-batch on which β = 1 changes some bit.</param>
/// <param name="NetworksBifurcating">Networks with one on which it changes the gradient over the reals.</param>
/// <param name="LargestCompensation">The largest difference, in double and relative to the gradient, that counted as rounding; 0 if there was none.</param>
/// <param name="SmallestBifurcation">The smallest that counted as one over the reals; null if there was none.</param>
/// <param name="Betas">By β.</param>
internal sealed record PoolingOutcome(int Networks, long Batches, long Tied, long Windows, long TiedWindows, int NetworksDiffering, int NetworksBifurcating,
    double LargestCompensation, double? SmallestBifurcation, IReadOnlyList<BetaOutcome> Betas)
{
    /// <summary>Nothing seen yet.</summary>
    /// <param name="betas">The values of β.</param>
    public static PoolingOutcome Empty(IReadOnlyList<double> betas) =>
        new(0, 0, 0, 0, 0, 0, 0, 0, null, [.. betas.Select(beta => new BetaOutcome(beta, 0, 0, 0, 0, 0, 0, 0))]);

    /// <summary>The outcome of both.</summary>
    public static PoolingOutcome operator +(PoolingOutcome a, PoolingOutcome b) => new(a.Networks + b.Networks, a.Batches + b.Batches, a.Tied + b.Tied,
        a.Windows + b.Windows, a.TiedWindows + b.TiedWindows, a.NetworksDiffering + b.NetworksDiffering, a.NetworksBifurcating + b.NetworksBifurcating,
        Math.Max(a.LargestCompensation, b.LargestCompensation),
        a.SmallestBifurcation is { } one && b.SmallestBifurcation is { } other ? Math.Min(one, other) : a.SmallestBifurcation ?? b.SmallestBifurcation,
        [.. a.Betas.Zip(b.Betas, (first, second) => first + second)]);
}
