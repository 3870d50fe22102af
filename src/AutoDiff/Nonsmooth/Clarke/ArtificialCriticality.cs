using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Whether a point is an artificial critical point: backpropagation can return 0, but 0 is not in Clarke's subdifferential. A method that uses backpropagation
/// may stop there although F decreases to first order (J. Bolte and E. Pauwels, Math. Program. 2021).
/// </summary>
/// <param name="IsArtificial">Whether the point is artificial; null if a set is known only in part and does not decide it.</param>
/// <param name="Backpropagation">The values that backpropagation can return.</param>
/// <param name="Clarke">Clarke's subdifferential.</param>
public sealed record ArtificialCriticality(bool? IsArtificial, BackpropagationSet Backpropagation, ClarkeSubdifferential Clarke)
{
    /// <summary>Weights with which values of backpropagation combine to 0, as a witness; null if the point is not artificial.</summary>
    public IReadOnlyList<double>? WeightsOfZero => IsArtificial == true ? Backpropagation.MinimalNormWeights : null;

    /// <summary>A direction along which F decreases to first order, as a witness; null if the point is not artificial.</summary>
    public IReadOnlyList<double>? DescentDirection => IsArtificial == true ? Clarke.SteepestDescentDirection : null;

    /// <summary>Tests a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="tolerance">The largest distance from 0 at which a set counts as containing it.</param>
    /// <param name="budget">The largest number of cells, and of combinations of selections, to visit.</param>
    /// <param name="seed">The seed of the directions.</param>
    public static ArtificialCriticality Of(Objective objective, ReadOnlySpan<double> point, double tolerance = 1e-9, int budget = 4096, ulong seed = 0)
    {
        ClarkeSubdifferential clarke = Nonsmooth.Clarke.Subdifferential(objective, point, budget, seed);
        BackpropagationSet backpropagation = BackpropagationSet.Of(objective, point, budget);

        // If a known part of Clarke's set contains 0, the question is settled; if it does not, the question stays open. The same holds for the other set.
        bool? isReached = backpropagation.IsStationary(tolerance), isStationary = clarke.IsStationary(tolerance);
        bool? isArtificial = isStationary == true || isReached == false ? false : isReached == true && isStationary == false ? true : null;
        return new ArtificialCriticality(isArtificial, backpropagation, clarke);
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
