using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>An objective given by a program on tensors.</summary>
internal sealed class TensorObjective(IReadOnlyList<Shape>? shapes, Func<Var<double>[], Var<double>> program) : Objective
{
    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        if (directions.Length > 1)
            throw new NotSupportedException("A tape of tensors carries one direction at a time.");
        (Tape<double> tape, Var<double>[] leaves, Var<double> output) = Record(point, selections, directions.Length == 1 ? directions[0] : null);
        return new TensorRun(tape, leaves, output, directions.Length == 1);
    }

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null)
    {
        double[] direction = vector.ToArray();
        CheckDirections(point, [direction]);
        (Tape<double> tape, Var<double>[] leaves, Var<double> output) = Record(point, selections, direction);
        using (tape)
        {
            if (!tape.NeedsGradient(output))
                return new HessianProduct(output.GetScalar(), new double[point.Length], new double[point.Length], new KinkCensus([]));
            HessianVectorProduct<double> product = tape.HessianVectorProduct(output);
            return new HessianProduct(output.GetScalar(), TensorRun.Flat(leaves, product.Gradients), TensorRun.Flat(leaves, product.Product), product.Kinks);
        }
    }

    private (Tape<double> Tape, Var<double>[] Leaves, Var<double> Output) Record(ReadOnlySpan<double> point, Selections? selections, double[]? direction)
    {
        Shape[] leafShapes = shapes is null ? [Shape.Of(point.Length)] : [.. shapes];
        int expected = leafShapes.Sum(shape => shape.Count);
        if (expected != point.Length)
            throw new ArgumentException($"Tensors of shapes {string.Join(", ", leafShapes)} have {expected} elements; a point of {point.Length} was given.", nameof(point));
        Tape<double> tape = new(Device.Default, selections);
        try
        {
            Var<double>[] leaves = new Var<double>[leafShapes.Length];
            for (int i = 0, start = 0; i < leaves.Length; start += leafShapes[i++].Count)
            {
                leaves[i] = tape.Variable(leafShapes[i], point.Slice(start, leafShapes[i].Count));
                if (direction is not null)
                    tape.SetTangent(leaves[i], direction.AsSpan(start, leafShapes[i].Count));
            }

            Var<double> output = program(leaves);
            if (output.Shape.Count != 1)
                throw new InvalidOperationException($"An objective has a value of one element; the program returned one of shape {output.Shape} (Sum and Mean reduce it).");
            return (tape, leaves, output);
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }
}

internal sealed class TensorRun(Tape<double> tape, Var<double>[] leaves, Var<double> output, bool isLocked) : RecordedRun
{
    private List<SwitchingForm>? forms;
    private LocalChoices? choices;

    public override int Dimension => leaves.Sum(leaf => leaf.Shape.Count);

    public override double Value => output.GetScalar();

    public override double[] Tangents => isLocked ? [tape.TangentOf(output).GetScalar()] : [];

    public override bool HasKinks => tape.CountKinks() > 0 || NotLocallyLipschitz.Count > 0;

    public override IReadOnlyList<OperationFacts> NotLocallyLipschitz => tape.Singularities(output);

    public override IReadOnlyList<SwitchingForm> Forms => forms ??= tape.SwitchingForms(output);

    public override IEnumerable<RecordedOperation> Operations => tape.Operations();

    public override bool Compares => tape.Compares;

    public override int OutputNode => output.Node;

    public override double[] Gradient()
    {
        if (!tape.NeedsGradient(output))
            return new double[Dimension];
        return Flat(isLocked ? tape.LockedBackward(output) : tape.Backward(output));
    }

    public override void WriteGradient(Span<double> destination)
    {
        if (!tape.NeedsGradient(output))
        {
            destination.Clear();
            return;
        }

        Gradients<double> gradients = isLocked ? tape.LockedBackward(output) : tape.Backward(output);
        int start = 0;
        foreach (Var<double> leaf in leaves)
        {
            gradients[leaf].CopyTo(destination.Slice(start, leaf.Shape.Count));
            start += leaf.Shape.Count;
        }
    }

    public override double[] Gradient(Selections selections) => tape.NeedsGradient(output) ? Flat(tape.Backward(output, selections)) : new double[Dimension];

    public override KinkCensus Kinks() => tape.Census(output);

    public override double[] Pull(SwitchingForm form) => Flat(tape.LockedPullback(form));

    public override int OperationCount => tape.Count;

    public override double[] ValueOf(int node) => tape.ValueOf(node).ToArray();

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) => tape.PullbackOf(node, cotangent);

    public override IReadOnlyList<int>? ChoicesPerKink(int budget)
    {
        choices = LocalChoices.Of(tape, output, budget);
        return choices?.Counts;
    }

    public override double[] GradientOf(ReadOnlySpan<int> choices) => tape.NeedsGradient(output)
        ? Flat(this.choices!.Backward(choices))
        : new double[Dimension];

    public override void Dispose() => tape.Dispose();

    internal static double[] Flat(Var<double>[] leaves, Gradients<double> gradients) => leaves.Length == 1 ? gradients[leaves[0]].ToArray() : [.. leaves.SelectMany(leaf => gradients[leaf].ToArray())];

    private double[] Flat(Gradients<double> gradients) => Flat(leaves, gradients);
}
