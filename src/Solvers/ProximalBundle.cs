using System.Numerics.Tensors;

namespace ConservativeAD.Solvers;

/// <summary>
/// A proximal bundle method with aggregation (K. Kiwiel, Math. Program. 46, 1990): the model is the maximum of the collected linearisations, and a step
/// minimises the model plus ‖y − x‖²·u/2 through its dual. The step is taken if F decreases by a fraction of the decrease that the model predicts (a serious
/// step); otherwise it improves the model (a null step). If linearisations lie above F at x, which happens only for nonconvex functions, the model is that of F
/// + η‖y − x‖²/2 with the least possible η (W. Hare and C. Sagastizábal, SIAM J. Optim. 2010).
/// </summary>
/// <param name="largestBundle">The number of linearisations to keep besides the aggregate; if null, the number of variables plus ten, at most 300.</param>
public sealed class ProximalBundle(int? largestBundle = null) : NonsmoothSolver
{
    private const double SeriousDecrease = 0.1;
    private const double LongStep = 0.5;
    private const int NullSteps = 5;
    private const double FirstRadius = 1e-3;
    private const double Worthwhile = 1e-10;
    private const int CheckingSteps = 5;

    private readonly int? largestBundle = largestBundle is not < 2
        ? largestBundle
        : throw new ArgumentOutOfRangeException(nameof(largestBundle), largestBundle,
            $"A bundle of {largestBundle} linearisations was given; it must hold at least 2.");

    /// <inheritdoc/>
    public override string Name => "bundle";

    private protected override void Run(SubgradientOracle oracle, SolverOptions options)
    {
        for (int round = 0; round < 20 && !oracle.IsSpent && !oracle.IsUnbounded; round++)
        {
            double before = oracle.Best.Value;
            bool isCertified = Descend(oracle, options);
            if (oracle.IsSpent || oracle.IsUnbounded)
                return;
            if (isCertified && GoldsteinDescent.Run(oracle, oracle.Best, options, FirstRadius, false, CheckingSteps).IsStationary)
                return;

            // If the model predicts no further decrease, Goldstein steps in the ball around the point check this; a better point that they find becomes the new
            // centre.
            GoldsteinDescent.Run(oracle, oracle.Best, options, round % 2 == 0 ? options.Radius : FirstRadius, false, 20 * (oracle.Best.Point.Length + 10));
            if (before - oracle.Best.Value <= Worthwhile * Math.Max(1, Math.Abs(before)))
                return;
        }
    }

    // Whether the centre is stationary according to the model.
    private bool Descend(SubgradientOracle oracle, SolverOptions options)
    {
        Iterate centre = oracle.Best;
        int n = centre.Point.Length, most = largestBundle ?? Math.Min(300, n + 10);
        CuttingPlanes planes = new(n);
        planes.Add(centre, centre);
        double weight = Math.Max(1e-10, TensorPrimitives.Norm<double>(centre.Gradient)), leastWeight = 1e-8 * weight;
        int nulls = 0;
        for (int small = 0; small < 3 && !oracle.IsSpent && !oracle.IsUnbounded;)
        {
            planes.Solve(weight);
            double norm = TensorPrimitives.Norm<double>(planes.Aggregate),
                promised = (norm * norm / weight) + planes.AggregateError + (0.5 * planes.Convexification * norm * norm / (weight * weight));
            if ((norm <= 0.1 * options.Tolerance && planes.AggregateError <= 0.1 * options.Tolerance)
                || promised <= 1e-14 * Math.Max(1, Math.Abs(centre.Value)))
                return norm <= options.Tolerance && planes.AggregateError <= options.Tolerance;
            double[] point = new double[n];
            TensorPrimitives.MultiplyAdd(planes.Aggregate, -1 / weight, centre.Point, point);
            Iterate trial = oracle.At(point);
            if (!trial.IsFinite)
            {
                weight *= 10;
                small++;
                continue;
            }

            double decrease = centre.Value - trial.Value;
            bool isSerious = decrease >= SeriousDecrease * promised;

            // The weight fitted to the parabola through value and slope at the centre and the value at the trial point (Kiwiel 1990, section 2).
            double fitted = 2 * weight * (1 - (decrease / promised));
            planes.Compress(most);
            if (isSerious)
            {
                planes.MoveTo(centre, trial);
                planes.Add(trial, trial);
                centre = trial;
                if (decrease >= LongStep * promised && nulls <= 0)
                    weight = Math.Max(Math.Max(fitted, 0.1 * weight), leastWeight);
                else if (nulls < -NullSteps)
                    weight = Math.Max(0.5 * weight, leastWeight);
                nulls = Math.Min(nulls, 0) - 1;
            }
            else
            {
                planes.Add(centre, trial);
                nulls = Math.Max(nulls, 0) + 1;
                if (nulls > NullSteps && planes.LastError > promised && fitted > weight)
                {
                    weight = Math.Min(fitted, 10 * weight);
                    nulls = 0;
                }
            }
        }

        return false;
    }
}
