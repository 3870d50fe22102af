using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Inspection;

/// <summary>The results of <c>check</c>.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Programs">Program by program.</param>
internal sealed record CheckResults(CheckSettings Settings, IReadOnlyList<CheckedProgram> Programs)
{
    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; init; } = MachineFacts.Current;
}

/// <summary>The settings of <c>check</c>.</summary>
/// <param name="ReluAtZero">The value of relu'(0).</param>
/// <param name="Paths">The number of segments.</param>
/// <param name="Radius">The length of the paths.</param>
/// <param name="Seed">The seed of the paths.</param>
internal sealed record CheckSettings(double ReluAtZero, int Paths, double Radius, ulong Seed);

/// <summary>One program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Conservative">Whether no path failed.</param>
/// <param name="Paths">The number of paths.</param>
/// <param name="PathsInsideKinks">The number of paths inside kinks.</param>
/// <param name="FailedPaths">The number of paths along which integral and change differ.</param>
/// <param name="Operation">The operation at fault, if one was found.</param>
/// <param name="Path">The path that failed worst.</param>
/// <param name="Defect">The difference between the integral and the change of value over a part of it.</param>
/// <param name="Report">The result in a sentence.</param>
internal sealed record CheckedProgram(string Name, bool Conservative, int Paths, int PathsInsideKinks, int FailedPaths, string? Operation, string? Path,
    double? Defect, string Report);
