using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Clarke's subdifferential ∂F(x), from the cells that meet at x; on each, F is linear to first order. The generators are the limits of gradients. Related
/// notions (Fréchet, limiting, convex), which are smaller in general, are decided cell by cell.
/// </summary>
public sealed class ClarkeSubdifferential : Subdifferential
{
    // With more elements at kinks, regularity is tried before the pieces are enumerated. On a line there are two pieces at most.
    private const int KinksEnumerated = 10;

    // The largest number of walls of a cell for which all faces are enumerated.
    private const int MaximumWalls = 12;

    // With more numbers in the forms of one cell, elements are sampled instead.
    private const long LargestTable = 20_000_000;
    private const int ElementsSampled = 48;

    // A share of a random direction, so that the direction leaves every kink.
    private const double Aside = 1e-3;

    private readonly IReadOnlyList<Cell<double[]>> cells;

    // Without a certificate the cells' gradients are not known to be in the set.
    private ClarkeSubdifferential(double value, int dimension, IReadOnlyList<Cell<double[]>> cells, ClarkeCertificate certificate, bool isWithinBudget,
        bool isCurved, bool mayHidePieces, bool? isConvex, WholeSet? outer = null)
        : base(certificate.IsCertified ? cells.Select(cell => cell.Found) : [], dimension, outer)
    {
        Value = value;
        Certificate = certificate;
        IsWithinBudget = isWithinBudget;
        IsPiecewiseLinear = !isCurved;
        MayHidePieces = mayHidePieces;
        IsConvex = isConvex;
        this.cells = cells;
    }

    private ClarkeSubdifferential(double value, int dimension, WholeSet whole, NearestElement least, ClarkeCertificate certificate, bool isPiecewiseLinear,
        bool? isConvex)
        : base(whole, least, dimension)
    {
        Value = value;
        Certificate = certificate;
        IsWithinBudget = true;
        IsPiecewiseLinear = isPiecewiseLinear;
        IsConvex = isConvex;
        cells = [];
    }

    /// <summary>F(x).</summary>
    public double Value { get; }

    /// <summary>What is known about the point.</summary>
    public ClarkeCertificate Certificate { get; }

    /// <summary>The cells that meet at the point and were visited; none where regularity made it unnecessary.</summary>
    public IReadOnlyList<ClarkeCell> Cells => [.. cells.Select(cell => new ClarkeCell(cell.Direction, cell.Rows, cell.Found))];

    /// <summary>
    /// The proof of regularity, if the answers come from it; null if the pieces were enumerated. Questions then run the objective again, along the direction
    /// that they need.
    /// </summary>
    public RegularityCertificate? Regularity { get; private init; }

    /// <summary>What proves the answers.</summary>
    public SetProof Proof => !Certificate.IsCertified ? SetProof.None : Whole is not null ? Whole.Proof
        : Certificate.Kinks.IsEmpty ? SetProof.Differentiable : IsExact ? SetProof.Pieces : SetProof.Bounds;

    /// <summary>
    /// What the kinks pass back at the element of least norm, operation by operation; empty if the element was found from gradients instead. It explains the
    /// element: the dual variables of a total variation, the signs of a lasso.
    /// </summary>
    public IReadOnlyList<PassedBack> PassedBack => Whole?.PassedBack ?? [];

    /// <summary>
    /// The number of extreme points of the set, or of its pieces where they were enumerated; null if it is infinite or not known. Independent kinks multiply: n
    /// of them have 2ⁿ.
    /// </summary>
    public BigInteger? GeneratorCount => Whole is not null ? Whole.VertexCount : IsExact ? Generators.Count : null;

    /// <summary>
    /// The elements whose number is <see cref="GeneratorCount"/>, one by one; the whole set is their hull. Where they were not listed, each is computed when it
    /// is asked for, by one run of the program.
    /// </summary>
    /// <exception cref="InvalidOperationException">Their number is infinite or not known.</exception>
    public IEnumerable<double[]> EnumerateGenerators()
    {
        if (GeneratorCount is null)
            throw new InvalidOperationException($"The extreme points cannot be enumerated: their number is infinite or not known. The set is {this}.");
        return Whole is not null ? Whole.Vertices() : Generators;
    }

    /// <summary>Whether all cells were visited.</summary>
    public bool IsWithinBudget { get; }

    /// <summary>
    /// Whether hyperplanes divide the pieces that meet at the point, to first order. At the origin of a norm they do not, and the generators are a sample.
    /// </summary>
    public bool IsPiecewiseLinear { get; }

