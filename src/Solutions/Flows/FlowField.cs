using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>The field of a flow for given parameters, evaluated and differentiated on one of its smooth pieces.</summary>
/// <remarks>The variables of every record are the state, the parameters and the time, in this order.</remarks>
internal sealed class FlowField : IDisposable
{
    private readonly double[] parameters;
    private readonly Active[] constants;
    private readonly ScalarTape looks;
    private readonly Selections? selections;
    private ScalarTape? surface;
    private int[] guardNodes = [];

    public FlowField(Flow flow, double[] parameters, Selections? selections, double time, double[] state)
    {
        (Flow, this.parameters, this.selections) = (flow, parameters, selections);
        constants = Array.ConvertAll(parameters, number => new Active(number));
        looks = ScalarTape.ForPieces(selections);
        Steps = looks;
        FlowLook first;
        try
        {
            first = Look(FlowMode.Free, time, state);
        }
        catch
        {
            looks.Dispose();
            throw;
        }

        IsSmooth = first.Switches.Length == 0 && !HasHiddenSwitches && !looks.Compares
            && looks.Operations.All(operation => operation.Facts is { IsSmooth: true, IsLocallyLipschitz: true });
        Steps = IsSmooth ? new ScalarTape(selections) : ScalarTape.ForPieces(selections);
    }

    public Flow Flow { get; }

    public int Dimension => Flow.Dimension;

    /// <summary>The numbers of state and parameters.</summary>
    public int Numbers => Flow.Dimension + parameters.Length;

    /// <summary>Whether the program has no switches and no kinks. As they decide its branches, it then has none anywhere.</summary>
    public bool IsSmooth { get; private set; }

    /// <summary>Whether the program asks for something whose changes cannot be watched.</summary>
    public bool HasHiddenSwitches { get; private set; }

    /// <summary>The tape for the records of steps.</summary>
    public ScalarTape Steps { get; }

    /// <summary>Starts a record.</summary>
    public (Active Time, Active[] State, Active[] Parameters) Begin(ScalarTape tape, double time, double[] state)
    {
        tape.Reset();
        Active[] x = Array.ConvertAll(state, number => tape.Variable(number)), p = Array.ConvertAll(parameters, number => tape.Variable(number));
        return (tape.Variable(time), x, p);
    }

    /// <summary>The field as a part of a record.</summary>
    public Active[] Rates(ScalarTape tape, FlowMode mode, Active time, Active[] state, Active[] given)
    {
        if (IsSmooth)
            return Flow.Rates(time, state, given);
        tape.Hold(mode.Pieces);
        Active[] first = Flow.Rates(time, state, given);
        if (mode.Sliding is null)
            return first;
        Active[][] normals = new Active[mode.Sliding.Surfaces.Count][];
        for (int k = 0; k < normals.Length; k++)
            normals[k] = NormalAsNumbers(mode, k, time, state, given);
        Active[][] others = Others(tape, mode, time, state, given);
        return Combined(first, others, SlidingShares.Of(normals, first, others));
    }

    /// <summary>The values of the field.</summary>
    public double[] Value(FlowMode mode, double time, double[] state)
    {
        if (IsSmooth)
            return Array.ConvertAll(Flow.Rates(time, Array.ConvertAll(state, number => new Active(number)), constants), number => number.Value);
        (Active t, Active[] x, Active[] p) = Begin(looks, time, state);
        looks.Hold(mode.Pieces);
        Active[] first = Flow.Rates(t, x, p);
        double[] rates = ValueOf(mode, time, state, first, Others(looks, mode, t, x, p), out _);
        HasHiddenSwitches |= looks.HasHiddenSwitches;
        return rates;
    }

    /// <summary>The field with its derivatives in state, parameters and time.</summary>
    public double[,] Jacobian(FlowMode mode, double time, double[] state, out double[] rates)
    {
        ScalarTape tape = IsSmooth ? Steps : looks;
        (Active t, Active[] x, Active[] p) = Begin(tape, time, state);
        Active[] field = Rates(tape, mode, t, x, p);
        rates = Array.ConvertAll(field, number => number.Value);
        return tape.Gradients(field);
    }

    /// <summary>The field, its switches and the guards.</summary>
    public FlowLook Look(FlowMode mode, double time, double[] state)
    {
        (Active t, Active[] x, Active[] p) = Begin(looks, time, state);
        looks.Hold(mode.Pieces);
        Active[] first = Flow.Rates(t, x, p);
        List<int> ends = [looks.Switches.Count];
        Active[][] others = Others(looks, mode, t, x, p, ends);

        HasHiddenSwitches |= looks.HasHiddenSwitches;
        string[] kinks = [.. looks.Kinks.Where(kink => kink is { IsComparison: false, Operation.IsContinuous: true }).Select(kink => kink.Operation.Name)];
        ScalarSwitch[] switches = [.. looks.Switches];
        IEnumerable<Obstacle> obstacles = first.Concat(others.SelectMany(other => other)).SelectMany(number => looks.Obstacles(number));
        string? obstacle = obstacles.FirstOrDefault(found => found.Kind != ObstacleKind.Jump)?.ToString();
        double[] rates = ValueOf(mode, time, state, first, others, out double[] shares);
        looks.Hold([]);
        Active[] guards = [.. Flow.Events.Select(declared => declared.Guard(t, x, p))];
        guardNodes = looks.NodesOf(guards);
        int[] nodes = [.. switches.Select(met => met.Form.First), .. switches.Select(met => met.Form.Second), .. guardNodes];
        double[] direction = [.. rates, .. new double[parameters.Length], 1], moved = new double[nodes.Length];
        looks.PushTo(direction, nodes, moved);
        double[] switchRates = new double[switches.Length];
        for (int i = 0; i < switches.Length; i++)
            switchRates[i] = (switches[i].Form.FirstFactor * moved[i]) + (switches[i].Form.SecondFactor * moved[switches.Length + i]);
        return new FlowLook(time, state, rates, switches, switchRates, Watched(mode, ends),
            Array.ConvertAll(guards, number => number.Value), moved[(2 * switches.Length)..])
        {
            Shares = shares,
            Obstacle = obstacle,
            Kinks = kinks,
        };
    }

