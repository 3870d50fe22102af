namespace ConservativeAD;

/// <summary>
/// Whether a point is an artificial critical point: 0 is among what backpropagation can return, and not in Clarke's subdifferential. A method that follows backpropagation may rest there although
/// F decreases to first order (J. Bolte and E. Pauwels, Math. Program. 2021).
/// </summary>
/// <param name="IsArtificial">Whether it is one; null where a set is known in part only and does not tell.</param>
/// <param name="Backpropagation">What backpropagation can return.</param>
/// <param name="Clarke">Clarke's subdifferential.</param>
public sealed record ArtificialCriticality(bool? IsArtificial, BackpropagationSet Backpropagation, ClarkeSubdifferential Clarke)
{
    /// <summary>The witness on one side: the weights with which values of backpropagation mix to 0; null where the point is not artificial.</summary>
    public IReadOnlyList<double>? WeightsOfZero => IsArtificial == true ? Backpropagation.MinimalNormWeights : null;

    /// <summary>The witness on the other side: a direction along which F decreases to first order; null where the point is not artificial.</summary>
    public IReadOnlyList<double>? DescentDirection => IsArtificial == true ? Clarke.SteepestDescentDirection : null;

    /// <summary>Tests a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="tolerance">How near a set must be to 0 to count as containing it.</param>
    /// <param name="budget">How many cells, and how many combinations of selections, to visit at most.</param>
    /// <param name="seed">The seed of the directions.</param>
    public static ArtificialCriticality Of(Objective objective, ReadOnlySpan<double> point, double tolerance = 1e-9, int budget = 4096, ulong seed = 0)
    {
        ClarkeSubdifferential clarke = ConservativeAD.Clarke.Subdifferential(objective, point, budget, seed);
        BackpropagationSet backpropagation = BackpropagationSet.Of(objective, point, budget);
        bool isReached = backpropagation.IsStationary(tolerance);

        // A part of Clarke's set that contains 0 settles it; a part that does not leaves it open. So with the other set.
        bool? isArtificial = clarke.IsStationary(tolerance) ? false
            : isReached && clarke.IsExact ? true
            : !isReached && backpropagation.IsExact ? false : null;
        return new ArtificialCriticality(isArtificial, backpropagation, clarke);
    }
}
