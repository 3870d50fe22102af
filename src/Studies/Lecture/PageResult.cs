using ConservativeAD.Diagnostics;

namespace ConservativeAD.Studies.Lecture;

/// <summary>A measured number beside what the theorem predicts.</summary>
/// <param name="Quantity">What was measured.</param>
/// <param name="Measured">The number or answer, as text.</param>
/// <param name="Predicted">What the theorem says, as text.</param>
/// <param name="Holds">Whether the two agree.</param>
/// <param name="Value">The measured number; null for an answer in words.</param>
/// <param name="Expected">The exact number or the bound; null for an answer in words.</param>
internal sealed record Measurement(string Quantity, string Measured, string Predicted, bool Holds, double? Value, double? Expected);

/// <summary>A program of a page, as it was compiled.</summary>
/// <param name="Caption">What it does.</param>
/// <param name="Text">Its source.</param>
internal sealed record ShownProgram(string Caption, string Text);

/// <summary>A page after its run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Statement">The theorem in words.</param>
/// <param name="Formula">The theorem as a formula.</param>
/// <param name="Source">The papers.</param>
/// <param name="Programs">The programs that ran.</param>
/// <param name="Pictures">The pictures.</param>
/// <param name="Measurements">What was measured.</param>
/// <param name="Hypotheses">The hypotheses, as far as certificates and checklists decide them.</param>
/// <param name="Remarks">What a reader should know besides.</param>
internal sealed record PageResult(
    string Name,
    string Title,
    string Statement,
    string Formula,
    string Source,
    IReadOnlyList<ShownProgram> Programs,
    IReadOnlyList<Picture> Pictures,
    IReadOnlyList<Measurement> Measurements,
    IReadOnlyList<Hypothesis> Hypotheses,
    IReadOnlyList<string> Remarks);
