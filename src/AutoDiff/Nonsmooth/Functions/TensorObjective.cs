using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>An objective given by a program on tensors.</summary>
internal sealed class TensorObjective(IReadOnlyList<Shape>? shapes, Func<Var<double>[], Var<double>> program) : Objective
{
    // Tapes of longer programs are not kept for reuse.
    private const int LongestKept = 1 << 14;

    private readonly TapePool<Tape<double>, Selections> tapes = new(selections => new Tape<double>(Device.Default, selections));

    internal override bool CarriesSeveralDirections => false;

    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        if (directions.Length > 1)
            throw new NotSupportedException("A tape of tensors carries one direction at a time.");
        (Tape<double> tape, Var<double>[] leaves, Var<double> output) = Record(point, selections, directions.Length == 1 ? directions[0] : null);
        return new TensorRun(this, tape, leaves, output, directions.Length == 1);
    }

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null)
    {
        double[] direction = vector.ToArray();
        CheckDirections(point, [direction]);
        (Tape<double> tape, Var<double>[] leaves, Var<double> output) = Record(point, selections, direction);
        try
        {
            if (!tape.Contents.NeedsGradient(output.Node))
                return new HessianProduct(output.GetScalar(), new double[point.Length], new double[point.Length], new KinkCensus([]));
            HessianVectorProduct<double> product = tape.HessianVectorProduct(output);
            return new HessianProduct(output.GetScalar(), TensorRun.Flat(leaves, product.Gradients), TensorRun.Flat(leaves, product.Product),
                product.Kinks)
            { Obstacles = product.Obstacles };
        }
        finally
        {
            Return(tape);
        }
    }

    /// <summary>Returns the tape of a run to the pool.</summary>
    internal void Return(Tape<double> tape)
    {
        if (tape.IsDisposed)
            return;
        if (tape.Count > LongestKept)
        {
            tape.Dispose();
            return;
        }

        tape.Reset();
        tapes.Give(tape.Selections, tape);
    }

    private (Tape<double> Tape, Var<double>[] Leaves, Var<double> Output) Record(ReadOnlySpan<double> point, Selections? selections, double[]? direction)
    {
        Shape[] leafShapes = shapes is null ? [Shape.Of(point.Length)] : [.. shapes];
        int expected = leafShapes.Sum(shape => shape.Count);
        if (expected != point.Length)
            throw new ArgumentException($"Tensors of shapes {string.Join(", ", leafShapes)} have {expected} elements; a point of {point.Length} was given.",
                nameof(point));
        Tape<double> tape = tapes.Take(selections ?? Selections.PyTorch);
        try
        {
            tape.Reset();

            tape.ForgetSettings();
            Var<double>[] leaves = new Var<double>[leafShapes.Length];
            for (int i = 0, start = 0; i < leaves.Length; start += leafShapes[i++].Count)
            {
                leaves[i] = tape.Variable(leafShapes[i], point.Slice(start, leafShapes[i].Count));
                if (direction is not null)
                    tape.SetTangent(leaves[i], direction.AsSpan(start, leafShapes[i].Count));
            }

            Var<double> output = program(leaves);
            if (output.Shape.Count != 1)
                throw new InvalidOperationException(
                    $"An objective has a value of one element; the program returned one of shape {output.Shape} (Sum and Mean reduce it).");
            return (tape, leaves, output);
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }
}

internal sealed class TensorRun(TensorObjective objective, Tape<double> tape, Var<double>[] leaves, Var<double> output, bool isLocked) : RecordedRun
{
    // A product of a form and a direction counts as 0 below this, relative to the sizes of both.
    private const double InKink = 1e-12;
    private bool isOver;
    private List<SwitchingForm>? forms;
    private LocalChoices? choices;
    private IReadOnlyList<Obstacle>? obstacles;

    public override int Dimension => leaves.Sum(leaf => leaf.Shape.Count);

    public override double Value => output.GetScalar();

    public override double[] Tangents => isLocked ? [tape.TangentOf(output).GetScalar()] : [];

    public override bool HasKinks => tape.CountKinks() > 0 || Obstacles.Count > 0;

    public override IReadOnlyList<Obstacle> Obstacles => obstacles ??= tape.Search.Look(output).Obstacles;

