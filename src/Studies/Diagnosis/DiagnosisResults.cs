using ConservativeAD.Diagnostics;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>The readings of instruments on programs, as written to a file.</summary>
/// <param name="Results">One entry per run.</param>
internal sealed record DiagnosisResults(IReadOnlyList<DiagnosedRun> Results)
{
    /// <summary>The settings of the measurements; null where results are not written.</summary>
    public DiagnosisSettings? Settings { get; init; }

    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; init; } = MachineFacts.Current;
}

/// <summary>The readings of instruments on one run.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Dimension">The number of variables.</param>
/// <param name="Data">The description of the data; null if there are none.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="StepSize">The first step size.</param>
/// <param name="Schedule">The schedule of the step sizes.</param>
/// <param name="Gradient">The gradient that was followed.</param>
/// <param name="StartValue">F at the start.</param>
/// <param name="EndValue">F at the end.</param>
/// <param name="Limit">F at the limit; null if unknown.</param>
/// <param name="Readings">The readings.</param>
/// <param name="Theorems">The theorems and whether they apply.</param>
/// <param name="Kernels">The tangent kernel along the run.</param>
/// <param name="Pictures">The pictures' files.</param>
internal sealed record DiagnosedRun(
    string Program,
    string Formula,
    int Dimension,
    string? Data,
    int Steps,
    double StepSize,
    string Schedule,
    SubgradientChoice Gradient,
    double StartValue,
    double EndValue,
    double? Limit,
    IReadOnlyList<Reading> Readings,
    IReadOnlyList<ConvergenceTheorem> Theorems,
    IReadOnlyList<KernelSnapshot> Kernels,
    IReadOnlyList<string> Pictures)
{
    public static DiagnosedRun Of(RunDiagnosis diagnosis, IReadOnlyList<string> pictures) => new(
        diagnosis.Program.Name,
        diagnosis.Program.Formula,
        diagnosis.Program.Start.Length,
        diagnosis.Program.Data,
        diagnosis.Run.Count - 1,
        diagnosis.Run.StepSizes[0],
        diagnosis.Schedule is ConstantStepSize ? "constant" : "robbins-monro",
        diagnosis.Settings.Gradient,
        diagnosis.Run.Values[0],
        diagnosis.Run.Values[^1],
        diagnosis.Limit,
        diagnosis.Readings,
        diagnosis.Theorems,
        diagnosis.Kernels,
        pictures);
}
