namespace ConservativeAD.Solutions;

/// <summary>The smooth piece of a field that a solution is on: a reference for each switch of the program, NaN for those left to the program.</summary>
internal sealed record FlowMode(double[] Pieces)
{
    public static FlowMode Free { get; } = new([]);

    /// <summary>The surfaces that the solution slides along, if it does.</summary>
    public Sliding? Sliding { get; init; }
}

/// <summary>
/// Sliding along the surfaces of jumps: the field is the combination of those on both sides that stays on the surfaces (A. F. Filippov, Differential Equations
/// with Discontinuous Righthand Sides, 1988). Where several meet, each adds its own jump to the field, whatever the others do.
/// </summary>
/// <param name="Surfaces">The surfaces.</param>
/// <param name="IsOfSurface">For each switch of the piece and of those beyond the surfaces, one after the other, whether it changes at one of them.</param>
internal sealed record Sliding(IReadOnlyList<SlidingSurface> Surfaces, bool[] IsOfSurface);

/// <summary>A surface that a solution slides along.</summary>
/// <param name="OtherPieces">The piece beyond it.</param>
/// <param name="Place">The switch whose zeros are the surface, among those of the piece before it.</param>
internal sealed record SlidingSurface(double[] OtherPieces, int Place);
