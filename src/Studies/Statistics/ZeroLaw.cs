using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies.Statistics;

/// <summary>Networks that each made the same number of relu evaluations.</summary>
/// <param name="Evaluations">N.</param>
/// <param name="Networks">The number of networks.</param>
/// <param name="Hits">The number of hits among them.</param>
internal readonly record struct Trials(double Evaluations, int Networks, int Hits);

/// <summary>The law P = 1 − exp(−λN) fitted by maximum likelihood, with the 95 % interval of the likelihood ratio.</summary>
internal static class ZeroLaw
{
    // Half of the 95 % quantile of χ² with one degree of freedom.
    private const double Drop = 1.920729410347062;
    private const int Bisections = 200;

    /// <summary>Fits λ. If no network or every network is a hit, λ is null, and one end of the interval is a bound.</summary>
    /// <param name="trials">The observations.</param>
    public static (double? Lambda, double? Low, double? High) Fit(IReadOnlyList<Trials> trials)
    {
        long networks = trials.Sum(trial => (long)trial.Networks), hits = trials.Sum(trial => (long)trial.Hits);
        if (networks == 0)
            return (null, null, null);
        double smallest = 1e-9 / trials.Max(trial => trial.Evaluations), largest = 1e3 / trials.Min(trial => trial.Evaluations);
        if (hits == 0)
            return (null, 0, Root(smallest, largest, lambda => LogLikelihood(trials, lambda) + Drop));
        if (hits == networks)
            return (null, Root(smallest, largest, lambda => -Drop - LogLikelihood(trials, lambda)), null);
        double best = Root(smallest, largest, lambda => Score(trials, lambda));
        double top = LogLikelihood(trials, best) - Drop;
        return (best, Root(smallest, best, lambda => top - LogLikelihood(trials, lambda)), Root(best, largest, lambda => LogLikelihood(trials, lambda) - top));
    }

    private static double LogLikelihood(IReadOnlyList<Trials> trials, double lambda)
    {
        double sum = 0;
        foreach (Trials trial in trials)
        {
            double x = lambda * trial.Evaluations;
            if (trial.Hits > 0)
                sum += trial.Hits * Math.Log(-ExpM1(-x));
            sum -= (trial.Networks - trial.Hits) * x;
        }

        return sum;
    }

    private static double Score(IReadOnlyList<Trials> trials, double lambda) => trials.Sum(trial =>
        trial.Evaluations * ((trial.Hits / ExpM1(lambda * trial.Evaluations)) - (trial.Networks - trial.Hits)));

    private static double ExpM1(double x) => Lane.ExpM1(new ScalarLane<double>(x)).Value;

    // The root of a decreasing function, found on a logarithmic scale.
    private static double Root(double low, double high, Func<double, double> function)
    {
        for (int i = 0; i < Bisections; i++)
        {
            double middle = Math.Sqrt(low * high);
            if (function(middle) > 0)
                low = middle;
            else
                high = middle;
        }

        return Math.Sqrt(low * high);
    }
}
