namespace ConservativeAD.Solutions;

/// <summary>A part of a solution between events, on one piece of the field.</summary>
/// <param name="FirstStep">The index of its first step.</param>
/// <param name="Mode">The piece.</param>
/// <param name="Start">The state at its start, after the event.</param>
/// <param name="Link">The derivative across the event before it; null for the identity.</param>
internal sealed record FlowSegment(int FirstStep, FlowMode Mode, double[] Start, FlowLink? Link);

/// <summary>
/// The steps of a solution. Of the states only every 2ᵏ-th is kept, so that their number stays bounded; those between are computed again.
/// </summary>
internal sealed class FlowTrack
{
    private readonly int most;
    private readonly List<double> times;
    private readonly List<FlowSegment> segments;
    private List<double[]> kept;
    private int stride = 1;

    public FlowTrack(double time, double[] state, FlowMode mode, int most)
    {
        this.most = most;
        (times, kept, segments) = ([time], [state], [new FlowSegment(0, mode, state, null)]);
        End = state;
    }

    public int Steps => times.Count - 1;

    public double[] End { get; private set; }

    public IReadOnlyList<FlowSegment> Segments => segments;

    public double TimeOf(int step) => times[step];

    public double SizeOf(int step) => times[step + 1] - times[step];

    /// <summary>Adds a step by the time and state after it.</summary>
    public void Add(double time, double[] state)
    {
        times.Add(time);
        End = state;
        if (Steps % stride != 0)
            return;
        kept.Add(state);
        if (kept.Count <= most)
            return;
        kept = [.. kept.Where((_, i) => i % 2 == 0)];
        stride *= 2;
    }

    /// <summary>Starts a new part.</summary>
    public void Begin(FlowMode mode, double[] state, FlowLink? link)
    {
        segments.Add(new FlowSegment(Steps, mode, state, link));
        End = state;
    }

    /// <summary>The end of a part: the index after that of its last step.</summary>
    public int EndOf(int segment) => segment + 1 < segments.Count ? segments[segment + 1].FirstStep : Steps;

    /// <summary>The step that contains a time, counted along the solution.</summary>
    public int StepAt(double time)
    {
        int direction = times[^1] >= times[0] ? 1 : -1, low = 0, high = Steps - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (direction * (time - times[middle]) >= 0)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>The part that a step belongs to.</summary>
    public int SegmentOf(int step)
    {
        int segment = segments.FindLastIndex(part => part.FirstStep <= step);
        return segment;
    }

    /// <summary>The nearest step at or before the given one, within a part, whose state is kept; and the state.</summary>
    public (int Step, double[] State) Before(int step, int segment)
    {
        int place = step / stride;
        FlowSegment part = segments[segment];
        return place * stride > part.FirstStep && place < kept.Count ? (place * stride, kept[place]) : (part.FirstStep, part.Start);
    }

    /// <summary>The state before a step.</summary>
    public double[] StateBefore(int step, int segment, FlowStepper stepper)
    {
        (int at, double[] state) = Before(step, segment);
        for (; at < step; at++)
            state = stepper.Take(segments[segment].Mode, TimeOf(at), SizeOf(at), state).End;
        return state;
    }
}
