namespace ConservativeAD;

/// <summary>An objective given by a program on single numbers.</summary>
internal sealed class ScalarObjective(Func<Active[], Active> program) : Objective
{
    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions) => Run(point, selections, false, directions);

    internal override RecordedRun RunKeepingValues(ReadOnlySpan<double> point, Selections? selections) => Run(point, selections, true, []);

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null)
    {
        CheckDirections(point, [vector.ToArray()]);
        using ScalarTape tape = ScalarTape.OfSecondOrder(selections);
        Active[] variables = new Active[point.Length];
        for (int i = 0; i < variables.Length; i++)
            variables[i] = tape.Variable(point[i], vector.Slice(i, 1));
        Active output = program(variables);
        (double[] gradient, double[] product) = tape.HessianProduct(output);
        return new HessianProduct(output.Value, gradient, product, tape.CensusOfSecondOrder());
    }

    private ScalarRun Run(ReadOnlySpan<double> point, Selections? selections, bool keepsValues, ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        ScalarTape tape = ScalarTape.ForAnalysis(selections, directions.Length, keepsValues);
        try
        {
            Active[] variables = new Active[point.Length];
            double[] tangent = new double[directions.Length];
            for (int i = 0; i < variables.Length; i++)
            {
                for (int k = 0; k < tangent.Length; k++)
                    tangent[k] = directions[k][i];
                variables[i] = tape.Variable(point[i], tangent);
            }

            return new ScalarRun(tape, program(variables));
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }
}

internal sealed class ScalarRun(ScalarTape tape, Active output) : RecordedRun
{
    private readonly List<(int Node, IReadOnlyList<(double First, double Second)> Slopes)> choices = [];
    private List<SwitchingForm>? forms;

    public override int Dimension => tape.Variables.Count;

    public override double Value => output.Value;

    public override double[] Tangents => tape.TangentOf(output).ToArray();

    public override bool HasKinks => tape.Kinks.Count > 0 || tape.Singular.Count > 0;

    public override IReadOnlyList<OperationFacts> NotLocallyLipschitz => tape.Singular;

    public override IReadOnlyList<SwitchingForm> Forms => forms ??= [.. tape.Kinks.Select(Form)];

    public override IEnumerable<RecordedOperation> Operations => tape.Operations;

    public override bool Compares => tape.Compares;

    public override int OutputNode => output.Node;

    public override int OperationCount => tape.Count + 1;

    public override double[] Gradient() => tape.Gradient(output);

    public override double[] Gradient(Selections selections) => tape.Gradient(output, selections);

    public override KinkCensus Kinks() => tape.Census();

    public override double[] Pull(SwitchingForm form)
    {
        double[] gradient = new double[Dimension];
        (int node, _) = form.Second ?? (0, 0);
        tape.Pull(new ScalarForm(form.First.Node, form.FirstFactor, node, form.SecondFactor), gradient);
        return gradient;
    }

    public override double[] ValueOf(int node) => [tape.ValueOf(node)];

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) =>
        [.. tape.SlopesOf(node).Select(slope => (slope.Input, (double[])[cotangent[0] * slope.Slope]))];

    public override IReadOnlyList<int>? ChoicesPerKink(int budget)
    {
        choices.Clear();
        foreach (ScalarKink kink in tape.Kinks)
        {
            if (kink.IsCurved)
                return null;
            if (kink.Alternatives.Count > 0)
                choices.Add((kink.Node, kink.Alternatives));
        }

        return [.. choices.Select(choice => choice.Slopes.Count)];
    }

    public override double[] GradientOf(ReadOnlySpan<int> choices)
    {
        for (int i = 0; i < choices.Length; i++)
            tape.Exchange(this.choices[i].Node, this.choices[i].Slopes[choices[i]]);
        return Gradient();
    }

    public override void Dispose() => tape.Dispose();

    private static SwitchingForm Form(ScalarKink kink) => new(
        kink.Node,
        kink.Operation,
        (kink.Form.First, 0),
        kink.Form.FirstFactor,
        kink.Form.SecondFactor == 0 ? null : (kink.Form.Second, 0),
        kink.Form.SecondFactor)
    {
        IsDecided = kink.IsDecided,
        IsComparison = kink.IsComparison,
        IsCurved = kink.IsCurved,
    };
}
