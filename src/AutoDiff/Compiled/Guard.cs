namespace ConservativeAD.Scalars;

/// <summary>A condition under which a traced program goes the way that it went when it was traced.</summary>
/// <param name="Left">The number asked about.</param>
/// <param name="Right">The number that it is compared with; −1 if the guard is on its kind.</param>
/// <param name="Outcome">The order of the two, as <see cref="Guards"/> numbers it, or the kind of the one.</param>
/// <param name="Place">The number of instructions before the question.</param>
internal readonly record struct Guard(int Left, int Right, int Outcome, int Place);
