namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The element g₀ + Jᵀ·w nearest to a vector, over a product of small sets: a convex least-squares problem. Steps along projected gradients find the face of
/// the solution, and conjugate gradients minimise on that face (J. Moré and G. Toraldo, SIAM J. Optim. 1, 1991). The duality gap proves how near the result
/// is.
/// </summary>
/// <param name="map">J and the sets.</param>
/// <param name="aim">The vector.</param>
/// <param name="limits">When to stop.</param>
internal sealed class NearestSelection(SelectionMap map, double[] aim, SelectionLimits limits)
{
    // A gap this small, relative to the distance, is rounding.
    private const double SameDistance = 1e-10;

    // The rounding error of a product of two vectors, relative to their sizes.
    private const double Accuracy = 1e-15;
    private const int GradientSteps = 12;

    // Products of vectors of other sizes lose precision or overflow, and prove nothing.
    private const double SmallestNorm = 1e-120;
    private const double LargestNorm = 1e120;

    // A projected slope this small, relative to the largest slope met, is rounding.
    private const double NoSlope = 1e-15;

    // Steps along gradients end when one gains less than this share of the largest gain so far, and conjugate gradients when the slope has fallen this far.
    private const double SmallGain = 1e-3;
    private const double SmallSlope = 1e-10;

    private readonly SelectionGeometry geometry = new(map.Pieces);
    private double[] w = [];
    private double[] residual = [];
    private double[] slope = [];
    private double size;
    private double largestSlope;

    /// <summary>The passes made.</summary>
    public int Passes { get; private set; }

    /// <summary>What the kinks pass back at the nearest element.</summary>
    public double[] Weights => w;

    /// <summary>The nearest element.</summary>
    public double[] Element { get; private set; } = [];

    /// <summary>Solves the problem.</summary>
    /// <param name="start">Where to start; the middle of the sets if null.</param>
    /// <returns>Bounds of the distance.</returns>
    public Bounds Solve(double[]? start = null)
    {
        int before = map.Passes;
        w = start is null ? geometry.Middle() : [.. start];
        geometry.Project(w);
        Bounds distance = new(0, double.PositiveInfinity);
        double step = 0;
        Restart();
        while (true)
        {
            distance = Measured(distance);
            if (IsEnough(distance) || map.Passes - before >= limits.Passes || limits.IsOver)
                break;
            double gained = 0;
            double[] atBegin = [.. w];
            for (int i = 0; i < GradientSteps && map.Passes - before < limits.Passes; i++)
            {
                double gain = StepAlongGradient(ref step);
                gained = Math.Max(gained, gain);
                if (gain <= SmallGain * gained)
                    break;
            }

            gained += MinimizeOnFace(limits.Passes - (map.Passes - before));
            limits.Report?.Invoke(map.Passes - before, distance);
            if (!(gained > 0) || w.AsSpan().SequenceEqual(atBegin))
            {
                Restart();
                distance = Measured(distance);
                break;
            }
        }

        Restart();
        distance = distance with { Upper = Vectors.Norm(residual) };
        Passes = map.Passes - before;
        Element = Vectors.Combination([residual, aim], [1, 1], aim.Length);
        return distance.Lower > distance.Upper ? distance with { Lower = distance.Upper } : distance;
    }

    private bool IsEnough(Bounds distance) =>
        distance.Upper <= Math.Max(limits.Goal, Accuracy * size) || distance.Lower >= distance.Upper * (1 - SameDistance)
        || (!limits.NeedsElement && distance.Lower > limits.Goal);

    // The residual anew, without the rounding errors of steps.
    private void Restart()
    {
        double[] pulled = map.Pull(w);
        residual = Vectors.Difference(Vectors.Combination([map.Held, pulled], [1, 1], aim.Length), aim);
        size = Vectors.Norm(map.Held) + Vectors.Norm(pulled) + Vectors.Norm(aim);
        NoteSlope();
    }

    private void NoteSlope()
    {
        slope = map.Push(residual);
        largestSlope = Math.Max(largestSlope, Vectors.Dot(slope, slope));
    }

    // ⟨w, u⟩ exceeds its minimum over the sets by no less than half the squared distance can still fall.
    private Bounds Measured(Bounds distance)
    {
        double norm = Vectors.Norm(residual), gap = Math.Max(0, Vectors.Dot(w, slope) - Vectors.Dot(geometry.Lowest(slope), slope));
        double lower = norm is > SmallestNorm and < LargestNorm && double.IsFinite(gap) ? norm - (gap / norm) - (Accuracy * size) : 0;
        return new Bounds(Math.Max(distance.Lower, lower), norm);
    }

