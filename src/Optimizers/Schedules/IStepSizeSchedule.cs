namespace ConservativeAD.Optimizers;

/// <summary>The step sizes α₀, α₁, … of a run, and the known facts about their sums, which decide whether stochastic subgradient methods converge.</summary>
public interface IStepSizeSchedule
{
    /// <summary>The behaviour of Σ αₖ. Iterates can travel arbitrarily far only if it diverges.</summary>
    SeriesBehaviour SumOfSteps { get; }

    /// <summary>The behaviour of Σ αₖ². The accumulated noise stays bounded if it converges.</summary>
    SeriesBehaviour SumOfSquares { get; }

    /// <summary>
    /// Whether Σ αₖ = ∞ and Σ αₖ² &lt; ∞ (Robbins and Monro 1951; for tame functions Davis, Drusvyatskiy, Kakade and Lee 2020, and Bolte and Pauwels 2021).
    /// </summary>
    bool SatisfiesRobbinsMonro => SumOfSteps.Limit == SeriesLimit.Diverges && SumOfSquares.Limit is SeriesLimit.Converges or SeriesLimit.FiniteHorizon;

    /// <summary>Whether αₖ → 0. This follows if the sum of steps or of squares converges; a schedule for which both diverge overrides the property.</summary>
    bool StepsVanish =>
        SumOfSteps.Limit is SeriesLimit.Converges or SeriesLimit.FiniteHorizon || SumOfSquares.Limit is SeriesLimit.Converges or SeriesLimit.FiniteHorizon;

    /// <summary>Whether each of the first step sizes is below 1/L, under which a full gradient step lowers a function whose gradient is L-Lipschitz.</summary>
    /// <param name="smoothness">L, positive.</param>
    /// <param name="count">The number of step sizes to check.</param>
    /// <exception cref="ArgumentOutOfRangeException">L is not positive, or the count is negative.</exception>
    bool StaysBelowInverse(double smoothness, long count)
    {
        Demand.Positive(smoothness, nameof(smoothness));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (long step = 0; step < count; step++)
        {
            if (!(StepSize(step) * smoothness < 1))
                return false;
        }

        return true;
    }

    /// <summary>The step size αₖ.</summary>
    /// <param name="step">k, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    double StepSize(long step);

    /// <summary>α₀ + … + αₙ₋₁ and the sum of their squares, term by term.</summary>
    /// <param name="count">n.</param>
    (double Steps, double Squares) PartialSums(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        double steps = 0;
        double squares = 0;
        for (long step = 0; step < count; step++)
        {
            double size = StepSize(step);
            steps += size;
            squares += size * size;
        }

        return (steps, squares);
    }
}
