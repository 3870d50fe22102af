namespace ConservativeAD.Optimizers;

/// <summary>αₖ = α₀ / (1 + k/k₀)^p with p in (½, 1]: Σ αₖ = ∞ and Σ αₖ² &lt; ∞ (Robbins and Monro, Ann. Math. Statist. 22, 1951).</summary>
public sealed record RobbinsMonro : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="halfLife">k₀, the number of steps after which the size is smaller by the factor 2^p; positive.</param>
    /// <param name="power">p, in (½, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RobbinsMonro(double initial, double halfLife = 1, double power = 1)
    {
        Initial = initial;
        HalfLife = halfLife;
        Power = power;
    }

    /// <summary>α₀.</summary>
    public double Initial { get; init => field = Demand.Positive(value); }

    /// <summary>k₀.</summary>
    public double HalfLife { get; init => field = Demand.Positive(value); }

    /// <summary>p.</summary>
    public double Power
    {
        get;
        init => field = value is > 0.5 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Power), value,
                $"{nameof(Power)} lies in (1/2, 1]; it was {value}. At 1/2 and below the squares' sum diverges, above 1 the steps' sum converges.");
    }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares
    {
        get
        {
            // Sums the first terms one by one, and the rest by the Euler–Maclaurin formula: ∫ f + f(n)/2 − f'(n)/12 + f'''(n)/720.
            const int Terms = 64;
            double s = 2 * Power;
            double sum = 0;
            for (int k = 0; k < Terms; k++)
                sum += Math.Pow(1 + (k / HalfLife), -s);
            double x = 1 + (Terms / HalfLife);
            double f = Math.Pow(x, -s);
            double unit = HalfLife * x;
            sum += (f * unit / (s - 1)) + (f / 2) + (s * f / (12 * unit)) - (s * (s + 1) * (s + 2) * f / (720 * unit * unit * unit));
            return SeriesBehaviour.Converges(Initial * Initial * sum);
        }
    }

    /// <inheritdoc/>
    public double StepSize(long step) => Initial / Math.Pow(1 + (Demand.AtLeast(0, step, nameof(step)) / HalfLife), Power);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
