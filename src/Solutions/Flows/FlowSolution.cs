using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>
/// A solution of x′ = f(t, x, p) between two times, with its derivatives in start, parameters and time. Forward and reverse derivatives go along the same
/// steps.
/// </summary>
public sealed class FlowSolution
{
    private readonly Flow flow;
    private readonly double[] parameters;
    private readonly IntegrationOptions options;
    private readonly FlowTrack track;
    private readonly double startTime;
    private readonly double endTime;

    internal FlowSolution(Flow flow, double[] parameters, IntegrationOptions options, FlowTrack track, double endTime, IReadOnlyList<FlowOccurrence> events,
        FlowCertificate certificate)
    {
        (this.flow, this.parameters, this.options, this.track, this.endTime, Events, Certificate) =
            (flow, parameters, options, track, endTime, events, certificate);
        startTime = track.TimeOf(0);
    }

    /// <summary>The state at the end.</summary>
    public IReadOnlyList<double> Value => track.End;

    /// <summary>The number of steps.</summary>
    public int Steps => track.Steps;

    /// <summary>The kinks and jumps that the solution met, in their order.</summary>
    public IReadOnlyList<FlowOccurrence> Events { get; }

    /// <summary>What the derivatives are known to be.</summary>
    public FlowCertificate Certificate { get; }

    /// <summary>The state at a time, from the method's dense output. At an event it is the state after it, at the end that at the end.</summary>
    /// <param name="time">The time, between start and end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not between start and end.</exception>
    public double[] At(double time) => Within(time).State;

    /// <summary>The derivative of the dense output in time.</summary>
    /// <param name="time">The time, between start and end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not between start and end.</exception>
    public double[] RateAt(double time) => Within(time).Rates;

    /// <summary>The change of the last state with start and parameters.</summary>
    /// <param name="start">The change of the start.</param>
    /// <param name="parameters">The change of the parameters.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than those of start or parameters.</exception>
    /// <exception cref="FlowException">The solution has no derivative: it grazed a surface where it jumps.</exception>
    public double[] Forward(ReadOnlySpan<double> start, ReadOnlySpan<double> parameters)
    {
        if (start.Length != flow.Dimension || parameters.Length != flow.Parameters)
        {
            throw new ArgumentException($"A direction of {start.Length} numbers of state and {parameters.Length} parameters was given; the flow has "
                + $"{flow.Dimension} and {flow.Parameters}.");
        }

        using FlowField field = Field();
        return Carried(field, [start.ToArray()], [parameters.ToArray()], endTime)[0];
    }

    /// <summary>
    /// The gradient of a weighted sum of the last state's numbers, by the adjoint of the steps. Its memory is bounded by the kept states
    /// (<see cref="IntegrationOptions.KeptStates"/>): the states between are computed again, each once.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <exception cref="ArgumentException">There are more or fewer weights than numbers of the state.</exception>
    /// <exception cref="FlowException">The solution has no derivative: it grazed a surface where it jumps.</exception>
    public FlowGradient Reverse(ReadOnlySpan<double> weights)
    {
        if (weights.Length != flow.Dimension)
            throw new ArgumentException($"{weights.Length} weights were given for a state of {flow.Dimension}.", nameof(weights));
        using FlowField field = Field();
        FlowStepper stepper = new(field, ButcherTableau.Of(options.Method));
        double[] cotangent = weights.ToArray(), ofParameters = new double[parameters.Length];
        double ofTime = Vectors.Dot(weights, LastRates(field));
        for (int i = track.Segments.Count - 1; i >= 0; i--)
        {
            FlowSegment part = track.Segments[i];
            int end = track.EndOf(i);
            while (end > part.FirstStep)
            {
                (int first, double[] state) = track.Before(end - 1, i);
                cotangent = PulledBack(stepper, part.Mode, first, end, state, cotangent, ofParameters);
                end = first;
            }

            if (part.Link is { } link)
                cotangent = Allowed(link, track.TimeOf(part.FirstStep), part.Start).Pull(cotangent, ofParameters);
        }

        return new FlowGradient(cotangent, ofParameters, ofTime);
    }

    /// <summary>The derivative of the last state in start, parameters and end time.</summary>
    /// <exception cref="FlowException">The solution has no derivative: it grazed a surface where it jumps.</exception>
    public FlowJacobian Jacobian() => JacobianAt(endTime);

