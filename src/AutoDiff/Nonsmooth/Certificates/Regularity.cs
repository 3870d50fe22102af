using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Certifies that a function is regular at a point in the sense of Clarke, by the rules for amenable compositions: a sum of regular functions with nonnegative
/// weights is regular, and so is a regular outer function with nonnegative derivatives of regular inner ones (F. Clarke, Optimization and Nonsmooth Analysis,
/// 1983, 2.3.9 and 2.3.10; R. T. Rockafellar and R. Wets, Variational Analysis, 1998, 10.25 and 10.49).
/// </summary>
/// <remarks>
/// One reverse pass carries, instead of cotangents, what is known of them over all choices at kinks: exact numbers where no kink lies between, later bounds or
/// only signs. Each element at a kink that bends upwards must receive a nonnegative cotangent, and each that bends downwards a nonpositive one; the other way
/// round for −F. Unlike convexity, this is a fact about one point, and smooth operations may be of any curvature.
/// </remarks>
public static class Regularity
{
    private static readonly RegularityCertificate ComparesEqualNumbers = new(RegularitySense.Unknown, "the program compares equal numbers");

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

    /// <summary>
    /// Certifies a value on a tape of any element type at the recorded point. It takes a Clarke gradient first: the tangents of the leaves are replaced, and
    /// earlier gradients of the tape end.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public static RegularityCertificate Certify<T>(Var<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tape<T> tape = output.Tape;
        ClarkeCertificate gradient = tape.ClarkeGradient(output).Certificate;
        if (gradient.Obstacles.Count > 0)
            return new RegularityCertificate(RegularitySense.Unknown, gradient.Obstacles[0].ToString());
        if (tape.Branches.Ties.Count > 0)
            return ComparesEqualNumbers;
        RegularityCertificate found = new SignPass(new RecordedTape<T>(tape, output.Node), tape.Locks.KinksOf(output.Node, int.MaxValue)).Run();
        if (found.IsCertified || gradient.ComparisonsSeenFromOneSide > 0)
            return found;
        RecordedObjective<T> objective = new(output);
        return SelectionSet.SenseAt(objective, objective.Point) is { } sense ? new RegularityCertificate(sense, "") : found;
    }

    internal static RegularityCertificate Of(Objective objective, ReadOnlySpan<double> point, RecordedRun run)
    {
        if (run.Obstacles.Count > 0)
            return new RegularityCertificate(RegularitySense.Unknown, run.Obstacles[0].ToString());
        if (run.ComparesEqualNumbers)
            return ComparesEqualNumbers;
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
