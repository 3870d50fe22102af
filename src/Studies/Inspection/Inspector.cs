using System.Globalization;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Inspection;

/// <summary>Runs small programs and reads off what backpropagation makes of their kinks.</summary>
internal static class Inspector
{
    public static InspectedProgram Inspect(NamedProgram program, IReadOnlyList<double> slopes)
    {
        using Tape<double> tape = new(Device.Default);
        Var<double> x = tape.Variable(Shape.Of(program.Point.Length), program.Point);
        Var<double> y = program.Build(x);
        Dictionary<string, double[]> backprop = [];
        foreach (double s in slopes)
        {
            Gradients<double> gradients = tape.Backward(y, Selections.PyTorch with { ReluAtZero = s });
            backprop[s.ToString(CultureInfo.InvariantCulture)] = gradients[x].ToArray();
        }

        KinksMet[] kinks = [.. tape.Census().Operations.Select(met => new KinksMet(met.Operation.Name, met.Node, met.Count))];
        return new InspectedProgram(program.Name, program.Formula, program.Point, y.GetScalar(), backprop, program.Clarke, kinks);
    }
}