    // The length of the step follows Barzilai and Borwein (IMA J. Numer. Anal. 1988); the search along it is exact.
    private double StepAlongGradient(ref double step)
    {
        if (!(step > 0) || !double.IsFinite(step))
            step = FirstStep();
        double[] to = new double[w.Length];
        for (int i = 0; i < w.Length; i++)
            to[i] = w[i] - (step * slope[i]);
        geometry.Project(to);
        return StepTo(to, out step);
    }

    private double FirstStep()
    {
        double[] moved = map.Pull(slope);
        double along = Vectors.Dot(moved, moved);
        return along > 0 ? Vectors.Dot(slope, slope) / along : 1;
    }

    // Moves as far towards a point of the product as the distance falls; returns by how much half its square fell.
    private double StepTo(double[] to, out double nextStep)
    {
        double[] move = Vectors.Difference(to, w), moved = map.Pull(move);
        double curvature = Vectors.Dot(moved, moved), fall = -Vectors.Dot(slope, move);
        nextStep = curvature > 0 ? Vectors.Dot(move, move) / curvature : 1;
        if (!(fall > 0))
            return 0;
        double length = curvature > 0 ? Math.Min(1, fall / curvature) : 1;
        Advance(length == 1 ? to : null, move, moved, length);
        return length * (fall - (length * curvature / 2));
    }

    private void Advance(double[]? exactly, double[] move, double[] moved, double length)
    {
        for (int i = 0; i < w.Length; i++)
            w[i] = exactly is null ? w[i] + (length * move[i]) : exactly[i];
        if (exactly is null)
            geometry.Project(w);
        for (int i = 0; i < residual.Length; i++)
            residual[i] += length * moved[i];
        NoteSlope();
    }

    private double MinimizeOnFace(int passes)
    {
        double[] descent = Vectors.Scaled(slope, -1);
        geometry.ProjectToFace(w, descent);
        double square = Vectors.Dot(descent, descent);
        double least = Math.Max(NoSlope * NoSlope * largestSlope, SmallSlope * SmallSlope * square), before = Vectors.Dot(residual, residual);
        if (!(square > least))
            return 0;
        double[] direction = [.. descent], sum = new double[w.Length], moved = new double[residual.Length];
        double all = 0;
        for (int used = 0; used + 2 < passes && square > least && !limits.IsOver; used += 2)
        {
            double[] along = map.Pull(direction);
            double curvature = Vectors.Dot(along, along);
            if (!(curvature > 0))
                break;
            double length = square / curvature, gain = length * square / 2;
            for (int i = 0; i < sum.Length; i++)
                sum[i] += length * direction[i];
            for (int i = 0; i < moved.Length; i++)
                moved[i] += length * along[i];
            all += gain;
            double[] next = Vectors.Scaled(map.Push(Vectors.Combination([residual, moved], [1, 1], moved.Length)), -1);
            geometry.ProjectToFace(w, next);
            double nextSquare = Vectors.Dot(next, next);
            for (int i = 0; i < direction.Length; i++)
                direction[i] = next[i] + (nextSquare / square * direction[i]);
            geometry.ProjectToFace(w, direction);
            square = nextSquare;
        }

        if (geometry.LongestStep(w, sum) >= 1)
        {
            if (!Falls(moved, 1, before))
                return 0;
            Advance(null, sum, moved, 1);
            return all;
        }

        double[] to = new double[w.Length];
        for (int i = 0; i < to.Length; i++)
            to[i] = w[i] + sum[i];
        geometry.Project(to);
        double gained = StepTo(to, out _);
        if (gained > 0)
            return gained;

        // Only the part of the way up to the first bound.
        double most = geometry.LongestStep(w, sum);
        if (!(most > 0))
            return 0;
        double[] part = map.Pull(sum);
        if (!Falls(part, most, before))
            return 0;
        Advance(null, sum, part, most);
        return most * all;
    }

    private bool Falls(double[] moved, double length, double before)
    {
        double[] reached = Vectors.Combination([residual, moved], [1, length], moved.Length);
        return Vectors.Dot(reached, reached) < before;
    }
}