    /// <summary>The gradient of a switch of the last look.</summary>
    public double[] GradientOf(ScalarSwitch met)
    {
        double[] gradient = new double[Numbers + 1];
        looks.PullFrom([met.Form.First, met.Form.Second], [met.Form.FirstFactor, met.Form.SecondFactor], gradient);
        return gradient;
    }

    /// <summary>The gradient of a guard of the last look.</summary>
    public double[] GradientOfGuard(int guard)
    {
        double[] gradient = new double[Numbers + 1];
        looks.PullFrom([guardNodes[guard]], [1], gradient);
        return gradient;
    }

    /// <summary>The gradient of a surface that the solution slides along.</summary>
    public double[] Normal(FlowMode mode, int surface, double time, double[] state) => Normal(mode, surface, time, state, -1, out _);

    /// <summary>The state after a declared event, with its derivatives in state, parameters and time.</summary>
    public double[] Reset(FlowEvent declared, double time, double[] state, out double[,] derivatives)
    {
        (Active t, Active[] x, Active[] p) = Begin(looks, time, state);
        Active[] after = Flow.Reset(declared, t, x, p);
        derivatives = looks.Gradients(after);
        return Array.ConvertAll(after, number => number.Value);
    }

    public void Dispose()
    {
        looks.Dispose();
        Steps.Dispose();
        surface?.Dispose();
    }

    private static Active[] Combined(Active[] first, Active[][] others, Active[] shares)
    {
        Active[] combined = [.. first];
        for (int k = 0; k < others.Length; k++)
        {
            for (int i = 0; i < combined.Length; i++)
                combined[i] += shares[k] * (others[k][i] - first[i]);
        }

        return combined;
    }

    // The fields beyond the surfaces that the solution slides along.
    private Active[][] Others(ScalarTape tape, FlowMode mode, Active time, Active[] state, Active[] given, List<int>? ends = null)
    {
        Active[][] others = new Active[mode.Sliding?.Surfaces.Count ?? 0][];
        for (int k = 0; k < others.Length; k++)
        {
            tape.Hold(mode.Sliding!.Surfaces[k].OtherPieces);
            others[k] = Flow.Rates(time, state, given);
            ends?.Add(tape.Switches.Count);
        }

        return others;
    }

    private double[] ValueOf(FlowMode mode, double time, double[] state, Active[] first, Active[][] others, out double[] shares)
    {
        Active[][] plain = [.. others.Select(Plain)], normals = new Active[others.Length][];
        for (int k = 0; k < normals.Length; k++)
            normals[k] = Array.ConvertAll(Normal(mode, k, time, state), number => new Active(number));
        Active[] found = SlidingShares.Of(normals, Plain(first), plain);
        shares = Array.ConvertAll(found, number => number.Value);
        return Array.ConvertAll(Combined(Plain(first), plain, found), number => number.Value);

        static Active[] Plain(Active[] numbers) => Array.ConvertAll(numbers, number => new Active(number.Value));
    }

    // The gradient of a surface and, for the number with the given index, its derivative.
    private double[] Normal(FlowMode mode, int which, double time, double[] state, int varied, out double[] moved)
    {
        surface ??= ScalarTape.ForPieces(selections, true);
        surface.Reset();
        double[] point = [.. state, .. parameters, time];
        Active[] numbers = new Active[point.Length];
        for (int i = 0; i < point.Length; i++)
            numbers[i] = surface.Variable(point[i], [i == varied ? 1 : 0]);
        surface.Hold(mode.Pieces);
        Flow.Rates(numbers[^1], numbers[..state.Length], numbers[state.Length..^1]);
        (double[] gradient, moved) = surface.HessianProduct(surface.Switches[mode.Sliding!.Surfaces[which].Place].Form);
        return gradient;
    }

    // The same as numbers of a record, which change with time, state and parameters where the surface is curved.
    private Active[] NormalAsNumbers(FlowMode mode, int which, Active time, Active[] state, Active[] given)
    {
        Active[] numbers = [.. state, .. given, time];
        double[] values = Array.ConvertAll(state, number => number.Value), plain = Normal(mode, which, time.Value, values);
        Active[] normal = Array.ConvertAll(plain, number => new Active(number));
        for (int j = 0; j < numbers.Length; j++)
        {
            if (numbers[j].IsConstant)
                continue;
            Normal(mode, which, time.Value, values, j, out double[] slopes);
            for (int i = 0; i < normal.Length; i++)
            {
                if (slopes[i] != 0)
                    normal[i] += slopes[i] * (numbers[j] - numbers[j].Value);
            }
        }

        return normal;
    }

    private static double[] Watched(FlowMode mode, List<int> ends)
    {
        double[] references = new double[ends[^1]];
        for (int run = 0, first = 0; run < ends.Count; first = ends[run++])
        {
            double[] pieces = run == 0 ? mode.Pieces : mode.Sliding!.Surfaces[run - 1].OtherPieces;
            for (int i = first; i < ends[run]; i++)
            {
                bool isOfSurface = mode.Sliding is { } sliding && i < sliding.IsOfSurface.Length && sliding.IsOfSurface[i];
                references[i] = i - first < pieces.Length && !isOfSurface ? pieces[i - first] : double.NaN;
            }
        }

        return references;
    }
}