    /// <summary>
    /// The derivative of the state at a time in start, parameters and this time. Within a step it is that of a shorter step to this time, whose state differs
    /// from the dense output by the error of a step. At the time of a jump it is the derivative on one side. The certificate is about the end.
    /// </summary>
    /// <param name="time">The time, between start and end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not between start and end.</exception>
    /// <exception cref="FlowException">The solution has no derivative: it grazed a surface where it jumps.</exception>
    public FlowJacobian JacobianAt(double time)
    {
        CheckTime(time);
        int n = flow.Dimension, m = flow.Parameters;
        double[][] starts = new double[n + m][], given = new double[n + m][];
        for (int i = 0; i < n + m; i++)
        {
            (starts[i], given[i]) = (new double[n], new double[m]);
            (i < n ? starts[i] : given[i])[i < n ? i : i - n] = 1;
        }

        using FlowField field = Field();
        double[][] columns = Carried(field, starts, given, time);
        double[,] inStart = new double[n, n], inParameters = new double[n, m];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++)
                inStart[row, column] = columns[column][row];
            for (int column = 0; column < m; column++)
                inParameters[row, column] = columns[n + column][row];
        }

        return new FlowJacobian(inStart, inParameters, time == endTime ? LastRates(field) : RateAt(time));
    }

    // Pulls back over some steps. If they are many, some states are kept and the stretches between them are treated in the same way.
    private double[] PulledBack(FlowStepper stepper, FlowMode mode, int first, int end, double[] state, double[] cotangent, double[] ofParameters)
    {
        int stride = (end - first + options.KeptStates - 1) / options.KeptStates, last = first + ((end - 1 - first) / stride * stride);
        List<double[]> states = [state];
        for (int step = first; step < last; step++)
        {
            state = stepper.Take(mode, track.TimeOf(step), track.SizeOf(step), state).End;
            if ((step + 1 - first) % stride == 0)
                states.Add(state);
        }

        for (int i = states.Count - 1; i >= 0; i--)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            int from = first + (i * stride), to = Math.Min(end, from + stride);
            cotangent = stride == 1 ? stepper.Differentiate(mode, track.TimeOf(from), track.SizeOf(from), states[i]).Pull(cotangent, ofParameters)
                : PulledBack(stepper, mode, from, to, states[i], cotangent, ofParameters);
        }

        return cotangent;
    }

    private static FlowLink Allowed(FlowLink link, double time, double[] state) => link.Refusal is null ? link
        : throw FlowException.At(FlowFailure.NoDerivative, $"The solution has no derivative: {link.Refusal}.", time, state);

    private FlowField Field() => new(flow, parameters, options.Selections, startTime, [.. track.Segments[0].Start]);

    private double[] LastRates(FlowField field) => field.Value(track.Segments[^1].Mode, endTime, track.End);

    private void CheckTime(double time)
    {
        if (!(time >= Math.Min(startTime, endTime) && time <= Math.Max(startTime, endTime)))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The time {time} is not between {startTime} and {endTime}.");
    }

    private (double[] State, double[] Rates) Within(double time)
    {
        CheckTime(time);
        using FlowField field = Field();
        if (time == endTime || Steps == 0)
            return ([.. track.End], LastRates(field));
        int step = track.StepAt(time), segment = track.SegmentOf(step);
        FlowStepper stepper = new(field, ButcherTableau.Of(options.Method));
        double start = track.TimeOf(step), size = track.SizeOf(step);
        double[] before = track.StateBefore(step, segment, stepper);
        FlowMode mode = track.Segments[segment].Mode;
        return stepper.Within(mode, start, size, stepper.Take(mode, start, size, before), (time - start) / size);
    }

    // Carries changes of start and parameters along the steps up to a time.
    private double[][] Carried(FlowField field, double[][] changes, double[][] given, double time)
    {
        FlowStepper stepper = new(field, ButcherTableau.Of(options.Method));
        double[][] moved = [.. changes];
        bool isWhole = time == endTime;
        int last = isWhole || Steps == 0 ? Steps : track.StepAt(time);
        for (int i = 0; i < track.Segments.Count && track.Segments[i].FirstStep <= last; i++)
        {
            FlowSegment part = track.Segments[i];
            if (part.Link is { } link)
            {
                Allowed(link, track.TimeOf(part.FirstStep), part.Start);
                for (int k = 0; k < moved.Length; k++)
                    moved[k] = link.Push(moved[k], given[k]);
            }

            double[] state = part.Start;
            int end = Math.Min(track.EndOf(i), last);
            for (int step = part.FirstStep; step < end; step++)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                Push(stepper, part.Mode, track.TimeOf(step), track.SizeOf(step), state, moved, given);
                if (step + 1 < end || !isWhole)
                    state = stepper.Take(part.Mode, track.TimeOf(step), track.SizeOf(step), state).End;
            }

            if (!isWhole && end == last && track.EndOf(i) > last && time != track.TimeOf(last))
                Push(stepper, part.Mode, track.TimeOf(last), time - track.TimeOf(last), state, moved, given);
        }

        return moved;
    }

    private static void Push(FlowStepper stepper, FlowMode mode, double time, double size, double[] state, double[][] moved, double[][] given)
    {
        IFlowStepDerivative derivative = stepper.Differentiate(mode, time, size, state);
        for (int k = 0; k < moved.Length; k++)
            moved[k] = derivative.Push(moved[k], given[k]);
    }
}
