using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>An objective given by a program on single numbers.</summary>
internal sealed class ScalarObjective(Func<Active[], Active> program) : Objective
{
    // Tapes with more numbers, tangents included, are not kept for reuse.
    private const long MaximumKept = 1 << 16;

    // A program whose Hessian is needed is run often. Its tape takes about 80 bytes an operation.
    private const long MaximumKeptTwice = 1 << 20;

    // The tape of a gradient takes about 32 bytes an operation.
    private const int MaximumKeptForGradients = 1 << 22;

    private readonly TapePool<ScalarTape, Settings> tapes = new(settings => settings.IsTwice
        ? ScalarTape.Twice(settings.Selections)
        : settings.IsOfSecondOrder
        ? ScalarTape.OfSecondOrder(settings.Selections)
        : ScalarTape.ForAnalysis(settings.Selections, settings.Directions, settings.KeepsValues));

    private readonly TapePool<GradientTape, Selections> gradientTapes = new(selections => new GradientTape(selections));

    // Taken without the pool's lock.
    private GradientTape? lastGradientTape;

    // Whether the last program with second derivatives met a kink or the like. The next one is then examined at once, instead of run twice.
    private volatile bool wasInDoubt;

    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions) =>
        Run(point, selections, false, directions);

    internal override bool CarriesSeveralDirections => true;

    internal override RecordedRun RunKeepingValues(ReadOnlySpan<double> point, Selections? selections) => Run(point, selections, true, []);

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null)
    {
        double[] along = vector.ToArray();
        CheckDirections(point, [along]);
        HessianProduct? smooth = OnSmooth(point, selections, (tape, output) =>
        {
            (double[] gradient, double[] product) = tape.ProductTwice(output, along);
            return new HessianProduct(output.Value, gradient, product, new KinkCensus([]));
        });
        if (smooth is not null)
            return smooth;
        HessianProduct examined = Examined(point, vector, selections);
        wasInDoubt = !wasInDoubt || !examined.IsTwiceDifferentiable;
        return examined;
    }

    /// <inheritdoc/>
    public override HessianProducts HessianProducts(ReadOnlySpan<double> point, double[,] vectors, Selections? selections = null)
    {
        CheckVectors(point, vectors);
        return OnSmooth(point, selections, (tape, output) =>
        {
            (double[] gradient, double[,] products) = tape.ProductsTwice(output, new MatrixSeeds(vectors));
            return new HessianProducts(output.Value, gradient, products, new KinkCensus([]), []);
        }) ?? base.HessianProducts(point, vectors, selections);
    }

    /// <inheritdoc/>
    public override SparseHessian SparseHessian(ReadOnlySpan<double> point, Selections? selections = null)
    {
        CheckDirections(point, []);
        return OnSmooth(point, selections, (tape, output) =>
        {
            (double[] gradient, List<(int, int, double)> entries) = tape.HessianTwice(output);
            return new SparseHessian(output.Value, gradient, entries, new KinkCensus([]), []);
        }) ?? base.SparseHessian(point, selections);
    }

    // A gradient needs none of what tapes for analysis note.
    private protected override double WriteGradient(ReadOnlySpan<double> point, Span<double> gradient, Selections? selections)
    {
        CheckDirections(point, []);
        selections ??= Selections.PyTorch;
        GradientTape tape = TakeGradientTape(selections);
        bool isKept = false;
        try
        {
            Active output = program(tape.Begin(point));
            tape.Numbers.Gradient(output, gradient);
            isKept = tape.Numbers.Count <= MaximumKeptForGradients;
            return output.Value;
        }
        finally
        {
            if (isKept)
            {
                tape.Numbers.Reset();
                if (Interlocked.Exchange(ref lastGradientTape, tape) is { } other)
                    gradientTapes.Give(other.Numbers.Selections, other);
            }
            else
            {
                tape.Dispose();
            }
        }
    }

    private GradientTape TakeGradientTape(Selections selections)
    {
        GradientTape? last = Interlocked.Exchange(ref lastGradientTape, null);
        if (last is null)
            return gradientTapes.Take(selections);
        if (ReferenceEquals(last.Numbers.Selections, selections))
            return last;
        gradientTapes.Give(last.Numbers.Selections, last);
        return gradientTapes.Take(selections);
    }

    // Runs the program on a tape that keeps second derivatives and knows no kinks. Null if the program may have met one.
    private TResult? OnSmooth<TResult>(ReadOnlySpan<double> point, Selections? selections, Func<ScalarTape, Active, TResult> read)
        where TResult : class
    {
        if (wasInDoubt)
            return null;
        Settings settings = new(selections ?? Selections.PyTorch, 0, false, false) { IsTwice = true };
        ScalarTape tape = tapes.Take(settings);
        try
        {
            tape.Reset();
            Active[] variables = new Active[point.Length];
            for (int i = 0; i < variables.Length; i++)
                variables[i] = tape.Variable(point[i]);
            Active output = program(variables);
            tape.NodesOf([output]);
            return tape.IsInDoubt || !double.IsFinite(output.Value) ? null : read(tape, output);
        }
        finally
        {
            Return(settings, tape);
        }
    }

    private HessianProduct Examined(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections)
    {
        Settings settings = new(selections ?? Selections.PyTorch, 1, false, true);
        ScalarTape tape = tapes.Take(settings);
        try
        {
            tape.Reset();
            Active[] variables = new Active[point.Length];
            for (int i = 0; i < variables.Length; i++)
                variables[i] = tape.Variable(point[i], vector.Slice(i, 1));
            Active output = program(variables);
            (double[] gradient, double[] product) = tape.HessianProduct(output);
            return new HessianProduct(output.Value, gradient, product, tape.CensusOfSecondOrder()) { Obstacles = tape.Obstacles(output) };
        }
        finally
        {
            Return(settings, tape);
        }
    }

    private ScalarRun Run(ReadOnlySpan<double> point, Selections? selections, bool keepsValues, ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        Settings settings = new(selections ?? Selections.PyTorch, directions.Length, keepsValues, false);
        ScalarTape tape = tapes.Take(settings);
        try
        {
            tape.Reset();
            Active[] variables = new Active[point.Length];
            double[] tangent = new double[directions.Length];
            for (int i = 0; i < variables.Length; i++)
            {
                for (int k = 0; k < tangent.Length; k++)
                    tangent[k] = directions[k][i];
                variables[i] = tape.Variable(point[i], tangent);
            }

            return new ScalarRun(this, settings, tape, program(variables));
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    /// <summary>Returns the tape of a run to the pool.</summary>
    internal void Return(Settings settings, ScalarTape tape)
    {
        if (tape.IsDisposed)
            return;
        if (tape.Count * (1L + settings.Directions) > (settings.IsTwice ? MaximumKeptTwice : MaximumKept))
        {
            tape.Dispose();
            return;
        }

        tape.Reset();
        tapes.Give(settings, tape);
    }

    /// <summary>The settings that a tape is created with.</summary>
    internal readonly record struct Settings(Selections Selections, int Directions, bool KeepsValues, bool IsOfSecondOrder)
    {
        /// <summary>Whether the tape keeps second derivatives and knows no kinks.</summary>
        public bool IsTwice { get; init; }
    }
}

internal sealed class ScalarRun(ScalarObjective objective, ScalarObjective.Settings settings, ScalarTape tape, Active output) : RecordedRun
{
    private readonly List<(int Node, IReadOnlyList<(double First, double Second)> Slopes)> choices = [];
    private bool isOver;
    private List<SwitchingForm>? forms;
    private IReadOnlyList<Obstacle>? obstacles;
    private Dictionary<int, IReadOnlyList<(double First, double Second)>>? alternatives;

    public override int Dimension => tape.Variables.Count;

    public override double Value => output.Value;

    public override double[] Tangents => tape.TangentOf(output).ToArray();

    public override bool HasKinks => tape.Kinks.Count > 0 || Obstacles.Count > 0;

    public override IReadOnlyList<Obstacle> Obstacles => obstacles ??= tape.Obstacles(output);

    public override IReadOnlyList<SwitchingForm> Forms => forms ??= [.. tape.Kinks.Select(Form)];

    public override IEnumerable<RecordedOperation> Operations => tape.Operations;

    public override bool Compares => tape.Compares;

    public override IReadOnlyList<double> Gaps => tape.Gaps;

    public override IReadOnlyList<int> Undecided => tape.Undecided;

    public override int OutputNode => output.Node;

    public override int OperationCount => tape.Count + 1;

    public override double[] Gradient() => tape.Gradient(output);

    public override double[] WatchedGradient()
    {
        double[] gradient = tape.Gradient(output);
        Loss = tape.LostInPass(output, gradient);
        return gradient;
    }

    public override double[] Gradient(Selections selections) => tape.Gradient(output, selections);

    public override KinkCensus Kinks() => tape.Census();

    public override double[] Pull(SwitchingForm form)
    {
        double[] gradient = new double[Dimension];
        (int node, _) = form.Second ?? (0, 0);
        tape.Pull(new ScalarForm(form.First.Node, form.FirstFactor, node, form.SecondFactor), gradient);
        return gradient;
    }

    public override bool ComparesEqualNumbers => tape.Kinks.Any(kink => kink.IsComparison);

    public override int SizeOf(int node) => 1;

    public override double[] ValueOf(int node) => [tape.ValueOf(node)];

    public override IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) =>
        [.. tape.SlopesOf(node).Select(slope => (slope.Input, (double[])[cotangent[0] * slope.Slope]))];

    public override IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent) => PullbackOf(node, cotangent);

    public override (double[] Left, double[] Right)? SlopesBeside(int node)
    {
        alternatives ??= tape.Kinks.Where(kink => !kink.IsComparison).ToDictionary(kink => kink.Node, kink => kink.Alternatives);
        return alternatives.GetValueOrDefault(node) is [(double right, _), (double left, _)] ? ([left], [right]) : null;
    }

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

    public override SelectionMap? Selections(out string reason) => ScalarSelectionMap.Of(tape, output, out reason);

    public override void Dispose()
    {
        if (isOver)
            return;
        isOver = true;
        objective.Return(settings, tape);
    }

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
