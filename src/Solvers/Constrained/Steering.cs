namespace ConservativeAD.Solvers;

/// <summary>
/// The choice of the share μ of the objective in the penalty function: it falls until the step promises a part of the decrease of the violation that the best
/// step for feasibility promises (R. Byrd, G. Lopez-Calva and J. Nocedal, Math. Program. 133, 2012; F. Curtis, T. Mitchell and M. Overton, Optim. Methods
/// Softw. 32, 2017). It does not fall where the multipliers of least residual at the point show that it is small enough: a quasi-Newton matrix
/// that is small across the constraints also keeps a step from promising much.
/// </summary>
internal static class Steering
{
    private const double WantedPart = 0.1;
    private const double Falling = 0.5;
    private const double Rounding = 1e-14;

    /// <summary>At a share below this, the objective counts for nothing.</summary>
    public const double LeastShare = 1e-12;

    /// <summary>The step and its share.</summary>
    /// <param name="share">The share so far.</param>
    /// <param name="violation">The violation at the point.</param>
    /// <param name="enough">A share that need not fall for the penalty function to be exact; asked for if it would.</param>
    /// <param name="step">The step for a share.</param>
    /// <param name="promised">The violation that the model promises after a step.</param>
    public static (double[] Step, double Share) Choose(double share, double violation, Func<double> enough, Func<double, double[]> step,
        Func<double[], double> promised)
    {
        double[] taken = step(share);
        if (share == 0 || violation - promised(taken) >= WantedPart * violation || enough() is var most && share <= most)
            return (taken, share);
        double best = violation - promised(step(0));
        if (best <= Rounding * violation)
            return (taken, share);
        while (share > most && violation - promised(taken) < WantedPart * best)
        {
            share = share * Falling < LeastShare ? 0 : share * Falling;
            taken = step(share);
            if (share == 0)
                break;
        }

        return (taken, share);
    }
}
