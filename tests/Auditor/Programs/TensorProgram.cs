using System.Numerics;
using ConservativeAD.Auditor.Reference;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Auditor.Programs;

/// <summary>
/// One step of a program on tensors. An input is an earlier value, fitted to the shape by repeating or dropping elements, or a constant that is repeated in the
/// same way.
/// </summary>
/// <param name="Operation">The operation.</param>
/// <param name="Shapes">The shapes of its inputs.</param>
/// <param name="Inputs">The inputs: the index of a value (0 is the tensor of variables), or a constant.</param>
/// <param name="Attributes">The attributes.</param>
public sealed record TensorStep(TensorOperation Operation, int[][] Shapes, Operand[] Inputs, double[] Attributes);

/// <summary>A program on one tensor of variables; its value is the sum of the last step's elements, with weights 1, 2, 3, ….</summary>
public sealed record TensorProgram(double[] Point, TensorStep[] Steps) : AuditProgram(Point)
{
    public override IEnumerable<string> Names => Steps.Select(step => step.Operation.Name);

    public static TensorProgram Drawn(Draw draw)
    {
        int variables = 1 + draw.Below(draw.OneIn(3) ? 4 : 2), count = 1 + draw.Below(draw.OneIn(4) ? 5 : 3);
        TensorStep[] steps = new TensorStep[count];
        for (int i = 0; i < count; i++)
        {
            TensorOperation operation = draw.Any(TensorOperations.All);
            int[][] shapes = operation.Shapes(draw);
            Operand[] inputs = [.. shapes.Select((_, place) => (place > 0 || (shapes.Length > 1 && draw.OneIn(3))) && draw.OneIn(4)
                ? Operand.Of(draw.Number(5, 4))
                : Operand.Value(draw.OneIn(2) ? i : draw.Below(i + 1)))];
            steps[i] = new TensorStep(operation, shapes, inputs, operation.Attributes(draw));
        }

        return new TensorProgram(draw.Point(variables), steps);
    }

    /// <summary>The program with its point and constants rounded to another precision.</summary>
    /// <param name="round">Rounds a number.</param>
    public TensorProgram Rounded(Func<double, double> round) => new(
        Array.ConvertAll(Point, x => round(x)),
        Array.ConvertAll(Steps, step => step with
        {
            Inputs = Array.ConvertAll(step.Inputs, input => input with { Constant = round(input.Constant) }),
            Attributes = Array.ConvertAll(step.Attributes, x => round(x)),
        }));

    public override Objective ToObjective() => Objective.OfTensor(x => Run(x));

