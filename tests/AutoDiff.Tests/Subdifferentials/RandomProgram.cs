using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>
/// A random nonsmooth program, in two forms of the same function: on numbers and on tensors. Its point has small integer coordinates, and its affine parts have
/// small integer coefficients and offsets, so that many operations are exactly at a kink there.
/// </summary>
public sealed class RandomProgram
{
    private const double Largest = 1e4;

    private readonly Step[] steps;
    private readonly int[] outputWeights;

    private RandomProgram(double[] point, Step[] steps, int[] outputWeights)
    {
        Point = point;
        this.steps = steps;
        this.outputWeights = outputWeights;
    }

    private enum Kind
    {
        Relu,
        Abs,
        Maximum,
        Minimum,
        Clamp,
        Branch,
        Sort,
        Square,
        Exp,
        Product,
    }

    public double[] Point { get; }

    public Objective OnNumbers => Objective.OfScalars(Run);

    public Objective OnTensors => Objective.OfTensor(Run);

    /// <summary>The program's value on a tape.</summary>
    public Var<double> OnTape(Tape<double> tape) => Run(tape.Variable([Point.Length], Point));

    /// <summary>Programs of a few operations each.</summary>
    /// <param name="isPiecewiseLinear">Whether every piece is affine.</param>
    /// <param name="mostSteps">The most operations.</param>
    public static Gen<RandomProgram> Generate(bool isPiecewiseLinear, int mostSteps) =>
        from dimension in Gen.Int[1, 4]
        from point in Gen.Int[-2, 2].Array[dimension]
        from count in Gen.Int[1, mostSteps]
        from steps in Gen.Select(Gen.Int[0, isPiecewiseLinear ? 6 : 9], Gen.Int[-2, 2].Array[dimension + mostSteps],
            Gen.Int[-2, 2].Array[dimension + mostSteps], Gen.Bool).Array[count]
        from weights in Gen.Int[-2, 2].Array[count]
        let program = Planted(Array.ConvertAll(point, coordinate => (double)coordinate),
            [.. steps.Select(step => new Step((Kind)step.Item1, step.Item2, step.Item3, step.Item4))], weights)
        where program is not null
        select program;

    public override string ToString() =>
        $"at ({string.Join(", ", Point)}): {string.Join("; ", steps.Select(step => step.ToString()))}; weights {string.Join(", ", outputWeights)}";

    // An offset that makes the operation's argument 0, or two arguments equal, if the program requests it.
    private static RandomProgram? Planted(double[] point, Step[] steps, int[] weights)
    {
        List<double> values = [.. point];
        int[] ends = [.. Enumerable.Range(0, steps.Length).Where(i => steps[i].Kind == Kind.Exp).Select(i => point.Length + i)];
        for (int i = 0; i < steps.Length; i++)
        {
            // A number that is not an integer is used only in the sum, so that every tie is exact.
            foreach (int end in ends)
                steps[i].First[end] = steps[i].Second[end] = 0;
            double first = Combination(steps[i].First, values), second = Combination(steps[i].Second, values);
            if (steps[i].IsPlanted)
                steps[i] = steps[i] with
                {
                    Offset = steps[i].Kind is Kind.Maximum or Kind.Minimum or Kind.Branch or Kind.Sort
                    ? second - first
                    : steps[i].Kind == Kind.Clamp ? 1 - first
                    : -first
                };
            values.Add(steps[i].Apply(first + steps[i].Offset, second));
            if (Math.Abs(values[^1]) > Largest)
                return null;
        }

        return new RandomProgram(point, steps, weights);
    }

    private static double Combination(int[] coefficients, List<double> values) => values.Select((value, i) => coefficients[i] * value).Sum();

    private Active Run(Active[] x)
    {
        List<Active> values = [.. x];
        foreach (Step step in steps)
        {
            Active first = step.Offset, second = Active.Zero;
            for (int i = 0; i < values.Count; i++)
            {
                first += step.First[i] * values[i];
                second += step.Second[i] * values[i];
            }

            values.Add(step.Kind switch
            {
                Kind.Relu => Active.Relu(first),
                Kind.Abs => Active.Abs(first),
                Kind.Maximum => Active.Max(first, second),
                Kind.Minimum => Active.Min(first, second),
                Kind.Clamp => Active.Clamp(first, -1, 1),
                Kind.Branch => first <= second ? first - second : 3 * (first - second),
                Kind.Sort => first < second ? first + (2 * second) : second + (2 * first),
                Kind.Square => first * first,
                Kind.Exp => Active.Exp(0.25 * first),
                _ => first * second,
            });
        }

        Active sum = Active.Zero;
        for (int i = 0; i < steps.Length; i++)
            sum += outputWeights[i] * values[x.Length + i];
        return sum;
    }

    private Var<double> Run(Var<double> x)
    {
        List<Var<double>> values = [.. Enumerable.Range(0, Point.Length).Select(i => x.Slice(0, i, 1))];
        foreach (Step step in steps)
        {
            Var<double> all = Operations.Concatenate(0, [.. values]);
            Var<double> Weighted(int[] coefficients, double offset) =>
                (all * all.Tape.Constant([values.Count], [.. coefficients.Take(values.Count).Select(c => (double)c)])).Sum(0, true) + offset;
            Var<double> first = Weighted(step.First, step.Offset), second = Weighted(step.Second, 0);
            values.Add(step.Kind switch
            {
                Kind.Relu => first.Relu(),
                Kind.Abs => first.Abs(),
                Kind.Maximum => Operations.Concatenate(0, [first, second]).Max(0, true),
                Kind.Minimum => first.Minimum(second),
                Kind.Clamp => first.Clamp(-1, 1),
                Kind.Branch => first <= second ? first - second : 3.0 * (first - second),
                Kind.Sort => (Operations.Concatenate(0, [first, second]).Sort() * all.Tape.Constant([2], [1.0, 2])).Sum(0, true),
                Kind.Square => first.Square(),
                Kind.Exp => (0.25 * first).Exp(),
                _ => first * second,
            });
        }

        Var<double> sum = values[Point.Length] * (double)outputWeights[0];
        for (int i = 1; i < steps.Length; i++)
            sum += values[Point.Length + i] * (double)outputWeights[i];
        return sum;
    }

    private sealed record Step(Kind Kind, int[] First, int[] Second, bool IsPlanted)
    {
        public double Offset { get; init; }

        public double Apply(double first, double second) => Kind switch
        {
            Kind.Relu => Math.Max(first, 0),
            Kind.Abs => Math.Abs(first),
            Kind.Maximum => Math.Max(first, second),
            Kind.Minimum => Math.Min(first, second),
            Kind.Clamp => Math.Clamp(first, -1, 1),
            Kind.Branch => first <= second ? first - second : 3 * (first - second),
            Kind.Sort => first < second ? first + (2 * second) : second + (2 * first),
            Kind.Square => first * first,
            Kind.Exp => Math.Exp(0.25 * first),
            _ => first * second,
        };

        public override string ToString() => $"{Kind}({string.Join(" ", First)} + {Offset} | {string.Join(" ", Second)})";
    }
}
