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
        return new TensorRun<double>(tape, leaves, output, directions.Length == 1, () => Return(tape));
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
            return new HessianProduct(output.GetScalar(), TensorRun<double>.Flat(leaves, product.Gradients), TensorRun<double>.Flat(leaves, product.Product),
                product.Kinks)
            { Obstacles = product.Obstacles };
        }
        finally
        {
            Return(tape);
        }
    }

    /// <inheritdoc/>
    public override SparseHessian SparseHessian(ReadOnlySpan<double> point, Selections? selections = null)
    {
        CheckDirections(point, []);
        (Tape<double> tape, Var<double>[] leaves, Var<double> output) = Record(point, selections, null);
        try
        {
            if (!tape.Contents.NeedsGradient(output.Node))
                return new SparseHessian(output.GetScalar(), new double[point.Length], [], new KinkCensus([]), []);
            if (tape.SecondOrderKinks(output).IsEmpty)
                return Compressed(tape, leaves, output);
        }
        finally
        {
            Return(tape);
        }

        return base.SparseHessian(point, selections);
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
