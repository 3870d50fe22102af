using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>An equation by a program on single numbers.</summary>
internal sealed class ScalarEquation(int unknowns, int parameters, Func<Active[], Active[], Active[]> program) : Equation(unknowns, parameters)
{
    internal override EquationRecord Record(double[] point, Selections? selections) => new ScalarEquationRecord(Values, point, selections);

    internal override Objective Weighted(double[] weights) => Objective.OfScalars(point =>
    {
        Active[] values = Values(point);
        Active sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (weights[i] != 0)
                sum += weights[i] * values[i];
        }

        return sum;
    });

    /// <summary>The values of F at unknowns and parameters, one after the other.</summary>
    internal Active[] Values(Active[] point)
    {
        Active[] values = program(point[..Unknowns], point[Unknowns..]) ?? throw new InvalidOperationException("The equation returned no values.");
        return values.Length == Unknowns
            ? values
            : throw new InvalidOperationException($"The equation has {values.Length} values for {Unknowns} unknowns; there must be as many.");
    }
}
