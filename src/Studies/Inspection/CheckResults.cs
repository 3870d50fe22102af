namespace ConservativeAD.Studies.Inspection;

/// <summary>What <c>check</c> found.</summary>
/// <param name="Programs">Program by program.</param>
internal sealed record CheckResults(IReadOnlyList<CheckedProgram> Programs);

/// <summary>One program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Conservative">Whether no path failed.</param>
/// <param name="Paths">How many paths were tried.</param>
/// <param name="PathsInsideKinks">How many of them ran inside kinks.</param>
/// <param name="Culprit">The operation at fault, if one was found.</param>
/// <param name="Path">The path that failed worst.</param>
/// <param name="Defect">By how much the integral and the change of value differ over a part of it.</param>
/// <param name="Report">All of it in a sentence.</param>
internal sealed record CheckedProgram(string Name, bool Conservative, int Paths, int PathsInsideKinks, string? Culprit, string? Path, double? Defect, string Report);
