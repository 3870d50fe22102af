namespace ConservativeAD;

/// <summary>
/// Clarke's subdifferential ∂F(x), from the cells that meet at x: on each, F moves off x linearly to first order. The generators are the limits of gradients; the neighbouring notions
/// (Fréchet, limiting, convex), which in general are smaller, are told apart cell by cell.
/// </summary>
public sealed class ClarkeSubdifferential : Subdifferential
{
    // How many walls of a cell are combined into faces at most, where faces are looked through one by one.
    private const int MostWalls = 12;

    private readonly IReadOnlyList<Cell<double[]>> cells;

    private ClarkeSubdifferential(double value, IReadOnlyList<Cell<double[]>> cells, ClarkeCertificate certificate, bool isWithinBudget, bool isCurved, bool? isConvex)
        : base(cells.Select(cell => cell.Found))
    {
        Value = value;
        Certificate = certificate;
        IsWithinBudget = isWithinBudget;
        IsPiecewiseLinear = !isCurved;
        IsConvex = isConvex;
        this.cells = cells;
    }

    /// <summary>F(x).</summary>
    public double Value { get; }

    /// <summary>What is known of the point.</summary>
    public ClarkeCertificate Certificate { get; }

    /// <summary>The cells that meet at the point, as far as they were visited.</summary>
    public IReadOnlyList<ClarkeCell> Cells => [.. cells.Select(cell => new ClarkeCell(cell.Direction, cell.Rows, cell.Found))];

    /// <summary>Whether all cells were visited.</summary>
    public bool IsWithinBudget { get; }

    /// <summary>Whether the pieces that meet at the point are divided by hyperplanes, to first order; not so at a norm's origin, of which generators are a sample.</summary>
    public bool IsPiecewiseLinear { get; }

    /// <summary>Whether the generators span the whole set; else they span a part of it.</summary>
    public bool IsExact => IsWithinBudget && IsPiecewiseLinear && Certificate.IsCertified;

    /// <summary>Whether F is differentiable at the point: all cells have one gradient. It may be so although operations sit at kinks.</summary>
    public bool IsDifferentiable => IsExact && Generators.Count == 1;

    /// <summary>True or false where F is certified convex, or certified concave and not affine, by the rules of composition; null where they do not tell.</summary>
    public bool? IsConvex { get; }

