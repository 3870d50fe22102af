using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>
/// The linear pieces of an equation that meet at a solution, and those of them that the solution enters when the parameters move. A piece is a cone of
/// directions (dz, dx) with a Jacobian [B A]; the solution moves along (−B⁻¹A·dx, dx), which has to lie in the cone.
/// </summary>
/// <remarks>
/// If B has the same orientation on all pieces and one direction of the parameters has one answer, each has (S. Scholtes, Introduction to Piecewise
/// Differentiable Equations, 2012, chapters 2 and 3), and the solution is a piecewise smooth function.
/// </remarks>
internal sealed class ImplicitCells
{
    /// <summary>Matrices that agree to this share of their largest element are the same.</summary>
    public const double SameMatrix = 1e-9;

    // The share of a wall's part along the solution that is rounding: the solution then moves within the wall.
    private const double Within = 1e-9;

    private readonly List<Cell> cells = [];

    private ImplicitCells(ClarkeCertificate equation, bool isWhole) => (Equation, IsWhole) = (equation, isWhole);

    /// <summary>What is known of the equation at the solution.</summary>
    public ClarkeCertificate Equation { get; }

    /// <summary>Whether all pieces were visited.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether ∂F/∂z can be inverted on every piece.</summary>
    public bool IsRegular => cells.TrueForAll(cell => cell.System is not null);

    /// <summary>Whether its determinant has the same sign on all of them.</summary>
    public bool IsCoherent => IsRegular && cells.Select(cell => cell.System!.Sign).Distinct().Count() == 1;

    /// <summary>The largest condition of ∂F/∂z; infinite if it is singular on a piece.</summary>
    public double Condition => cells.Count == 0 ? double.NaN : cells.Max(cell => cell.Condition);

    /// <summary>The pieces.</summary>
    public int Count => cells.Count;

    /// <summary>The Jacobians of the solution on the pieces that it enters, without repeats.</summary>
    public List<double[,]> Entered { get; } = [];

    /// <summary>Finds the pieces.</summary>
    public static ImplicitCells Of(Equation equation, double[] point, SetOptions options)
    {
        int n = equation.Unknowns;
        // A sum of all values with generic weights has a kink where one of them has.
        double[] weights = new double[n];
        Philox.For(options.Seed, (uint)Streams.ImplicitWeights).Uniform<double>(weights, 1, 2);
        ClarkeSubdifferential set = Clarke.Subdifferential(equation.Weighted(weights), point, options with { Method = SetMethod.Pieces });
        ImplicitCells found = new(set.Certificate, set.IsExact);
        if (!set.Certificate.IsCertified)
            return found;
        Objective[] rows = [.. Enumerable.Range(0, n).Select(i => equation.Weighted(Unit(n, i)))];
        IReadOnlyList<ClarkeCell> pieces = set.Cells;
        if (pieces.Count == 0)
        {
            found.Add(Dense.OfRows([.. rows.Select(row => row.Gradient(point).Gradient)]), []);
            return found;
        }

        foreach (ClarkeCell piece in pieces)
        {
            ClarkeElement[] elements = [.. rows.Select(row => Clarke.Gradient(row, point, piece.Direction))];
            if (Array.Find(elements, element => !element.Certificate.IsCertified) is { } doubtful)
                return new ImplicitCells(doubtful.Certificate, false);
            found.Add(Dense.OfRows([.. elements.Select(element => element.Gradient)]), piece.Walls);
        }

        return found;
    }

    /// <summary>How many different answers a direction of the parameters has.</summary>
    public int AnswersTo(double[] direction)
    {
        List<double[]> answers = [];
        foreach (Cell cell in cells.Where(cell => cell.System is not null))
        {
            double[] moved = Dense.Times(cell.Solution!, direction);
            if (cell.Along.TrueForAll(wall => Vectors.Dot(wall, direction) > 0))
                answers.Add(moved);
        }

        return Vectors.Distinct(answers, SameMatrix).Count;
    }

    /// <summary>The Jacobian of the solution on the piece that it enters along a direction; null if there is none.</summary>
    public double[,]? Along(double[] direction) =>
        cells.Find(cell => cell.System is not null && cell.Along.TrueForAll(wall => Vectors.Dot(wall, direction) > 0))?.Solution;

    private static double[] Unit(int length, int index)
    {
        double[] unit = new double[length];
        unit[index] = 1;
        return unit;
    }

    private void Add(double[,] jacobian, IReadOnlyList<double[]> walls)
    {
        int n = jacobian.GetLength(0), m = jacobian.GetLength(1) - n;
        double[,] b = Dense.Columns(jacobian, 0, n), a = Dense.Columns(jacobian, n, m);
        FactorisedSystem? system = FactorisedSystem.Of(b, out double condition);
        if (system is null)
        {
            cells.Add(new Cell(null, condition, null, []));
            return;
        }

        double[,] solution = new double[n, m];
        for (int column = 0; column < m; column++)
        {
            double[] right = new double[n];
            for (int row = 0; row < n; row++)
                right[row] = -a[row, column];
            double[] moved = system.Solve(right);
            for (int row = 0; row < n; row++)
                solution[row, column] = moved[row];
        }

        // The walls as seen by the parameters: those within which the solution moves do not bound it.
        OpenCone cone = OpenCone.WholeSpace;
        List<double[]> along = [];
        foreach (double[] wall in walls)
        {
            double[] carried = Dense.TransposedTimes(solution, wall.AsSpan(0, n)), seen = new double[m];
            double size = 0;
            for (int i = 0; i < m; i++)
            {
                seen[i] = carried[i] + wall[n + i];
                size = Math.Max(size, Math.Max(Math.Abs(carried[i]), Math.Abs(wall[n + i])));
            }

            if (Dense.Largest(seen) <= Within * size)
                continue;
            along.Add(seen);
            cone = cone.With(seen);
        }

        cells.Add(new Cell(system, condition, solution, along));
        bool isEntered = along.Count == 0 || cone.Direction() is not null;
        if (isEntered && !Entered.Exists(other => Dense.Agree(other, solution, SameMatrix)))
            Entered.Add(solution);
    }

    private sealed record Cell(FactorisedSystem? System, double Condition, double[,]? Solution, List<double[]> Along);
}
