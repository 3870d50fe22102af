using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>An equation by a program on tensors.</summary>
internal sealed class TensorEquation(Shape unknowns, Shape parameters, Func<Var<double>, Var<double>, Var<double>> program)
    : Equation(unknowns.Count, parameters.Count)
{
    internal override EquationRecord Record(double[] point, Selections? selections) =>
        new TensorEquationRecord(unknowns, parameters, Values, point, selections);

    internal override Objective Weighted(double[] weights)
    {
        int[] taken = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] != 0)];
        return Objective.OfTensors([unknowns, parameters], leaves =>
        {
            Var<double> values = Values(leaves[0], leaves[1]);
            if (taken.Length == 1)
                return values.Select(0, taken[0]) * weights[taken[0]];
            return (values * values.Tape.Constant(Shape.Of(weights.Length), weights)).Sum();
        });
    }

    private Var<double> Values(Var<double> z, Var<double> x)
    {
        Var<double> values = program(z, x);
        return values.Shape.Count == Unknowns
            ? values.Reshape(Unknowns)
            : throw new InvalidOperationException($"The equation has {values.Shape.Count} values for {Unknowns} unknowns; there must be as many.");
    }
}
