using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>An objective given by a program on tensors.</summary>
internal sealed class TensorObjective(IReadOnlyList<Shape>? shapes, Func<Var<double>[], Var<double>> program) : Objective
{
    // Tapes of longer programs are not kept for reuse.
    private const int LongestKept = 1 << 17;

    private readonly Shape[]? leafShapes = shapes is null ? null : [.. shapes];
    private readonly int leafCount = shapes?.Sum(shape => shape.Count) ?? 0;
    private readonly TapePool<LeafTape, Selections> tapes = new(selections => new LeafTape(selections));

    internal override bool CarriesSeveralDirections => false;

    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        if (directions.Length > 1)
            throw new NotSupportedException("A tape of tensors carries one direction at a time.");
        (LeafTape tape, Var<double> output) = Record(point, selections, directions.Length == 1 ? directions[0] : null);
        return new TensorRun<double>(tape.Tape, tape.Leaves, output, directions.Length == 1, () => Return(tape));
    }

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null)
    {
        double[] direction = vector.ToArray();
        CheckDirections(point, [direction]);
        (LeafTape kept, Var<double> output) = Record(point, selections, direction);
        (Tape<double> tape, Var<double>[] leaves) = (kept.Tape, kept.Leaves);
        try
        {
            if (!tape.Contents.NeedsGradient(output.Node))
                return new HessianProduct(output.GetScalar(), new double[point.Length], new double[point.Length], new KinkCensus([]));
            HessianVectorProduct<double> product = tape.HessianVectorProduct(output);
            return new HessianProduct(output.GetScalar(), TensorRun<double>.Flat(leaves, product.Gradients), TensorRun<double>.Flat(leaves, product.Product),
                product.Kinks)
            { Obstacles = product.Obstacles };
        }
        finally
        {
            Return(kept);
        }
    }

    /// <inheritdoc/>
    public override SparseHessian SparseHessian(ReadOnlySpan<double> point, Selections? selections = null)
    {
        CheckDirections(point, []);
        (LeafTape kept, Var<double> output) = Record(point, selections, null);
        (Tape<double> tape, Var<double>[] leaves) = (kept.Tape, kept.Leaves);
        try
        {
            if (!tape.Contents.NeedsGradient(output.Node))
                return new SparseHessian(output.GetScalar(), new double[point.Length], [], new KinkCensus([]), []);
            if (tape.SecondOrderKinks(output).IsEmpty)
                return Compressed(tape, leaves, output);
        }
        finally
        {
            Return(kept);
        }

        return base.SparseHessian(point, selections);
    }

    private protected override double WriteGradient(ReadOnlySpan<double> point, Span<double> gradient, Selections? selections)
    {
        CheckDirections(point, []);
        (LeafTape tape, Var<double> output) = Record(point, selections, null);
        try
        {
            TensorRun<double>.Write(tape.Tape, tape.Leaves, output, false, gradient);
            return output.GetScalar();
        }
        finally
        {
            Return(tape);
        }
    }

    /// <summary>Returns the tape of a run to the pool.</summary>
    internal void Return(LeafTape tape)
    {
        if (tape.Tape.IsDisposed)
            return;
        if (tape.Tape.Count > LongestKept)
        {
            tape.Dispose();
            return;
        }

        tape.Tape.Reset();
        tapes.Give(tape.Tape.Selections, tape);
    }

    // Columns that share no row of the pattern are one product.
    private static SparseHessian Compressed(Tape<double> tape, Var<double>[] leaves, Var<double> output)
    {
        int[][] pattern = tape.Sparsity.PatternOfHessian(output.Node, Array.ConvertAll(leaves, leaf => leaf.Node));
        int[] colours = Colouring.Greedy(pattern, pattern);
        int passes = Math.Max(1, colours.Max() + 1);
        HessianProduct[] products = new HessianProduct[passes];
        double value = output.GetScalar();
        for (int colour = 0; colour < passes; colour++)
        {
            double[] seeds = Array.ConvertAll(colours, of => of == colour ? 1.0 : 0);
            HessianVectorProduct<double> product = tape.HessianVectorProduct(output, leaves, seeds);
            products[colour] = new HessianProduct(value, TensorRun<double>.Flat(leaves, product.Gradients), TensorRun<double>.Flat(leaves, product.Product),
                product.Kinks)
            { Obstacles = product.Obstacles };
        }

        List<(int, int, double)> entries = [];
        for (int row = 0; row < pattern.Length; row++)
        {
            foreach (int column in pattern[row])
            {
                if (column <= row)
                    entries.Add((row, column, products[colours[column]].Product[row]));
            }
        }

        HessianProducts whole = Nonsmooth.HessianProducts.Of(products, colours.Length);
        return new SparseHessian(value, whole.Gradient, entries, whole.Kinks, whole.Obstacles);
    }

    private (LeafTape Tape, Var<double> Output) Record(ReadOnlySpan<double> point, Selections? selections, double[]? direction)
    {
        if (leafShapes is not null && leafCount != point.Length)
            throw new ArgumentException($"Tensors of shapes {string.Join(", ", leafShapes)} have {leafCount} elements; a point of {point.Length} was given.",
                nameof(point));
        LeafTape tape = tapes.Take(selections ?? Selections.PyTorch);
        try
        {
            Shape one = Shape.Of(point.Length);
            tape.Begin(leafShapes ?? new ReadOnlySpan<Shape>(in one), point, direction);
            Var<double> output = program(tape.Leaves);
            if (output.Shape.Count != 1)
                throw new InvalidOperationException(
                    $"An objective has a value of one element; the program returned one of shape {output.Shape} (Sum and Mean reduce it).");
            return (tape, output);
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }
}
