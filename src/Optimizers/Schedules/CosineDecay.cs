namespace ConservativeAD.Optimizers;

/// <summary>
/// A linear rise to α₀ during the warm-up, then half a cosine down to a last size, which is kept (Loshchilov and Hutter 2017, without restarts):
/// αₖ = α₀ (k + 1)/w for k &lt; w, then αₖ = ℓ + (α₀ − ℓ)(1 + cos(π (k − w)/(n − w)))/2, and ℓ from step n on.
/// </summary>
public sealed record CosineDecay : IStepSizeSchedule, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, the largest step size.</param>
    /// <param name="steps">n, the step at which the last size is reached; more than the warm-up.</param>
    /// <param name="warmUp">w, the number of steps of the rise.</param>
    /// <param name="last">ℓ, in [0, α₀].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public CosineDecay(double initial, long steps, long warmUp = 0, double last = 0)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        WarmUp = Demand.AtLeast(0, warmUp, nameof(warmUp));
        Steps = steps > warmUp
            ? steps
            : throw new ArgumentOutOfRangeException(nameof(steps), steps,
                $"The cosine ends after its warm-up of {warmUp} steps; {steps} steps were asked for.");
        Last = last >= 0 && last <= initial
            ? last
            : throw new ArgumentOutOfRangeException(nameof(last), last, $"The last step size lies in [0, {initial}]; it was {last}.");
    }

    /// <summary>α₀, the largest step size.</summary>
    public double Initial { get; }

    /// <summary>n, the step at which the last size is reached.</summary>
    public long Steps { get; }

    /// <summary>w, the number of steps of the rise.</summary>
    public long WarmUp { get; }

    /// <summary>ℓ, the size from step n on.</summary>
    public double Last { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// With ℓ = 0 the run ends at step n, after a distance of at most α₀ ((w + 1)/2 + (n − w + 1)/2) at most in units of the gradient (w + 1 counts only if w
    /// &gt; 0).
    /// </remarks>
    public SeriesBehaviour SumOfSteps
    {
        get
        {
            double falling = Steps - WarmUp;
            double rise = WarmUp == 0 ? 0 : (WarmUp + 1) / 2.0;
            return Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, Initial * (rise + ((falling + 1) / 2)));
        }
    }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares
    {
        get
        {
            // ((1 + c)/2)² = (1 + 2c + c²)/4 with c = cos(πj/m); over j = 0 … m − 1 the sum of c is 1 and that of c² is m/2, or 1 for m = 1.
            double falling = Steps - WarmUp;
            double cosines = falling == 1 ? 1 : falling / 2;
            double rise = WarmUp == 0 ? 0 : (WarmUp + 1.0) * ((2.0 * WarmUp) + 1) / (6.0 * WarmUp);
            return Last > 0 ? SeriesBehaviour.Diverges : SeriesBehaviour.Finite(Steps, Initial * Initial * (rise + ((falling + 2 + cosines) / 4)));
        }
    }

    long? IBecomesConstant.ConstantFrom => Steps;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        if (step < WarmUp)
            return Initial * (step + 1) / WarmUp;
        if (step >= Steps)
            return Last;
        return Last + ((Initial - Last) * 0.5 * (1 + double.CosPi((double)(step - WarmUp) / (Steps - WarmUp))));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
