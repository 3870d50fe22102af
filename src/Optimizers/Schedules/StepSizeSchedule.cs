namespace ConservativeAD.Optimizers;

/// <summary>The step size α as a function of the step, and what it sums to.</summary>
/// <remarks>Stochastic subgradient methods on tame losses converge to Clarke-critical points if Σα = ∞ and Σα² &lt; ∞ and the iterates stay bounded
/// (Davis, Drusvyatskiy, Kakade and Lee, Found. Comput. Math. 2020).</remarks>
public abstract record StepSizeSchedule
{
    /// <summary>Whether Σα is infinite.</summary>
    public abstract StepSizeSeries Sum { get; }

    /// <summary>Whether Σα² is infinite.</summary>
    public abstract StepSizeSeries SumOfSquares { get; }

    /// <summary>Whether Σα = ∞ and Σα² &lt; ∞ (Robbins and Monro, Ann. Math. Statist. 1951).</summary>
    public bool IsRobbinsMonro => Sum == StepSizeSeries.Diverges && SumOfSquares == StepSizeSeries.Converges;

    /// <summary>The step size of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public abstract double StepSize(long step);

    /// <summary>Σα and Σα² over the first steps.</summary>
    /// <param name="steps">How many steps.</param>
    public (double Sum, double SumOfSquares) PartialSums(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        double sum = 0, squares = 0;
        for (long step = 0; step < steps; step++)
        {
            double size = StepSize(step);
            sum += size;
            squares += size * size;
        }

        return (sum, squares);
    }

    /// <summary>Refuses a step size that is not a positive number.</summary>
    /// <param name="initial">The step size.</param>
    protected static double Positive(double initial) => double.IsFinite(initial) && initial > 0
        ? initial
        : throw new ArgumentOutOfRangeException(nameof(initial), initial, $"A step size of {initial} was asked for; it must be a number above 0.");
}
