using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The gradients that backpropagation returns for all choices at the kinks, where no kink lies downstream of another. It is ∂F(x) where all kinks bend the
/// value to one side or where they are independent; otherwise it contains ∂F(x).
/// </summary>
internal sealed class SelectionSet : WholeSet
{
    // Elements this close, relative to their size, may differ by rounding alone.
    private const double SameElement = 1e-9;

    private readonly Objective objective;
    private readonly double[] point;
    private readonly SetOptions options;
    private readonly SelectionPieces pieces;
    private readonly MergedCoordinates? merged;
    private readonly Dictionary<int, OperationFacts> operations;
    private double[]? weights;
    private bool? areIndependent;
    private SelectionMap? opened;

    private SelectionSet(Objective objective, double[] point, SetOptions options, SelectionMap map, SetProof proof, Dictionary<int, OperationFacts> operations)
    {
        this.objective = objective;
        this.point = point;
        this.options = options;
        this.operations = operations;
        pieces = map.Pieces;
        merged = map.Merged;
        Proof = proof;
    }

    /// <summary>The proof, or <see cref="SetProof.Bounds"/> if the set may be larger than ∂F(x).</summary>
    public override SetProof Proof { get; }

    /// <inheritdoc/>
    public override bool IsOfRegular => !pieces.BendsDown && !pieces.BendsUnknown;

    /// <inheritdoc/>
    public override bool? HasNoFrechet => IsOfRegular ? false : Proof == SetProof.IndependentKinks && pieces.BendsDown ? true : null;

    /// <summary>Whether the kinks are independent.</summary>
    public bool AreIndependent => areIndependent ??= Proof == SetProof.IndependentKinks || (Proof == SetProof.Regularity && FindIndependence());

    /// <summary>The sense in which F is regular, where the proof is regularity.</summary>
    public RegularitySense Sense => pieces.BendsUp ? RegularitySense.Regular : pieces.BendsDown ? RegularitySense.NegativeRegular : RegularitySense.Smooth;

    /// <inheritdoc/>
    public override IReadOnlyList<PassedBack> PassedBack
    {
        get
        {
            if (weights is not { } w)
                return [];
            SelectionPieces places = merged?.Original ?? pieces;
            double[] passed = merged?.Expand(w) ?? w;
            List<PassedBack> all = [];
            foreach (var group in Enumerable.Range(0, passed.Length).GroupBy(i => (places.PlaceOf(i).Operation, places.PlaceOf(i).Node)))
            {
                if (group.Key.Node >= 0)
                    all.Add(new PassedBack(operations[group.Key.Operation], group.Key.Operation, group.Key.Node,
                        [.. group.Select(i => places.PlaceOf(i).Element)], [.. group.Select(i => passed[i])]));
            }

            return all;
        }
    }

    /// <inheritdoc/>
    public override BigInteger? VertexCount => AreIndependent ? SelectionVertices.Of(pieces)?.Count : null;

    /// <inheritdoc/>
    public override IEnumerable<double[]> Vertices()
    {
        if (!AreIndependent || SelectionVertices.Of(pieces) is not { } vertices)
            yield break;
        foreach (double[] w in vertices.All())
            yield return At(w);
    }

    /// <summary>The set at a point; null if backpropagation there is not an affine function of the choices, or not certified.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="options">The limits of each answer.</param>
    /// <param name="reason">Why there is none.</param>
    /// <param name="kept">Keeps the program's run for several questions until it is disposed.</param>
    public static SelectionSet? At(Objective objective, double[] point, SetOptions options, out string reason, out IDisposable? kept)
    {
        RecordedRun run = objective.Run(point);
        SelectionSet? found = Of(run, objective, point, options, out reason);
        if (found is null)
            run.Dispose();
        kept = found is null ? null : new Opened(found, run);
        return found;
    }

    /// <summary>The sense in which F is regular, if all its kinks bend it to one side; null if it is not known.</summary>
    public static RegularitySense? SenseAt(Objective objective, double[] point)
    {
        SelectionSet? set = At(objective, point, new SetOptions(), out _, out IDisposable? kept);
        kept?.Dispose();
        return set?.Proof == SetProof.Regularity ? set.Sense : null;
    }