    /// <summary>Whether v is a Fréchet (regular) subgradient: F'(x; d) ≥ ⟨v, d⟩ for every d. At a local minimum, 0 is one.</summary>
    /// <remarks>On a cell {A·d ≥ 0} with gradient g this says that g − v is in the dual cone, which the rows of A generate (Rockafellar and Wets, Variational Analysis, 1998, 8.B).</remarks>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">How far it may be from one, cell by cell.</param>
    public bool FrechetContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] v = vector.ToArray();
        return cells.All(cell => IsRegularOn(cell, cell.Rows, v, tolerance));
    }

    /// <summary>A Fréchet subgradient, or null where there is none.</summary>
    public double[]? FrechetElement(double tolerance = 1e-9)
    {
        if (Generators.Count == 1)
            return Generators[0];

        // v + Σ μᵢ aᵢ = g for every cell, with weights μ that are not negative: one system, with v written as the difference of two vectors that are not negative.
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
        return distance <= tolerance * Math.Max(1, Vectors.Norm(target)) && FrechetContains(element, 1e3 * tolerance) ? element : null;
    }

    /// <summary>
    /// Whether v is a limiting (Mordukhovich) subgradient: a limit of Fréchet subgradients at nearby points, found as a Fréchet subgradient on some face of the cells. Null where a cell has too
    /// many walls for its faces to be looked through, or the pieces are curved.
    /// </summary>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">How far it may be from one.</param>
    public bool? LimitingContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        double[] v = vector.ToArray();
        if (Generators.Any(generator => Vectors.Distance(generator, v) <= tolerance) || FrechetContains(v, tolerance))
            return true;
        if (!Contains(v, tolerance) && IsExact)
            return false;
        bool isWhole = IsExact;
        foreach (Cell<double[]> cell in cells)
        {
            List<double[]> walls = Vectors.Distinct(cell.Rows.Select(row => Vectors.Scaled(row, 1 / Vectors.Norm(row))), 1e-9);
            if (walls.Count > MostWalls)
            {
                isWhole = false;
                continue;
            }

            for (int chosen = 1; chosen < 1 << walls.Count; chosen++)
            {
                if (FaceDirection(walls, chosen) is { } direction && IsRegularAt(direction, v, tolerance))
                    return true;
            }
        }

        return isWhole ? false : null;
    }

    /// <summary>
    /// Whether v is a subgradient in the sense of convex analysis: F(y) ≥ F(x) + ⟨v, y − x⟩ for every y. For a certified convex F that is Clarke's set; where v is not even a Fréchet subgradient
    /// it is not; else the program does not tell, and the answer is null.
    /// </summary>
    /// <param name="vector">v.</param>
    /// <param name="tolerance">How far it may be from one.</param>
    public bool? ConvexContains(ReadOnlySpan<double> vector, double tolerance = 1e-9)
    {
        if (IsConvex == true && IsExact)
            return Contains(vector, tolerance);
        return IsExact && !FrechetContains(vector, tolerance) ? false : null;
    }

    internal static ClarkeSubdifferential Of(Objective objective, double[] point, int budget, ulong seed)
    {
        using RecordedRun plain = objective.Run(point);
        bool? isConvex = Convexity.Of(plain) switch
        {
            Curvature.Affine or Curvature.Convex => true,
            Curvature.Concave => false,
            _ => null,
        };
        if (!plain.HasKinks)
        {
            Cell<double[]> only = new(new double[point.Length], [], plain.Gradient());
            return new ClarkeSubdifferential(plain.Value, [only], plain.Certify(new KinkCensus([]), null, null, null), true, false, isConvex);
        }

        bool isCurved = false;
        double? jump = null;
        int undecided = 0;
        (double[] Gradient, List<double[]> Forms) Visit(double[] direction)
        {
            using RecordedRun run = objective.Run(point, null, direction);
            isCurved |= run.Forms.Any(form => form.IsCurved);
            jump ??= Clarke.JumpBetween(plain.Value, run.Value);
            double[] gradient = run.Gradient();
            int undecidedHere = run.Forms.Count(form => form.IsComparison && !form.IsDecided);
            if (undecidedHere > 0 && !Clarke.IsSeenBeside(objective, point, direction, gradient))
                undecided = Math.Max(undecided, undecidedHere);
            return (gradient, [.. run.Forms.Where(form => !form.IsCurved).Select(run.Pull)]);
        }

        CellSearch<double[]> search = new(point.Length, budget, seed);
        bool isWithinBudget = search.Run(Visit);
        List<Cell<double[]>> cells = [.. search.Cells];
        if (isCurved)
        {
            foreach (double[] direction in CurvedSample.Directions(point.Length, budget, seed))
            {
                (double[] gradient, List<double[]> forms) = Visit(direction);
                cells.Add(new Cell<double[]>(direction, forms, gradient));
            }
        }

        ClarkeCertificate certificate = plain.Certify(plain.Kinks(), seed, null, jump) with { Locks = [], UndecidedComparisons = undecided };
        return new ClarkeSubdifferential(plain.Value, cells, certificate, isWithinBudget, isCurved, isConvex);
    }

    // Where pieces are curved, the cell is known along its direction only.
    private bool IsRegularOn(Cell<double[]> cell, IReadOnlyList<double[]> walls, double[] v, double tolerance)
    {
        double[] difference = Vectors.Difference(cell.Found, v);
        return IsPiecewiseLinear
            ? ConeMembership.Distance(difference, walls) <= tolerance
            : Vectors.Dot(difference, cell.Direction) >= -tolerance * Vectors.Norm(cell.Direction);
    }

    // At x + t·d for small t only the walls through d remain.
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

    // A direction in the chosen walls and strictly inside the others, or null where there is none.
    private static double[]? FaceDirection(List<double[]> walls, int chosen)
    {
        List<double[]> basis = [];
        for (int i = 0; i < walls.Count; i++)
        {
            if ((chosen & (1 << i)) != 0)
                Orthonormal.Extend(basis, walls[i]);
        }

        if (basis.Count >= walls[0].Length)
            return null;
        OpenCone cone = OpenCone.WholeSpace;
        for (int i = 0; i < walls.Count; i++)
        {
            if ((chosen & (1 << i)) != 0)
                continue;
            double[] projected = Orthonormal.Reject(basis, walls[i]);
            if (Vectors.Norm(projected) <= 1e-9)
                return null;
            cone = cone.With(projected);
        }

        return cone.Rows.Count == 0 ? Orthonormal.AnyOutside(basis, walls[0].Length) : cone.Direction();
    }
}
