using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>A problem by programs on tensors.</summary>
internal sealed class TensorProblem(IReadOnlyList<Shape>? shapes, Func<Var<double>[], Var<double>> objective, Func<Var<double>[], Var<double>>? inequalities,
    Func<Var<double>[], Var<double>>? equalities, VariableBounds? bounds) : ConstrainedProblem(bounds)
{
    private readonly TapePool<Tape<double>, Selections> tapes = new(selections => new Tape<double>(Device.Default, selections));

    internal override ConstrainedRecord Record(ReadOnlySpan<double> point, Selections selections, bool withGradients)
    {
        Shape[] leafShapes = ShapesFor(point.Length);
        Tape<double> tape = tapes.Take(selections);
        bool isDone = false;
        try
        {
            tape.Reset();
            tape.ForgetSettings();
            Var<double>[] leaves = new Var<double>[leafShapes.Length];
            for (int i = 0, start = 0; i < leaves.Length; start += leafShapes[i++].Count)
                leaves[i] = tape.Variable(leafShapes[i], point.Slice(start, leafShapes[i].Count));
            Var<double> value = objective(leaves);
            if (value.Shape.Count != 1)
                throw new InvalidOperationException($"An objective has a value of one element; the program returned one of shape {value.Shape}.");
            Var<double>? g = inequalities?.Invoke(leaves), h = equalities?.Invoke(leaves);
            ConstrainedValues values = new(value.GetScalar(), g?.ToArray() ?? [], h?.ToArray() ?? []);
            int dimension = point.Length;
            ConstrainedRecord record = withGradients
                ? new(values, Rows(tape, value, leaves, dimension)[0], [.. Rows(tape, g, leaves, dimension), .. Rows(tape, h, leaves, dimension)])
                : new(values, [], []);
            isDone = true;
            return record;
        }
        finally
        {
            if (isDone)
                tapes.Give(selections, tape);
            else
                tape.Dispose();
        }
    }

    internal override Objective Combined(double weight, double[] inequalityWeights, double[] equalityWeights, bool violations)
    {
        Func<Var<double>[], Var<double>> program = leaves =>
        {
            Var<double>? sum = weight == 0 ? null : objective(leaves).Reshape(1) * weight;
            sum = Plus(sum, inequalities?.Invoke(leaves), inequalityWeights, "inequalities", g => violations ? g.Relu() : g);
            sum = Plus(sum, equalities?.Invoke(leaves), equalityWeights, "equalities", h => violations ? h.Abs() : h);
            return sum ?? leaves[0].Sum().Reshape(1) * 0;
        };
        return shapes is null ? Objective.OfTensor(leaf => program([leaf])) : Objective.OfTensors(shapes, program);
    }

    private static Var<double>? Plus(Var<double>? sum, Var<double>? values, double[] weights, string kind, Func<Var<double>, Var<double>> part)
    {
        Demand(values?.Shape.Count ?? 0, weights, kind);
        if (values is not { } all || !Array.Exists(weights, weight => weight != 0))
            return sum;
        Var<double> added = (part(all.Reshape(weights.Length)) * all.Tape.Constant(Shape.Of(weights.Length), weights)).Sum().Reshape(1);
        return sum is { } before ? before + added : added;
    }

    private static double[][] Rows(Tape<double> tape, Var<double>? output, Var<double>[] leaves, int dimension)
    {
        if (output is not { } values)
            return [];
        if (!tape.Contents.NeedsGradient(values.Node))
            return [.. Enumerable.Range(0, values.Shape.Count).Select(_ => new double[dimension])];
        double[,] jacobian = tape.JacobianByRows(values, leaves);
        return [.. Enumerable.Range(0, values.Shape.Count).Select(i => Enumerable.Range(0, dimension).Select(j => jacobian[i, j]).ToArray())];
    }

    private Shape[] ShapesFor(int elements)
    {
        Shape[] leafShapes = shapes is null ? [Shape.Of(elements)] : [.. shapes];
        int expected = leafShapes.Sum(shape => shape.Count);
        return elements == expected && elements > 0 ? leafShapes
            : throw new ArgumentException($"Tensors of shapes {string.Join(", ", leafShapes)} have {expected} elements; a point of {elements} was given.");
    }
}
