using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Certifies that a function is regular at a point in the sense of Clarke, by the rules for amenable compositions: a sum of regular functions with nonnegative
/// weights is regular, and so is a regular outer function with nonnegative derivatives of regular inner ones (F. Clarke, Optimization and Nonsmooth Analysis,
/// 1983, 2.3.9 and 2.3.10; R. T. Rockafellar and R. Wets, Variational Analysis, 1998, 10.25 and 10.49).
/// </summary>
/// <remarks>
/// One reverse pass carries, instead of cotangents, what is known of their signs over all choices at kinks: exact numbers where no kink lies between, later
/// "nowhere negative" or "nowhere positive". Each convex operation at a kink must receive nonnegative cotangents there, and each concave one nonpositive ones;
/// the other way round for −F. Unlike convexity, this is a fact about one point, and smooth operations may be of any curvature.
/// </remarks>
public static class Regularity
{
    /// <summary>Certifies an objective at a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <exception cref="ArgumentException">A coordinate is not finite.</exception>
    public static RegularityCertificate Certify(Objective objective, ReadOnlySpan<double> point)
    {
        ArgumentNullException.ThrowIfNull(objective);
        Clarke.CheckPoint(point);
        using RecordedRun run = objective.Run(point);
        return Of(objective, point, run);
    }

    internal static RegularityCertificate Of(Objective objective, ReadOnlySpan<double> point, RecordedRun run)
    {
        if (run.Obstacles.Count > 0)
            return new RegularityCertificate(RegularitySense.Unknown, run.Obstacles[0].ToString());
        if (run.ComparesEqualNumbers)
            return new RegularityCertificate(RegularitySense.Unknown, "the program compares equal numbers");
        RegularityCertificate found = new SignPass(run, run.KinksWithAllPositions()).Run();

        // Kinks that are neither convex nor concave everywhere may bend the value to one side here.
        if (!found.IsCertified && SelectionSet.SenseAt(objective, point.ToArray()) is { } sense)
            return new RegularityCertificate(sense, "");

        // Signs are those of the cotangents only if none was lost on the way.
        return found.IsCertified && LossBeside(objective, point) is { } obstacle
            ? new RegularityCertificate(RegularitySense.Unknown, obstacle.ToString())
            : found;
    }

    /// <summary>What stands in the way along a random direction, losses in the reverse pass included; null if nothing does.</summary>
    internal static Obstacle? LossBeside(Objective objective, ReadOnlySpan<double> point)
    {
        double[] direction = new double[point.Length];
        Philox.For(0, (uint)Streams.ClarkeDirection).Normal<double>(direction, 0, 1);
        using RecordedRun beside = objective.RunBeside(point, direction);
        return beside.WithResult(beside.Obstacles, beside.WatchedGradient()) is [{ } obstacle, ..] ? obstacle : null;
    }
}
