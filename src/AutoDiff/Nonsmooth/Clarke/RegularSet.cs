using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// ∂F(x) at a point where F or −F is regular. A gradient locked along d then attains the maximum of ⟨v, d⟩ over the set, so that one gradient answers what an
/// enumeration of pieces would; projections onto the set need a few of them (P. Wolfe, Math. Program. 11, 1976).
/// </summary>
/// <param name="objective">F.</param>
/// <param name="point">x.</param>
/// <param name="value">F(x).</param>
/// <param name="sense">Whether F or −F is regular.</param>
/// <param name="options">The limits of each answer, and the seed of the first direction.</param>
internal sealed class RegularSet(Objective objective, double[] point, double value, RegularitySense sense, SetOptions options) : WholeSet
{
    // The rounding error of a product of two vectors, relative to their sizes.
    private const double Accuracy = 1e-14;

    // Elements this close are one element, as among generators that are enumerated.
    private const double SameElement = 1e-12;

    // A gap this small, relative to the distance, is rounding.
    private const double SameDistance = 1e-10;

    // Products with vectors of other sizes lose precision or overflow.
    private const double SmallestNorm = 1e-120;
    private const double LargestNorm = 1e120;

    // The number of consecutive steps in which rounding may keep the distance from falling.
    private const int MaximumFailures = 3;

    private readonly List<double[]> found = [];

    /// <summary>Whether F is regular, rather than −F.</summary>
    public override bool IsOfRegular => sense != RegularitySense.NegativeRegular;

    /// <inheritdoc/>
    public override SetProof Proof => SetProof.Regularity;

    /// <inheritdoc/>
    public override bool? HasNoFrechet => IsOfRegular ? false : null;

    /// <summary>The number of gradients computed.</summary>
    public int Gradients { get; private set; }

    /// <summary>An element that maximises ⟨v, d⟩; null if the program is not certified beside the point along d.</summary>
    /// <param name="direction">d, not 0.</param>
    public override double[]? Extreme(double[] direction)
    {
        double[] along = sense == RegularitySense.NegativeRegular ? Vectors.Scaled(direction, -1) : direction;
        using RecordedRun run = objective.RunBeside(point, along);
        Gradients++;
        double[] gradient = run.WatchedGradient();
        return run.WithResult(run.Obstacles, gradient).Count == 0 && Clarke.JumpBetween(value, run.Value) is null ? gradient : null;
    }

    /// <summary>The element nearest to a vector, as an element of least norm of the set moved by the vector.</summary>
    /// <param name="target">The vector; 0 if null.</param>
    /// <param name="goal">The search ends at this distance, and, if the element is not needed, once the distance is proved to be above it.</param>
    /// <param name="needsElement">Whether the element is needed, or only whether the distance is above the goal.</param>
    public override NearestElement Nearest(double[]? target = null, double goal = 0, bool needsElement = true)
    {
        double[] aim = target ?? new double[point.Length];
        double aside = Vectors.Norm(aim), size = 0;
        SimplexQuadratic corral = new();
        List<double[]> elements = [];
        foreach (double[] known in Starts())
            Enter(known, Vectors.Norm(known));
        Bounds distance = new(0, double.PositiveInfinity);
        SetClock clock = options.StartClock();
        for (int step = 0, failures = 0; elements.Count > 0 && step < options.Budget && failures <= MaximumFailures && !clock.IsOver; step++)
        {
            corral.Solve(isLast: false);
            Drop();
            double[] nearest = corral.Combination;
            double norm = Vectors.Norm(nearest);
            failures = norm < distance.Upper ? 0 : failures + 1;
            distance = distance with { Upper = Math.Min(distance.Upper, norm) };
            options.Progress?.Report(new SetProgress(step, distance));
            if (norm <= Math.Max(goal, Accuracy * size) || size is < SmallestNorm or > LargestNorm)
                break;
            if (Extreme(Vectors.Scaled(nearest, -1 / norm)) is not { } extreme)
                break;
            double length = Vectors.Norm(extreme), reach = Vectors.Dot(Moved(extreme), nearest) / norm, error = Accuracy * (length + aside);
            distance = distance with { Lower = Math.Max(distance.Lower, reach - error) };
            if (distance.Lower >= distance.Upper * (1 - SameDistance))
                break;

            // Elements of the corral reach as far as the nearest one does.
            double same = Math.Max(SameElement, Accuracy * size);
            if ((!needsElement && distance.Lower > goal)
                || (reach >= norm - same - error && elements.Exists(element => Vectors.Distance(element, extreme) <= same)))
                break;
            Enter(extreme, length);
        }

        if (elements.Count == 0)
            return new NearestElement([], [], [], distance);
        corral.Solve();
        Drop();
        double upper = Vectors.Norm(corral.Combination);
        HashSet<double[]> before = [.. found];
        found.AddRange(elements.Where(element => !before.Contains(element)));
        double[] weights = [.. corral.Weights];
        return new NearestElement(Vectors.Combination(elements, weights, aim.Length), elements, weights,
            new Bounds(distance.Lower >= upper * (1 - SameDistance) ? upper : distance.Lower, upper));

        double[] Moved(double[] element) => target is null ? element : Vectors.Difference(element, aim);

        void Enter(double[] element, double length)
        {
            elements.Add(element);
            corral.Add(Moved(element));
            size = Math.Max(size, length + aside);
        }

        void Drop()
        {
            for (int i = elements.Count - 1; i >= 0; i--)
            {
                if (corral.Weights[i] > 0)
                    continue;
                elements.RemoveAt(i);
                corral.RemoveAt(i);
            }
        }

        IEnumerable<double[]> Starts()
        {
            if (found.Count > 0)
                return [found.MinBy(element => Vectors.Distance(element, aim))!];
            double[] any = new double[point.Length];
            Philox.For(options.Seed, (uint)Streams.ClarkeDirection).Normal<double>(any, 0, 1);
            return Extreme(any) is { } first ? [first] : [];
        }
    }
}
