using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// A Goldstein step. It collects gradients from the ball around a point until the element of least norm of their hull is small, or a step of the ball's radius
/// against this element decreases F. Each new gradient comes from the segment along which the last step failed: at a random point (J. Zhang et al., ICML 2020;
/// D. Davis et al., NeurIPS 2022) or by bisection (N. Mahdavi-Amiri and R. Yousefpour, J. Optim. Theory Appl. 2012). The hull contains all collected gradients,
/// not only the last two.
/// </summary>
/// <param name="evaluate">Gives values and gradients.</param>
/// <param name="random">Draws points on segments.</param>
/// <param name="mostGradients">The most gradients that a step may collect.</param>
/// <param name="isSpent">Whether no more evaluations are allowed.</param>
/// <param name="work">The arithmetic that the hulls may cost; null for no limit.</param>
internal sealed class GoldsteinStep(Func<double[], Iterate> evaluate, Philox random, int mostGradients, Func<bool> isSpent, WorkBudget? work = null)
{
    // A step succeeds if F decreases by this fraction of radius times norm; ¼ in Zhang et al.
    private const double Decrease = 0.25;
    private const int Bisections = 50;
    private ulong draws;

    /// <summary>The gradients of the last step.</summary>
    public GradientHull? Hull { get; private set; }

    /// <summary>Takes a step from a point.</summary>
    /// <param name="centre">The point.</param>
    /// <param name="known">Gradients at other points; those in the ball are used.</param>
    /// <param name="radius">The ball's radius.</param>
    /// <param name="tolerance">A norm that counts as small.</param>
    /// <param name="atRandom">Whether points on the segment are drawn at random first.</param>
    /// <returns>A point where F is lower; null if the norm is small or no gradient that lowers it was found.</returns>
    public Iterate? Take(Iterate centre, IEnumerable<Iterate> known, double radius, double tolerance, bool atRandom)
    {
        GradientHull hull = Hull = new GradientHull(centre, work);
        foreach (Iterate other in known)
        {
            if (!ReferenceEquals(other, centre) && TensorPrimitives.Distance<double>(other.Point, centre.Point) <= radius)
                hull.Append(other);
        }

        hull.FindElement();
        hull.Prune();
        for (int taken = 0; taken < mostGradients && hull.Norm > tolerance && !isSpent(); taken++)
        {
            double[] direction = new double[centre.Point.Length];
            TensorPrimitives.Multiply(hull.Element, -1 / hull.Norm, direction);
            Iterate ahead = Along(centre, direction, radius);
            if (ahead.IsFinite && centre.Value - ahead.Value >= Decrease * radius * hull.Norm && ahead.Value < centre.Value)
                return Extrapolate(centre, direction, radius, ahead);
            if (Misfit(centre, direction, radius, ahead, hull, atRandom) is not { } misfit)
                return null;
            double before = hull.Norm;
            hull.Add(misfit);
            hull.Prune();
            if (hull.Norm >= before * (1 - 1e-12))
                return null;
        }

        return null;
    }

    // Doubles the step as long as F keeps decreasing enough.
    private Iterate Extrapolate(Iterate centre, double[] direction, double radius, Iterate ahead)
    {
        double norm = Hull!.Norm;
        for (double length = 2 * radius; length < 1e6 * radius && !isSpent(); length *= 2)
        {
            Iterate further = Along(centre, direction, length);
            if (!further.IsFinite || further.Value >= ahead.Value || centre.Value - further.Value < Decrease * length * norm)
                break;
            ahead = further;
        }

        return ahead;
    }

    // A gradient v on the segment with ⟨v, g⟩ well below ‖g‖². One exists, because F decreases by less than ¼ of the decrease that g predicts (Lebourg's mean
    // value theorem).
    private Iterate? Misfit(Iterate centre, double[] direction, double radius, Iterate ahead, GradientHull hull, bool atRandom)
    {
        double Slope(Iterate at) => -TensorPrimitives.Dot<double>(at.Gradient, direction);
        double wanted = 0.5 * hull.Norm;
        if (ahead.IsFinite && Slope(ahead) < wanted)
            return ahead;
        Iterate? best = ahead.IsFinite ? ahead : null;
        double low = 0, high = radius;
        double Excess(Iterate at, double length) => at.Value - centre.Value + (Decrease * length * hull.Norm);
        double excessHigh = ahead.IsFinite ? Excess(ahead, radius) : double.PositiveInfinity;
        for (int i = 0; i < Bisections && !isSpent(); i++)
        {
            double length = 0.5 * (low + high);
            if (atRandom && i < 2)
            {
                double[] uniform = new double[1];
                new Philox(random.Seed, random.Stream + ++draws).Uniform<double>(uniform, 0, 1);
                length = low + ((high - low) * uniform[0]);
            }

            Iterate middle = Along(centre, direction, length);
            if (!middle.IsFinite)
            {
                high = length;
                continue;
            }

            if (Slope(middle) < wanted)
                return middle;
            if (best is null || Slope(middle) < Slope(best))
                best = middle;
            double excess = Excess(middle, length);
            if (excess > excessHigh)
                (high, excessHigh) = (length, excess);
            else if (excess < excessHigh)
                low = length;
            else
                break;
        }

        return best is not null && Slope(best) < hull.Norm * (1 - 1e-9) ? best : null;
    }

    private Iterate Along(Iterate centre, double[] direction, double length)
    {
        double[] point = new double[direction.Length];
        TensorPrimitives.MultiplyAdd(direction, length, centre.Point, point);
        return evaluate(point);
    }
}
