namespace ConservativeAD;

/// <summary>An open polyhedral cone {d : ⟨aᵢ, d⟩ &gt; 0 for all i}.</summary>
internal sealed class OpenCone
{
    // Rows are unit vectors; a hull that comes this near to 0 counts as containing it.
    private const double Nearness = 1e-8;
    private const double SameRow = 1e-9;

    private readonly List<double[]> rows;

    private OpenCone(List<double[]> rows) => this.rows = rows;

    /// <summary>The whole space.</summary>
    public static OpenCone WholeSpace { get; } = new([]);

    /// <summary>The unit normals.</summary>
    public IReadOnlyList<double[]> Rows => rows;

    /// <summary>The cone cut with ⟨row, d⟩ &gt; 0; the row is not 0.</summary>
    public OpenCone With(double[] row)
    {
        double[] unit = Vectors.Scaled(row, 1 / Vectors.Norm(row));
        return rows.Exists(other => Vectors.Distance(other, unit) <= SameRow) ? this : new OpenCone([.. rows, unit]);
    }

    /// <summary>Whether ⟨row, d⟩ &gt; 0 is one of the inequalities.</summary>
    public bool Has(double[] row)
    {
        double norm = Vectors.Norm(row);
        return rows.Exists(other => Vectors.Distance(other, Vectors.Scaled(row, 1 / norm)) <= SameRow);
    }

    /// <summary>
    /// A direction in the cone, or null where it is empty. By Gordan's alternative the cone is empty exactly where 0 lies in the hull of the rows; else the hull's point of
    /// least norm is such a direction.
    /// </summary>
    public double[]? Direction()
    {
        if (rows.Count == 0)
            return null;
        double[] point = MinimalNormPoint.Of(rows).Point;
        double norm = Vectors.Norm(point);
        if (norm <= Nearness)
            return null;
        double[] unit = Vectors.Scaled(point, 1 / norm);
        return rows.TrueForAll(row => Vectors.Dot(row, unit) > 0) ? unit : null;
    }
}
