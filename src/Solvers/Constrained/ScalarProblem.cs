using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers;

/// <summary>A problem by programs on single numbers.</summary>
internal sealed class ScalarProblem(Func<Active[], Active> objective, Func<Active[], Active[]>? inequalities, Func<Active[], Active[]>? equalities,
    VariableBounds? bounds) : ConstrainedProblem(bounds)
{
    private readonly TapePool<ScalarTape, Selections> tapes = new(selections => new ScalarTape(selections));

    internal override ConstrainedRecord Record(ReadOnlySpan<double> point, Selections selections, bool withGradients)
    {
        ScalarTape tape = tapes.Take(selections);
        bool isDone = false;
        try
        {
            int inequalityCount = 0;
            RecordedMap map = new(x =>
            {
                Active[] g = inequalities?.Invoke(x) ?? [], h = equalities?.Invoke(x) ?? [];
                inequalityCount = g.Length;
                return [objective(x), .. g, .. h];
            }, point, tape);
            double[] values = Array.ConvertAll(map.Outputs, output => output.Value);
            double[][] rows = [];
            if (withGradients)
            {
                double[,] jacobian = map.ByRows();
                rows = [.. Enumerable.Range(0, values.Length).Select(i => Enumerable.Range(0, map.Dimension).Select(j => jacobian[i, j]).ToArray())];
            }

            isDone = true;
            return new ConstrainedRecord(new ConstrainedValues(values[0], values[1..(1 + inequalityCount)], values[(1 + inequalityCount)..]),
                withGradients ? rows[0] : [], withGradients ? rows[1..] : []);
        }
        finally
        {
            if (isDone)
                tapes.Give(selections, tape);
            else
                tape.Dispose();
        }
    }

    internal override Objective Combined(double weight, double[] inequalityWeights, double[] equalityWeights, bool violations) => Objective.OfScalars(x =>
    {
        Active[] g = inequalities?.Invoke(x) ?? [], h = equalities?.Invoke(x) ?? [];
        Demand(g.Length, inequalityWeights, "inequalities");
        Demand(h.Length, equalityWeights, "equalities");
        Active sum = weight == 0 ? 0 : weight * objective(x);
        for (int i = 0; i < g.Length; i++)
        {
            if (inequalityWeights[i] != 0)
                sum += inequalityWeights[i] * (violations ? Active.Max(g[i], 0) : g[i]);
        }

        for (int i = 0; i < h.Length; i++)
        {
            if (equalityWeights[i] != 0)
                sum += equalityWeights[i] * (violations ? Active.Abs(h[i]) : h[i]);
        }

        return sum;
    });
}
