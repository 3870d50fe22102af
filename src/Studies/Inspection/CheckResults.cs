namespace ConservativeAD.Studies.Inspection;

/// <summary>The results of <c>check</c>.</summary>
/// <param name="Programs">Program by program.</param>
internal sealed record CheckResults(IReadOnlyList<CheckedProgram> Programs);

/// <summary>One program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Conservative">Whether no path failed.</param>
/// <param name="Paths">The number of paths.</param>
/// <param name="PathsInsideKinks">The number of paths inside kinks.</param>
/// <param name="Operation">The operation at fault, if one was found.</param>
/// <param name="Path">The path that failed worst.</param>
/// <param name="Defect">The difference between the integral and the change of value over a part of it.</param>
/// <param name="Report">The result in a sentence.</param>
internal sealed record CheckedProgram(string Name, bool Conservative, int Paths, int PathsInsideKinks, string? Operation, string? Path, double? Defect,
    string Report);
