using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Census;

/// <summary>The reasons why a gradient of a model is not certified as one of Clarke's, in words that do not change from batch to batch.</summary>
internal static class Refusal
{
    private const int MostReasons = 8;

    /// <summary>The reasons, each once, at most eight of them.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="nodeOf">The node of the file that recorded an operation.</param>
    public static IReadOnlyList<string> ReasonsOf(ClarkeCertificate certificate, Func<int, OnnxNode?> nodeOf)
    {
        IEnumerable<string> reasons = certificate.Obstacles.Select(obstacle => Of(obstacle, nodeOf));
        if (certificate.UndecidedKinks > 0)
            reasons = reasons.Append("the direction stays on kinks");
        if (certificate.UndecidedComparisons > 0)
            reasons = reasons.Append("comparisons of equal numbers could not be decided to first order");
        if (certificate.ComparisonsSeenFromOneSide > 0)
            reasons = reasons.Append("comparisons of equal numbers followed one side only");
        if (certificate.Jump is not null)
            reasons = reasons.Append("the value jumps");
        if (certificate.PiecesOfMore > 0 || certificate.MayHidePieces || certificate.IsTorn)
            reasons = reasons.Append("the pieces that meet were not all examined, or do not agree");
        return [.. reasons.DefaultIfEmpty("no reason is stated").Distinct().Take(MostReasons)];
    }

    // The obstacle's own sentence without its places, which are those of one batch.
    private static string Of(Obstacle obstacle, Func<int, OnnxNode?> nodeOf)
    {
        string sentence = (obstacle with { Node = -1, Shape = Shape.Scalar, Argument = null, Detail = null }).ToString();
        return obstacle.Node >= 0 && nodeOf(obstacle.Node) is { } node ? $"{node}: {sentence}" : sentence;
    }
}