    /// <summary>
    /// Whether kinks touch at the point without being affine, so that a piece may lie between others where no direction leads into it. For example, max(0,
    /// min(y, x² − y)) has gradients at the origin that the cells do not show. The generators then span a part of the set.
    /// </summary>
    public bool MayHidePieces { get; }

    /// <summary>
    /// Whether the generators span the whole set or only a part of it. For a certified convex function the cells give the whole set even if pieces are hidden.
    /// </summary>
    public override bool IsExact => Whole is null && IsWithinBudget && IsPiecewiseLinear && Certificate.IsCertified && (!MayHidePieces || IsConvex == true);

    // Where −F is regular, F has Fréchet subgradients only if it is differentiable.
    private bool HasNoFrechet => Whole!.HasNoFrechet ?? (Whole.Proof == SetProof.Regularity && Generators.Count > 1);

    // F'(x; d) is known in every direction, and Fréchet subgradients depend on nothing else.
    private bool KnowsDerivatives => IsWithinBudget && IsPiecewiseLinear && Certificate.IsCertified;

    /// <summary>
    /// Whether F is strictly differentiable at the point: all cells have the same gradient. This is possible even if operations are at kinks. Null if a known
    /// part of the set does not decide it.
    /// </summary>
    public bool? IsDifferentiable => Generators.Count > 1 ? false : IsExact || Regularity is { Sense: RegularitySense.Smooth } ? true : null;

    /// <summary>
    /// True if F is certified convex, false if it is certified concave and not affine, by the composition rules; null if they do not decide it.
    /// </summary>
    public bool? IsConvex { get; }

