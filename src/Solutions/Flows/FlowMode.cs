namespace ConservativeAD.Solutions;

/// <summary>The smooth piece of a field that a solution is on: a reference for each switch of the program, NaN for those left to the program.</summary>
internal sealed record FlowMode(double[] Pieces)
{
    public static FlowMode Free { get; } = new([]);

    /// <summary>The surface that the solution slides along, if it does.</summary>
    public Sliding? Sliding { get; init; }
}

/// <summary>
/// Sliding along the surface of a jump: the field is the convex combination of those on both sides that stays on the surface (A. F. Filippov, Differential
/// Equations with Discontinuous Righthand Sides, 1988).
/// </summary>
/// <param name="OtherPieces">The piece on the other side.</param>
/// <param name="Place">The switch whose zeros are the surface, among those of the first side.</param>
/// <param name="IsOfSurface">For each switch of both sides, one after the other, whether it changes at this surface.</param>
internal sealed record Sliding(double[] OtherPieces, int Place, bool[] IsOfSurface);
