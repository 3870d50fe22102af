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
        Active[] normal = NormalAsNumbers(mode, time, state, given);
        tape.Hold(mode.Sliding.OtherPieces);
        Active[] second = Flow.Rates(time, state, given);
        Active share = Share(normal, first, second);
        return [.. first.Zip(second, (one, other) => one + (share * (other - one)))];
    }

    /// <summary>The values of the field.</summary>
    public double[] Value(FlowMode mode, double time, double[] state)
    {
        if (IsSmooth)
            return Array.ConvertAll(Flow.Rates(time, Array.ConvertAll(state, number => new Active(number)), constants), number => number.Value);
        (Active t, Active[] x, Active[] p) = Begin(looks, time, state);
        looks.Hold(mode.Pieces);
        Active[] first = Flow.Rates(t, x, p);
        double[] rates = mode.Sliding is null ? Array.ConvertAll(first, number => number.Value)
            : Combined(mode, time, state, first, Second(mode, t, x, p), out _);
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
        Active[] first = Flow.Rates(t, x, p), second = first;
        int ofFirst = looks.Switches.Count;
        if (mode.Sliding is not null)
            second = Second(mode, t, x, p);

        HasHiddenSwitches |= looks.HasHiddenSwitches;
        string[] kinks = [.. looks.Kinks.Where(kink => kink is { IsComparison: false, Operation.IsContinuous: true }).Select(kink => kink.Operation.Name)];
        ScalarSwitch[] switches = [.. looks.Switches];
        string? obstacle = first.Concat(second).SelectMany(number => looks.Obstacles(number)).Where(found => found.Kind != ObstacleKind.Jump)
            .Select(found => found.ToString()).FirstOrDefault();
        double share = double.NaN;
        double[] rates = mode.Sliding is null ? Array.ConvertAll(first, number => number.Value) : Combined(mode, time, state, first, second, out share);
        looks.Hold([]);
        Active[] guards = [.. Flow.Events.Select(declared => declared.Guard(t, x, p))];
        guardNodes = looks.NodesOf(guards);
        int[] nodes = [.. switches.Select(met => met.Form.First), .. switches.Select(met => met.Form.Second), .. guardNodes];
        double[] direction = [.. rates, .. new double[parameters.Length], 1], moved = new double[nodes.Length];
        looks.PushTo(direction, nodes, moved);
        double[] switchRates = new double[switches.Length];
        for (int i = 0; i < switches.Length; i++)
            switchRates[i] = (switches[i].Form.FirstFactor * moved[i]) + (switches[i].Form.SecondFactor * moved[switches.Length + i]);
        return new FlowLook(time, state, rates, switches, switchRates, Watched(mode, switches.Length, ofFirst),
            Array.ConvertAll(guards, number => number.Value), moved[(2 * switches.Length)..])
        {
            Share = share,
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

    /// <summary>The gradient of the surface that the solution slides along.</summary>
    public double[] Normal(FlowMode mode, double time, double[] state) => Normal(mode, time, state, -1, out _);

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

    private Active[] Second(FlowMode mode, Active time, Active[] state, Active[] given)
    {
        looks.Hold(mode.Sliding!.OtherPieces);
        return Flow.Rates(time, state, given);
    }

    private double[] Combined(FlowMode mode, double time, double[] state, Active[] first, Active[] second, out double share)
    {
        share = Share(Array.ConvertAll(Normal(mode, time, state), number => new Active(number)), first, second).Value;
        double[] rates = new double[first.Length];
        for (int i = 0; i < rates.Length; i++)
            rates[i] = first[i].Value + (share * (second[i].Value - first[i].Value));
        return rates;
    }

    // The gradient of the surface and, for the number with the given index, its derivative.
    private double[] Normal(FlowMode mode, double time, double[] state, int varied, out double[] moved)
    {
        surface ??= ScalarTape.ForPieces(selections, true);
        surface.Reset();
        double[] point = [.. state, .. parameters, time];
        Active[] numbers = new Active[point.Length];
        for (int i = 0; i < point.Length; i++)
            numbers[i] = surface.Variable(point[i], [i == varied ? 1 : 0]);
        surface.Hold(mode.Pieces);
        Flow.Rates(numbers[^1], numbers[..state.Length], numbers[state.Length..^1]);
        (double[] gradient, moved) = surface.HessianProduct(surface.Switches[mode.Sliding!.Place].Form);
        return gradient;
    }

    // The same as numbers of a record, which change with time, state and parameters where the surface is curved.
    private Active[] NormalAsNumbers(FlowMode mode, Active time, Active[] state, Active[] given)
    {
        Active[] numbers = [.. state, .. given, time];
        double[] values = Array.ConvertAll(state, number => number.Value), plain = Normal(mode, time.Value, values);
        Active[] normal = Array.ConvertAll(plain, number => new Active(number));
        for (int j = 0; j < numbers.Length; j++)
        {
            if (numbers[j].IsConstant)
                continue;
            Normal(mode, time.Value, values, j, out double[] slopes);
            for (int i = 0; i < normal.Length; i++)
            {
                if (slopes[i] != 0)
                    normal[i] += slopes[i] * (numbers[j] - numbers[j].Value);
            }
        }

        return normal;
    }

    private static double[] Watched(FlowMode mode, int switches, int ofFirst)
    {
        double[] references = new double[switches];
        for (int i = 0; i < switches; i++)
        {
            (double[] pieces, int place) = i < ofFirst ? (mode.Pieces, i) : (mode.Sliding!.OtherPieces, i - ofFirst);
            bool isOfSurface = mode.Sliding is { } sliding && i < sliding.IsOfSurface.Length && sliding.IsOfSurface[i];
            references[i] = place < pieces.Length && !isOfSurface ? pieces[place] : double.NaN;
        }

        return references;
    }

    // The share of the second field in the combination that stays on the surface.
    private static Active Share(Active[] normal, Active[] first, Active[] second)
    {
        Active one = normal[^1], other = normal[^1];
        for (int i = 0; i < first.Length; i++)
        {
            one += normal[i] * first[i];
            other += normal[i] * second[i];
        }

        return one / (one - other);
    }
}
