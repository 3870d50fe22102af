using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>A run of a program on tensors.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">Its tape.</param>
/// <param name="leaves">The variables.</param>
/// <param name="output">The value, of one element.</param>
/// <param name="isLocked">Whether kinks are locked along the tangents.</param>
/// <param name="end">Called when the run is disposed.</param>
internal sealed class TensorRun<T>(Tape<T> tape, Var<T>[] leaves, Var<T> output, bool isLocked, Action? end) : RecordedRun
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A product of a form and a direction counts as 0 below this, relative to the sizes of both.
    private const double InKink = 1e-12;
    private bool isOver;
    private List<SwitchingForm>? forms;
    private LocalChoices? choices;
    private IReadOnlyList<Obstacle>? obstacles;

    public override int Dimension => leaves.Sum(leaf => leaf.Shape.Count);

    public override double Value => double.CreateTruncating(output.GetScalar());

    public override double[] Tangents => isLocked ? [double.CreateTruncating(tape.TangentOf(output).GetScalar())] : [];

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
        (Gradients<T> gradients, Obstacle? loss) = tape.WatchedBackward(output, isLocked);
        Loss = loss;
        return Flat(gradients);
    }

    public override void WriteGradient(Span<double> destination) => Write(tape, leaves, output, isLocked, destination);

    /// <summary>Writes the gradient of a recorded value to given memory, leaf by leaf.</summary>
    internal static void Write(Tape<T> tape, Var<T>[] leaves, Var<T> output, bool isLocked, Span<double> destination)
    {
        if (!tape.Contents.NeedsGradient(output.Node))
        {
            destination.Clear();
            return;
        }

        Gradients<T> gradients = isLocked ? tape.LockedBackward(output) : tape.Backward(output);
        int start = 0;
        foreach (Var<T> leaf in leaves)
        {
            NDArray<T> gradient = gradients[leaf];
            Span<double> place = destination.Slice(start, gradient.Count);
            if (typeof(T) == typeof(double))
                gradient.CopyTo(MemoryMarshal.Cast<double, T>(place));
            else
                Wide(gradient).CopyTo(place);
            start += gradient.Count;
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

        tape.Tangents.Force(node, 0, Array.ConvertAll(tangent, T.CreateTruncating));
    }

    public override int OperationCount => tape.Count;

    public override bool ComparesEqualNumbers => tape.Branches.Ties.Count > 0;

    public override int SizeOf(int node) => Recorded.SizeOf(node);

    public override double[] ValueOf(int node) => Wide(tape.Contents.Value(node));

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) => Recorded.PullbackOf(node, cotangent);

    public override IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent) =>
        Recorded.LockedPullbackOf(node, cotangent);

    public override (double[] Left, double[] Right)? SlopesBeside(int node) => Recorded.SlopesBeside(node);

    public override Curvature? CurvatureUnder(int node, double[] lower, double[] upper) => Recorded.CurvatureUnder(node, lower, upper);

    public override IReadOnlyList<int>? ChoicesPerKink(int budget)
    {
        choices = tape is Tape<double> && (object)output is Var<double> wide ? LocalChoices.Of(wide.Tape, wide, budget) : null;
        return choices?.Counts;
    }

    public override double[] GradientOf(ReadOnlySpan<int> choices) => tape.Contents.NeedsGradient(output.Node)
        ? Flat((Gradients<T>)(object)this.choices!.Backward(choices))
        : new double[Dimension];

    public override SelectionMap? Selections(out string reason) => tape.Locks.Selections(output.Node, [.. leaves.Select(leaf => leaf.Node)], out reason);

    public override void Dispose()
    {
        if (isOver)
            return;
        isOver = true;
        end?.Invoke();
    }

    internal static double[] Flat(Var<T>[] leaves, Gradients<T> gradients) =>
        leaves.Length == 1 ? Wide(gradients[leaves[0]]) : [.. leaves.SelectMany(leaf => Wide(gradients[leaf]))];

    private static double[] Wide(in NDArray<T> array) => array.ToArray() is var narrow && (object)narrow is double[] wide ? wide
        : Array.ConvertAll(narrow, double.CreateTruncating);

    private RecordedTape<T> Recorded => new(tape, output.Node);

    private double[] Flat(Gradients<T> gradients) => Flat(leaves, gradients);
}