    private static SelectionSet? Of(RecordedRun run, Objective objective, double[] point, SetOptions options, out string reason)
    {
        if (run.Obstacles.Count > 0 || run.ComparesEqualNumbers)
        {
            reason = run.Obstacles.Count > 0 ? run.Obstacles[0].ToString() : "the program compares equal numbers";
            return null;
        }

        if (Regularity.LossBeside(objective, point) is { } loss)
        {
            reason = loss.ToString();
            return null;
        }

        Dictionary<int, OperationFacts> operations = run.Kinks().Operations.ToDictionary(met => met.Node, met => met.Operation);
        if (operations.Values.FirstOrDefault(facts => !facts.IsLocallyLipschitz) is { } steep)
        {
            reason = $"{steep.Name} is at a kink and not locally Lipschitz everywhere";
            return null;
        }

        if (run.Selections(out reason) is not { } map)
            return null;

        if (map.Pieces.HasNotFinite || !Array.TrueForAll(map.Held, double.IsFinite))
        {
            reason = "a cotangent is not finite";
            return null;
        }

        SelectionPieces pieces = map.Pieces;
        SetProof proof = pieces.IsRelaxed ? SetProof.Bounds
            : !pieces.BendsUnknown && !(pieces.BendsUp && pieces.BendsDown) ? SetProof.Regularity
            : IndependentRows.Are(map) ? SetProof.IndependentKinks : SetProof.Bounds;
        SelectionSet set = new(objective, point, options, map, proof, operations);
        set.opened = map;
        return set;
    }

    /// <inheritdoc/>
    public override double[]? Extreme(double[] direction)
    {
        using IDisposable? mine = Open();
        SelectionMap map = opened!;
        double[] highest = new SelectionGeometry(pieces).Lowest(Vectors.Scaled(map.Push(direction), -1));
        double[] element = At(highest);
        return Array.TrueForAll(element, double.IsFinite) ? element : null;
    }

    /// <inheritdoc/>
    public override NearestElement Nearest(double[]? target = null, double goal = 0, bool needsElement = true)
    {
        using IDisposable? mine = Open();
        SelectionMap map = opened!;
        SelectionLimits limits = new(options.Budget, goal, needsElement)
        {
            Clock = options.StartClock(),
            Report = options.Progress is { } progress ? (passes, bounds) => progress.Report(new SetProgress(passes, bounds)) : null,
        };
        NearestSelection search = new(map, target ?? new double[point.Length], limits);
        Bounds distance = search.Solve(weights);
        if (!double.IsFinite(distance.Upper))
            return new NearestElement([], [], [], new Bounds(0, double.PositiveInfinity));
        if (target is null)
            weights = search.Weights;
        return new NearestElement(search.Element, [search.Element], [1], distance);
    }

    private double[] At(double[] w)
    {
        using IDisposable? mine = Open();
        return Vectors.Combination([opened!.Held, opened.Pull(w)], [1, 1], point.Length);
    }

    private bool FindIndependence()
    {
        using IDisposable? mine = Open();
        return IndependentRows.Are(opened!);
    }

    /// <summary>Another element than a given one; null if the set has no other up to rounding.</summary>
    public double[]? Other(double[] element)
    {
        double[] direction = new double[point.Length];
        Philox.For(options.Seed, (uint)Streams.ClarkeDirection).Normal<double>(direction, 0, 1);
        double[]? one = Extreme(direction), other = Extreme(Vectors.Scaled(direction, -1));
        double size = SameElement * Math.Max(1, Vectors.Norm(element));
        return one is not null && Vectors.Distance(one, element) > size ? one : other is not null && Vectors.Distance(other, element) > size ? other : null;
    }

    // Runs the program again unless its run is kept; null if it is.
    private Opened? Open()
    {
        if (opened is not null)
            return null;
        RecordedRun run = objective.Run(point);
        opened = run.Selections(out _);
        return new Opened(this, run);
    }

    private sealed class Opened(SelectionSet set, RecordedRun run) : IDisposable
    {
        public void Dispose()
        {
            set.opened = null;
            run.Dispose();
        }
    }
}
