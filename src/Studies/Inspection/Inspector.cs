using System.Globalization;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Inspection;

/// <summary>Runs small programs and reports the behaviour at their kinks.</summary>
internal static class Inspector
{
    public static InspectedProgram Inspect(NamedProgram program, IReadOnlyList<double> slopes, ulong seed = 0)
    {
        Objective objective = program.Objective;
        Dictionary<string, double[]> backprop = [];
        foreach (double s in slopes)
            backprop[s.ToString(CultureInfo.InvariantCulture)] = objective.Gradient(program.Point, Selections.PyTorch with { ReluAtZero = s }).Gradient;
        ClarkeElement element = Clarke.Gradient(objective, program.Point, seed);
        ArtificialCriticality criticality = ArtificialCriticality.Of(objective, program.Point, seed: seed);
        return new InspectedProgram(
            program.Name,
            program.Formula,
            program.Point,
            element.Value,
            [.. objective.Kinks(program.Point).Operations.Select(met => new KinksMet(met.Operation.Name, met.Node, met.Count))],
            backprop,
            criticality.Backpropagation.Generators,
            element.Gradient,
            criticality.Clarke.Generators,
            criticality.Clarke.IsExact,
            [.. criticality.Clarke.MinimalNormElement],
            criticality.IsArtificial,
            Tame.Certify(objective, program.Point).Class,
            program.Clarke);
    }
}
