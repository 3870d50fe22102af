namespace ConservativeAD.Nonsmooth;

/// <summary>An open polyhedral cone {d : ⟨aᵢ, d⟩ &gt; 0 for all i}.</summary>
internal sealed class OpenCone
{
    // Rows are unit vectors; a hull this close to 0 counts as containing it.
    private const double ContainmentTolerance = 1e-8;
    private const double SameRow = 1e-9;

    private readonly List<double[]> rows;

    private OpenCone(List<double[]> rows) => this.rows = rows;

    /// <summary>The whole space.</summary>
    public static OpenCone WholeSpace { get; } = new([]);

    /// <summary>The unit normals.</summary>
    public IReadOnlyList<double[]> Rows => rows;

    /// <summary>Intersects the cone with ⟨row, d⟩ &gt; 0; the row must be finite and nonzero.</summary>
    public OpenCone With(double[] row)
    {
        double[] unit = Vectors.Unit(row);
        return rows.Exists(other => Vectors.Distance(other, unit) <= SameRow) ? this : new OpenCone([.. rows, unit]);
    }

    /// <summary>Whether ⟨row, d⟩ &gt; 0 is one of the inequalities.</summary>
    public bool Has(double[] row)
    {
        double[] unit = Vectors.Unit(row);
        return rows.Exists(other => Vectors.Distance(other, unit) <= SameRow);
    }

    /// <summary>A direction that lies in some walls of a cone and strictly inside the others; null if there is none.</summary>
    /// <param name="walls">Unit normals of all walls.</param>
    /// <param name="face">The walls in which the direction lies.</param>
    public static double[]? OnFace(IReadOnlyList<double[]> walls, IReadOnlyList<double[]> face)
    {
        List<double[]> basis = [];
        foreach (double[] wall in face)
            Orthonormal.Extend(basis, wall);
        if (basis.Count >= face[0].Length)
            return null;
        OpenCone cone = WholeSpace;
        foreach (double[] wall in walls)
        {
            if (face.Any(chosen => Vectors.Distance(chosen, wall) <= SameRow))
                continue;
            double[] projected = Orthonormal.Reject(basis, wall);
            if (Vectors.Norm(projected) <= SameRow)
                return null;
            cone = cone.With(projected);
        }

        return cone.Rows.Count == 0 ? Orthonormal.AnyOutside(basis, face[0].Length) : cone.Direction();
    }

    /// <summary>
    /// A direction in the cone, or null if it is empty. By Gordan's alternative the cone is empty exactly if 0 lies in the hull of the rows; otherwise the
    /// hull's point of least norm is such a direction.
    /// </summary>
    /// <param name="work">The budget of the search. If it is spent, the result is null and does not prove that the cone is empty.</param>
    public double[]? Direction(WorkBudget? work = null)
    {
        if (rows.Count == 0)
            return null;
        double[] point = MinimalNormPoint.Of(rows, work).Point;
        double norm = Vectors.Norm(point);
        if (norm <= ContainmentTolerance)
            return null;
        double[] unit = Vectors.Scaled(point, 1 / norm);
        return rows.TrueForAll(row => Vectors.Dot(row, unit) > 0) ? unit : null;
    }
}
