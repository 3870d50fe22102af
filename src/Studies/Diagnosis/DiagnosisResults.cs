using ConservativeAD.Optimizers;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>What instruments read off programs, as it is written to a file.</summary>
/// <param name="Results">One entry a run.</param>
internal sealed record DiagnosisResults(IReadOnlyList<DiagnosedRun> Results);

/// <summary>What instruments read off one run.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Dimension">How many variables it has.</param>
/// <param name="Data">What the data are; null where there are none.</param>
/// <param name="Steps">How many steps were taken.</param>
/// <param name="StepSize">The first step size.</param>
/// <param name="Schedule">How steps change.</param>
/// <param name="Gradient">Which gradient was followed.</param>
/// <param name="StartValue">F at the start.</param>
/// <param name="EndValue">F at the end.</param>
/// <param name="Limit">F at the limit; null where it is not known.</param>
/// <param name="Readings">What the instruments say.</param>
/// <param name="Theorems">Which theorems apply.</param>
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