    /// <summary>Whether v is a Fréchet (regular) subgradient: F'(x; d) ≥ ⟨v, d⟩ for every d. At a local minimum, 0 is a Fréchet subgradient.</summary>
    /// <remarks>
    /// On a cell {A·d ≥ 0} with gradient g this means that g − v is in the dual cone, which the rows of A generate (Rockafellar and Wets, Variational Analysis,
    /// 1998, 8.B).
    /// </remarks>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">The largest accepted distance of v from the condition, cell by cell.</param>
    /// <returns>Null if the visited cells do not decide it: one cell can rule v out, but all are needed to confirm it.</returns>
    public bool? FrechetContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] v = vector.ToArray();
        if (!Certificate.IsCertified)
            return null;
        if (Whole is not null)
            return Whole.IsOfRegular ? Contains(v, tolerance) : HasNoFrechet ? false : Contains(v, tolerance) == false ? false : null;
        if (!cells.All(cell => IsRegularOn(cell, cell.Rows, v, tolerance)))
            return false;

        // For a convex function the two notions agree.
        return KnowsDerivatives || (IsConvex == true && Contains(v, tolerance) == true) ? true : null;
    }

    /// <summary>
    /// A Fréchet subgradient; null if there is none, or if none is known because the set is not known completely (<see cref="Subdifferential.IsExact"/>).
    /// </summary>
    public double[]? FrechetElement(double tolerance = 1e-9)
    {
        if (!Certificate.IsCertified)
            return null;
        if (Whole is not null)
            return Whole.IsOfRegular && Generators.Count > 0 ? [.. MinimalNormElement] : null;
        if (Generators.Count == 1)
            return FrechetContains(Generators[0], tolerance) == true ? Generators[0] : null;

        // v + Σ μᵢ aᵢ = g for every cell, with nonnegative weights μ. This is a single system in which v is the difference of two nonnegative vectors.
        int n = Generators[0].Length, size = n * cells.Count;
        double[] target = new double[size];
        List<double[]> columns = [];
        for (int sign = 1; sign >= -1; sign -= 2)
        {
            for (int i = 0; i < n; i++)
            {
                double[] column = new double[size];
                for (int c = 0; c < cells.Count; c++)
                    column[(c * n) + i] = sign;
                columns.Add(column);
            }
        }

        for (int c = 0; c < cells.Count; c++)
        {
            cells[c].Found.CopyTo(target, c * n);
            foreach (double[] row in cells[c].Rows)
            {
                double[] column = new double[size];
                row.CopyTo(column, c * n);
                columns.Add(column);
            }
        }

        double[] element = new double[n];
        double distance = ConeMembership.Distance(target, columns, out double[] weights);
        for (int i = 0; i < n; i++)
            element[i] = weights[i] - weights[n + i];
        return distance <= tolerance * Math.Max(1, Vectors.Norm(target)) && FrechetContains(element, 1e3 * tolerance) == true ? element : null;
    }

    /// <summary>
    /// Whether v is a limiting (Mordukhovich) subgradient: a limit of Fréchet subgradients at nearby points. The test looks for a face of the cells on which v
    /// is a Fréchet subgradient. Null if a cell has too many walls to enumerate its faces, or if the pieces are curved.
    /// </summary>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">The largest accepted distance from a limiting subgradient.</param>
    public bool? LimitingContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] v = vector.ToArray();
        if (Whole is { IsOfRegular: true })
            return Contains(v, tolerance);
        // Elements found from what the kinks pass back are mixtures of limits of gradients, not limits themselves.
        if ((Whole is not SelectionSet && Generators.Any(generator => Vectors.Distance(generator, v) <= tolerance)) || FrechetContains(v, tolerance) == true)
            return true;
        if (Contains(v, tolerance) == false)
            return false;
        if (!Certificate.IsCertified || !IsWithinBudget || Whole is not null)
            return null;
        bool isWhole = IsExact;
        foreach (Cell<double[]> cell in cells)
        {
            List<double[]> walls = Vectors.Distinct(cell.Rows.Select(row => Vectors.Unit(row)), 1e-9);
            if (walls.Count > MaximumWalls)
            {
                isWhole = false;
                continue;
            }

            for (int chosen = 1; chosen < 1 << walls.Count; chosen++)
            {
                double[][] face = [.. walls.Where((_, i) => (chosen & (1 << i)) != 0)];
                if (OpenCone.OnFace(walls, face) is { } direction && IsRegularAt(direction, v, tolerance))
                    return true;
            }
        }

        return isWhole ? false : null;
    }

    /// <summary>
    /// Whether v is a subgradient in the sense of convex analysis: F(y) ≥ F(x) + ⟨v, y − x⟩ for every y. If F is certified convex, these are the elements of
    /// Clarke's set. If v is not even a Fréchet subgradient, the answer is no. Otherwise the program does not decide it, and the answer is null.
    /// </summary>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">The largest accepted distance from a subgradient.</param>
    public bool? ConvexContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        if (IsConvex == true && KnowsWholeSet)
            return Contains(vector, tolerance);
        return FrechetContains(vector, tolerance) == false ? false : null;
    }

    internal static ClarkeSubdifferential Of(Objective objective, double[] point, SetOptions options)
    {
        (int budget, ulong seed, SetMethod method) = (options.Budget, options.Seed, options.Method);
        SetClock clock = options.StartClock();
        using RecordedRun plain = objective.Run(point);
        bool? isConvex = Convexity.Of(plain) switch
        {
            Curvature.Affine or Curvature.Convex => true,
            Curvature.Concave => false,
            _ => null,
        };
        if (!plain.HasKinks)
        {
            Cell<double[]> only = new(new double[point.Length], [], plain.WatchedGradient());
            ClarkeCertificate certain = EngineEvents.Told(plain.Certify(only.Found, new KinkCensus([]), null, null, null));
            return new ClarkeSubdifferential(plain.Value, point.Length, [only], certain, true, false,
                false, isConvex);
        }

        bool isTriedFirst = method is SetMethod.Regularity or SetMethod.IndependentKinks
            || (method == SetMethod.Automatic && point.Length > 1 && MeetMany(plain));
        SelectionSet? outer = null;
        if (isTriedFirst)
        {
            (ClarkeSubdifferential? whole, outer, string reason) = WithoutPieces(objective, point, options, plain, isConvex);
            if (whole is not null)
                return whole;
            if (method != SetMethod.Automatic)
            {
                string wanted = method == SetMethod.Regularity ? "regularity" : "independent kinks";
                throw new InvalidOperationException($"The set was to be found by {wanted}, but {reason}.");
            }
        }
        else if (method == SetMethod.Bounds)
        {
            outer = SelectionSet.At(objective, point, options, out _, out IDisposable? kept);
            kept?.Dispose();
        }

        if (method is SetMethod.Automatic or SetMethod.Bounds && !plain.ComparesEqualNumbers && (long)plain.Forms.Count * point.Length > LargestTable)
            return Sampled(objective, point, options, clock, plain, outer, isConvex);
        bool isCurved = false, hides = false;
        double? jump = null;
        int undecided = 0;
        IReadOnlyList<Obstacle> obstacles = plain.WithResult(plain.Obstacles, []);
        CellSearch<double[]> search = new(point.Length, budget, seed);
        (double[] Gradient, List<double[]> Forms) Visit(double[] direction)
        {
            search.IsEnough |= clock.IsOver;
            options.Progress?.Report(new SetProgress(search.Cells.Count, new Bounds(0, double.PositiveInfinity)));
            using RecordedRun run = objective.RunBeside(point, direction);
            isCurved |= run.Forms.Any(form => form.IsCurved);
            jump ??= Clarke.JumpBetween(plain.Value, run.Value);
            double[] gradient = run.WatchedGradient();
            SwitchingForm[] forms = [.. run.Forms.Where(form => !form.IsCurved)];
            double[][] rows = Array.ConvertAll(forms, run.Pull);
            if (obstacles.Count == 0)
                obstacles = run.WithResult(run.Obstacles, gradient);
            if (obstacles.Count == 0 && SwitchingForm.FirstRefused(forms, rows) is { } refused)
                obstacles = [refused];
            if (obstacles.Count > 0)
            {
                search.IsEnough = true;
                return (gradient, []);
            }

            hides = hides || !Transversality.IsMet(run, forms, rows);
            int undecidedHere = run.Forms.Count(form => form.IsComparison && !form.IsDecided);
            if (undecidedHere > 0 && !Clarke.IsSeenBeside(objective, point, direction, run, gradient))
                undecided = Math.Max(undecided, undecidedHere);
            return (gradient, [.. rows]);
        }

        bool isWithinBudget = search.Run(Visit);
        List<Cell<double[]>> cells = [.. search.Cells];
        if (isCurved && obstacles.Count == 0)
        {
            foreach (double[] direction in CurvedSample.Directions(point.Length, budget, seed))
            {
                (double[] gradient, List<double[]> walls) = Visit(direction);
                cells.Add(new Cell<double[]>(direction, walls, gradient));
            }
        }

        bool compares = plain.Forms.Any(form => form.IsComparison);
        ClarkeCertificate certificate = plain.CertifySet(plain.Kinks(), seed) with
        {
            Jump = jump,
            UndecidedComparisons = undecided,
            Obstacles = obstacles,
            PiecesOfMore = compares && !isWithinBudget && obstacles.Count == 0 ? cells.Count : 0,
        };
        if (certificate.IsCertified && plain.Forms.Any(BranchesMeeting.MayTear))
            certificate = BranchesMeeting.Look(objective, point, plain, certificate, budget);
        bool isSearchedFurther = method == SetMethod.Automatic && !isTriedFirst && certificate.Obstacles.Count == 0;
        if (isSearchedFurther && !(isWithinBudget && !isCurved && certificate.IsCertified && (!hides || isConvex == true)))
        {
            (ClarkeSubdifferential? sharper, outer, _) = WithoutPieces(objective, point, options, plain, isConvex);
            if (sharper is not null)
                return sharper;
        }

        EngineEvents.Told(certificate);
        return new ClarkeSubdifferential(plain.Value, point.Length, cells, certificate, isWithinBudget, isCurved, hides, isConvex,
            certificate.IsCertified ? outer : null);
    }

    // Elements along directions in which those found so far fall most, for a point of so many kinks that their forms are not written out.
    private static ClarkeSubdifferential Sampled(
        Objective objective, double[] point, SetOptions options, SetClock clock, RecordedRun plain, WholeSet? outer, bool? isConvex)
    {
        List<Cell<double[]>> cells = [];
        IReadOnlyList<Obstacle> obstacles = plain.WithResult(plain.Obstacles, []);
        double[] direction = new double[point.Length], random = new double[point.Length];
        for (int step = 0; obstacles.Count == 0 && step < Math.Min(options.Budget, ElementsSampled) && !(step > 0 && clock.IsOver); step++)
        {
            Philox.For(options.Seed, (uint)Streams.CellDirections, (ulong)step).Normal<double>(random, 0, 1);
            double share = step == 0 ? 1 : Aside / Vectors.Norm(random);
            direction = Vectors.Combination([direction, random], [1, share], point.Length);
            using RecordedRun run = objective.RunBeside(point, direction);
            double[] gradient = run.WatchedGradient();
            obstacles = run.WithResult(run.Obstacles, gradient);
            cells.Add(new Cell<double[]>(direction, [], gradient));
            MinimalNormPoint least = MinimalNormPoint.Of([.. cells.Select(cell => cell.Found)]);
            options.Progress?.Report(new SetProgress(cells.Count, least.Distance with { Lower = 0 }));
            double norm = Vectors.Norm(least.Point);
            if (!(norm > 0))
                break;
            direction = Vectors.Scaled(least.Point, -1 / norm);
        }

        ClarkeCertificate certificate = EngineEvents.Told(plain.CertifySet(plain.Kinks(), options.Seed) with { Obstacles = obstacles });
        return new ClarkeSubdifferential(plain.Value, point.Length, cells, certificate, false, !plain.Kinks().Operations.All(met => met.Operation.IsPolyhedral),
            true, isConvex, certificate.IsCertified ? outer : null);
    }

    // A maximum of many is one kink of many forms.
    private static bool MeetMany(RecordedRun plain) => plain.Kinks().Count > KinksEnumerated || plain.Forms.Count > KinksEnumerated;

    // The set without a list of its pieces; if it is not known, perhaps a set around it.
    private static (ClarkeSubdifferential? Whole, SelectionSet? Outer, string Reason) WithoutPieces(
        Objective objective, double[] point, SetOptions options, RecordedRun plain, bool? isConvex)
    {
        SelectionSet? selections = SelectionSet.At(objective, point, options, out string reason, out IDisposable? kept);
        using IDisposable? run = kept;
        bool isWanted = selections is not null && (options.Method switch
        {
            SetMethod.Regularity => selections.Proof == SetProof.Regularity,
            SetMethod.IndependentKinks => selections.AreIndependent,
            _ => selections.Proof is SetProof.Regularity or SetProof.IndependentKinks,
        });
        if (isWanted)
        {
            NearestElement least = selections!.Nearest();
            if (least.Elements.Count > 0)
            {
                if (selections.Other(least.Element) is { } other)
                    least = least with { Elements = [least.Element, other], Weights = [1, 0] };
                return (From(selections, least, selections.Proof == SetProof.Regularity ? new RegularityCertificate(selections.Sense, "") : null), null, "");
            }

            reason = "a number overflows on the way";
        }

        if (options.Method == SetMethod.IndependentKinks)
            return (null, selections, selections is null ? reason : "the derivatives of the kinks' arguments are not known to be independent");
        RegularityCertificate regularity = Nonsmooth.Regularity.Of(objective, point, plain);
        if (!regularity.IsCertified)
            return (null, selections, $"the point is {regularity}");
        RegularSet regular = new(objective, point, plain.Value, regularity.Sense, options);
        NearestElement nearest = regular.Nearest();
        return nearest.Elements.Count > 0
            ? (From(regular, nearest, regularity), null, "")
            : (null, selections, "the program is not certified beside the point");

        ClarkeSubdifferential From(WholeSet whole, NearestElement least, RegularityCertificate? regularity)
        {
            KinkCensus kinks = plain.Kinks();
            ClarkeCertificate certificate = EngineEvents.Told(plain.CertifySet(kinks, options.Seed));
            bool isPolyhedral = kinks.Operations.All(met => met.Operation.IsPolyhedral);
            return new ClarkeSubdifferential(plain.Value, point.Length, whole, least, certificate, isPolyhedral, isConvex) { Regularity = regularity };
        }
    }

    // If the pieces are curved, the cell is known only along its direction.
    private bool IsRegularOn(Cell<double[]> cell, IReadOnlyList<double[]> walls, double[] v, double tolerance)
    {
        double[] difference = Vectors.Difference(cell.Found, v);
        return IsPiecewiseLinear
            ? ConeMembership.Distance(difference, walls) <= tolerance
            : Vectors.Dot(difference, cell.Direction) >= -tolerance * Vectors.Norm(cell.Direction);
    }

    // At x + t·d for small t, only the walls that contain d remain.
    private bool IsRegularAt(double[] direction, double[] v, double tolerance)
    {
        foreach (Cell<double[]> cell in cells)
        {
            if (cell.Rows.Any(row => Vectors.Dot(row, direction) < -1e-9 * Vectors.Norm(row)))
                continue;
            double[][] through = [.. cell.Rows.Where(row => Math.Abs(Vectors.Dot(row, direction)) <= 1e-9 * Vectors.Norm(row))];
            if (!IsRegularOn(cell, through, v, tolerance))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => !Certificate.IsCertified ? $"nothing is known of it: {Certificate}"
        : IsWithinBudget ? base.ToString() : $"{base.ToString()}, as far as the budget reached";
}
