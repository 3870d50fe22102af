namespace ConservativeAD.Studies.Inspection;

/// <summary>A small program with an exact answer at a point where it sits at kinks.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Point">Where.</param>
/// <param name="Clarke">The Clarke subdifferential there, as text.</param>
/// <param name="Build">Records it on the variable's tape; the result has one element.</param>
internal sealed record NamedProgram(string Name, string Formula, double[] Point, string Clarke, Func<Var<double>, Var<double>> Build);
