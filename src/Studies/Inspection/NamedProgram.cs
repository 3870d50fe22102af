using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Inspection;

/// <summary>A small program with a known exact answer at a point where it has kinks.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Point">Where.</param>
/// <param name="Clarke">The Clarke subdifferential there, as text.</param>
/// <param name="Objective">The program.</param>
internal sealed record NamedProgram(string Name, string Formula, double[] Point, string Clarke, Objective Objective)
{
    /// <summary>A program on a tensor.</summary>
    public NamedProgram(string name, string formula, double[] point, string clarke, Func<Var<double>, Var<double>> build)
        : this(name, formula, point, clarke, Objective.OfTensor(build))
    {
    }
}