    public override IReadOnlyList<SwitchingForm> Forms => forms ??= tape.Locks.FormsOf(output.Node);

    public override IEnumerable<RecordedOperation> Operations => Recorded.Operations;

    public override bool Compares => tape.Branches.Compares;

    public override IReadOnlyList<double> Gaps => tape.Branches.Gaps;

    public override IReadOnlyList<int> Undecided => tape.Branches.Undecided;

    public override int OutputNode => output.Node;

    public override double[] Gradient()
    {
        if (!tape.Contents.NeedsGradient(output.Node))
            return new double[Dimension];
        return Flat(isLocked ? tape.LockedBackward(output) : tape.Backward(output));
    }

    public override double[] WatchedGradient()
    {
        if (!tape.Contents.NeedsGradient(output.Node))
            return new double[Dimension];
        (Gradients<double> gradients, Obstacle? loss) = tape.WatchedBackward(output, isLocked);
        Loss = loss;
        return Flat(gradients);
    }

    public override void WriteGradient(Span<double> destination)
    {
        if (!tape.Contents.NeedsGradient(output.Node))
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

    public override double[] Gradient(Selections selections) =>
        tape.Contents.NeedsGradient(output.Node) ? Flat(tape.Backward(output, selections)) : new double[Dimension];

    public override KinkCensus Kinks() => tape.Locks.KinksOf(output.Node);

    public override KinkCensus KinksWithAllPositions() => tape.Locks.KinksOf(output.Node, int.MaxValue);

    public override double[] Pull(SwitchingForm form) => Flat(tape.LockedPullback(form));

    public override void LeaveAlong(int node, double[][] directions)
    {
        int input = tape.Contents.InputNode(node, 0), size = tape.Contents.Value(input).Count;
        double[][] rows = new double[size][];
        for (int element = 0; element < size; element++)
            rows[element] = Pull(new SwitchingForm(node, tape.Contents.FactsAt(node), (input, element), 1, null, 0));
        double[] tangent = new double[size];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, size).GroupBy(element => tape.Locks.GroupOf(node, element)))
        {
            foreach (double[] direction in directions)
            {
                foreach (int element in group)
                    tangent[element] = Math.Abs(Vectors.Dot(rows[element], direction)) > InKink * Vectors.Norm(rows[element]) * Vectors.Norm(direction)
                        ? Vectors.Dot(rows[element], direction)
                        : 0;
                if (group.Any(element => tangent[element] != 0))
                    break;
            }
        }

        tape.Tangents.Force(node, 0, tangent);
    }

    public override int OperationCount => tape.Count;

    public override bool ComparesEqualNumbers => tape.Branches.Ties.Count > 0;

    public override int SizeOf(int node) => Recorded.SizeOf(node);

    public override double[] ValueOf(int node) => tape.Contents.Value(node).ToArray();

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) => Recorded.PullbackOf(node, cotangent);

    public override IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent) =>
        Recorded.LockedPullbackOf(node, cotangent);

    public override (double[] Left, double[] Right)? SlopesBeside(int node) => Recorded.SlopesBeside(node);

    public override Curvature? CurvatureUnder(int node, double[] lower, double[] upper) => Recorded.CurvatureUnder(node, lower, upper);

    public override IReadOnlyList<int>? ChoicesPerKink(int budget)
    {
        choices = LocalChoices.Of(tape, output, budget);
        return choices?.Counts;
    }

    public override double[] GradientOf(ReadOnlySpan<int> choices) => tape.Contents.NeedsGradient(output.Node)
        ? Flat(this.choices!.Backward(choices))
        : new double[Dimension];

    public override SelectionMap? Selections(out string reason) => tape.Locks.Selections(output.Node, [.. leaves.Select(leaf => leaf.Node)], out reason);

    public override void Dispose()
    {
        if (isOver)
            return;
        isOver = true;
        objective.Return(tape);
    }

    internal static double[] Flat(Var<double>[] leaves, Gradients<double> gradients) =>
        leaves.Length == 1 ? gradients[leaves[0]].ToArray() : [.. leaves.SelectMany(leaf => gradients[leaf].ToArray())];

    private RecordedTape<double> Recorded => new(tape, output.Node);

    private double[] Flat(Gradients<double> gradients) => Flat(leaves, gradients);
}