    public Var<T> Run<T>(Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Var<T>> values = [x];
        foreach (TensorStep step in Steps)
        {
            Var<T>[] inputs = new Var<T>[step.Inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = step.Inputs[i].Index < 0
                    ? Constant(x.Tape, step.Inputs[i].Constant, step.Shapes[i])
                    : Fitted(values[step.Inputs[i].Index], step.Shapes[i]);
            values.Add(step.Operation.Call(inputs, step.Attributes));
        }

        Var<T> last = values[^1];
        if (last.Shape.Count == 1)
            return last.Sum();
        T[] weights = [.. Enumerable.Range(1, last.Shape.Count).Select(i => T.CreateTruncating(i))];
        return (last * x.Tape.Constant(last.Shape, weights)).Sum();
    }

    public override Germ Run(Germ[] x)
    {
        List<GermTensor> values = [new GermTensor([x.Length], x)];
        foreach (TensorStep step in Steps)
        {
            GermTensor[] inputs = new GermTensor[step.Inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                int size = GermTensor.Product(step.Shapes[i]);
                inputs[i] = step.Inputs[i].Index < 0
                    ? new GermTensor(step.Shapes[i], [.. Enumerable.Repeat(Germ.Of(step.Inputs[i].Constant), size)])
                    : new GermTensor(step.Shapes[i],
                        [.. Enumerable.Range(0, size).Select(k => values[step.Inputs[i].Index].Elements[k % values[step.Inputs[i].Index].Count])]);
            }

            values.Add(step.Operation.Refer(inputs, step.Attributes));
        }

        Germ sum = Germ.Zero;
        Germ[] last = values[^1].Elements;
        for (int i = 0; i < last.Length; i++)
            sum += last.Length == 1 ? last[i] : last[i] * Germ.Of(i + 1);
        return sum;
    }

    public override bool Throws() => false;

    public override IEnumerable<AuditProgram> Smaller()
    {
        for (int length = 1; length < Steps.Length; length++)
            yield return this with { Steps = Steps[..length] };
        for (int i = 0; i < Steps.Length - 1; i++)
        {
            foreach (Operand input in Steps[i].Inputs)
                yield return Without(i, input);
            yield return Without(i, Operand.Of(1));
        }

        for (int i = 0; i < Steps.Length; i++)
        {
            for (int place = 0; place < Steps[i].Inputs.Length; place++)
            {
                Operand input = Steps[i].Inputs[place];
                foreach (double number in input.Index >= 0 ? [0, 1, 2] : ((double[])[0, 1, 2]).Where(number => Rank(number) < Rank(input.Constant)))
                    yield return With(i, step => step with { Inputs = [.. step.Inputs[..place], Operand.Of(number), .. step.Inputs[(place + 1)..]] });
                if (input.Index > 0)
                    yield return With(i, step => step with { Inputs = [.. step.Inputs[..place], Operand.Value(0), .. step.Inputs[(place + 1)..]] });
            }

            // Elementwise operations on a single number.
            if (Steps[i].Shapes is [{ Length: > 0 } shape, ..] && (shape.Length > 1 || shape[0] > 1)
                && Array.TrueForAll(Steps[i].Shapes, other => other.SequenceEqual(shape)) && Array.TrueForAll(Small, name => name != Steps[i].Operation.Name))
                yield return With(i, step => step with { Shapes = Array.ConvertAll(step.Shapes, _ => new[] { 1 }) });
        }

        for (int variable = 0; Variables > 1 && variable < Variables; variable++)
            yield return this with { Point = [.. Point.Where((_, i) => i != variable)] };
        foreach (double[] point in SmallerPoints())
            yield return this with { Point = point };
    }

    public override string ToCSharp()
    {
        List<string> lines = [];
        for (int i = 0; i < Steps.Length; i++)
        {
            TensorStep step = Steps[i];
            string text = step.Operation.Text;
            for (int place = 0; place < step.Inputs.Length; place++)
            {
                string shape = string.Join(", ", step.Shapes[place]);
                Operand input = step.Inputs[place];
                IEnumerable<string> constants = Enumerable.Repeat(NumberText.Of(input.Constant), GermTensor.Product(step.Shapes[place]));
                string name = input.Index < 0
                    ? $"x.Tape.Constant([{shape}], [{string.Join(", ", constants)}])"
                    : $"Fit({(input.Index == 0 ? "x" : $"v{input.Index - 1}")}, [{shape}])";
                text = text.Replace($"{{{place}}}", name, StringComparison.Ordinal);
            }

            for (int k = 0; k < step.Attributes.Length; k++)
                text = text.Replace($"{{{(char)('a' + k)}}}", NumberText.Of(step.Attributes[k]), StringComparison.Ordinal);
            lines.Add($"var v{i} = {text.Replace("{T}", "double", StringComparison.Ordinal)};");
        }

        return $"Objective f = Objective.OfTensor(x => {{ {string.Join(" ", lines)} return Weighted(v{Steps.Length - 1}); }}); double[] point = "
            + $"[{NumberText.Of(Point)}];";
    }

    // Operations that require the extents that they were drawn with.
    private static readonly string[] Small = ["TopK", "TopKSmallest", "MeanSquaredError", "Attention", "MaskedAttention", "CtcLoss", "Slice", "Select",
        "Permute", "Transpose", "Gather",
        "GatherRows", "MatMul", "LinearWithoutBias", "CrossEntropy", "CrossEntropyEach", "LayerNormPlain", "MaxPool2d", "MaxPool2dOverlapping", "AveragePool2d",
            "SelfAttention", "Pad", "Conv2d", "Conv2dGrouped", "BroadcastTo"];

    private static Var<T> Constant<T>(Tape<T> tape, double constant, int[] shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] elements = new T[GermTensor.Product(shape)];
        Array.Fill(elements, T.CreateTruncating(constant));
        return tape.Constant(new Shape(shape), elements);
    }

    private static Var<T> Fitted<T>(Var<T> value, int[] shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape wanted = new(shape);
        if (value.Shape == wanted)
            return value;
        int count = GermTensor.Product(shape);
        Var<T> flat = value.Shape.Rank == 1 ? value : value.Reshape(value.Shape.Count);
        if (flat.Shape.Count < count)
            flat = Operations.Concatenate(0, [.. Enumerable.Repeat(flat, (count + flat.Shape.Count - 1) / flat.Shape.Count)]);
        if (flat.Shape.Count > count)
            flat = flat.Slice(0, 0, count);
        return flat.Shape == wanted ? flat : flat.Reshape(shape);
    }

    private TensorProgram With(int step, Func<TensorStep, TensorStep> change)
    {
        TensorStep[] steps = [.. Steps];
        steps[step] = change(steps[step]);
        return this with { Steps = steps };
    }

    private TensorProgram Without(int left, Operand instead)
    {
        int value = left + 1;
        return this with
        {
            Steps =
            [
                .. Steps.Where((_, i) => i != left).Select(step => step with
                {
                    Inputs = Array.ConvertAll(step.Inputs, input => input.Index == value
                        ? instead
                        : input.Index > value ? input with { Index = input.Index - 1 }
                        : input),
                }),
            ],
        };
    }
}
