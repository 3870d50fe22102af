using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>
/// Integrates a flow. Each step runs on the smooth piece of the field that it starts on, extended across kinks and jumps. Where it leaves the piece, it is
/// shortened until it ends there, so that no step spans an event.
/// </summary>
internal sealed partial class FlowIntegration : IDisposable
{
    // Step size control: Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, 1993, section II.4.
    private const double Safety = 0.9;
    private const double LargestGrowth = 5;
    private const double LargestShrinkage = 0.2;
    private const double FirstShare = 0.01;
    private const double FewestUlps = 16;

    // An event is located to this many units in the last place of its time.
    private const double EventUlps = 2;
    private const int MaximumSearchSteps = 400;

    // With a smaller margin an event is a graze.
    private const double GrazingMargin = 1e-7;

    // Events closer to start or end than this share of the time between them are at it.
    private const double AtTheEnd = 1e-9;

    // A guard that comes as close to 0 as this share of its values at both ends of a step touches it.
    private const double TouchShare = 1e-6;

    // The part of a step that is not searched for a second crossing just behind an event.
    private const double DipMargin = 0.02;

    // Bounces that shrink towards a time this close, as a share of the whole, accumulate there.
    private const double AccumulationShare = 1e-6;
    private const int BouncesThatShrink = 4;

    private readonly Flow flow;
    private readonly double[] parameters;
    private readonly double from;
    private readonly double to;
    private readonly int along;
    private readonly IntegrationOptions options;
    private readonly FlowField field;
    private readonly FlowStepper stepper;
    private readonly FlowPieces pieces;
    private readonly List<FlowOccurrence> occurrences = [];
    private readonly List<string> reasons = [];
    private readonly List<double>[] resetTimes;
    private readonly int[] sides;

    // How far a guard may be on the wrong side because an event was located to rounding; 0 or below.
    private readonly double[] residuals;
    private readonly bool isWatched;
    private FlowMode mode = FlowMode.Free;
    private bool isObstructed;
    private bool isBehindEvent;
    private FlowTrack track;
    private FlowLook? here;
    private double time;
    private double[] state;

    public FlowIntegration(Flow flow, double[] start, double[] parameters, double from, double to, IntegrationOptions options)
    {
        (this.flow, this.parameters, this.from, this.to, this.options, time, state) = (flow, parameters, from, to, options, from, start);
        along = to < from ? -1 : 1;
        if (!double.IsFinite(Dense.Largest(start)) || !double.IsFinite(Dense.Largest(parameters)))
            throw FlowException.At(FlowFailure.NotFinite, "The start or a parameter is not finite.", from, start);
        field = new FlowField(flow, parameters, options.Selections, from, start);
        stepper = new FlowStepper(field, ButcherTableau.Of(options.Method));
        pieces = new FlowPieces(field, along);
        (sides, residuals) = (new int[flow.Events.Count], new double[flow.Events.Count]);
        resetTimes = [.. flow.Events.Select(_ => new List<double>())];
        isWatched = !field.IsSmooth || flow.Events.Count > 0;
        track = new FlowTrack(from, start, mode, options.KeptStates);
    }

    public void Dispose() => field.Dispose();

    public FlowSolution Run()
    {
        CheckFinite(field.Look(FlowMode.Free, time, state));
        if (!field.IsSmooth)
            mode = pieces.Enter(time, state, options.Direction);
        if (pieces.IsAtJump)
            reasons.Add("the solution starts where the field jumps");
        track = new FlowTrack(from, state, mode, options.KeptStates);
        here = field.Look(mode, time, state);
        Note(here);
        for (int i = 0; i < sides.Length; i++)
        {
            sides[i] = SideOf(here.Guards[i], here.GuardRates[i]);
            if (flow.Events[i].Reset is not null && Math.Abs(here.Guards[i]) <= Math.Abs(here.GuardRates[i] * AtTheEnd * (to - from)))
                reasons.Add($"the solution starts at the guard of {flow.Events[i].Name}");
        }

        if (options.StepSize is { } size)
            RunFixed(size);
        else
            RunAdaptive();
        CheckEnd();
        return new FlowSolution(flow, parameters, options, track, to, occurrences, Certificate());
    }

    private void RunFixed(double size)
    {
        double count = Math.Ceiling((Math.Abs(to - from) / size) - 1e-9);
        if (count > options.MaximumSteps)
            throw FlowException.At(FlowFailure.TooMany, $"{count} steps of {size} are more than {options.MaximumSteps}.", time, state);
        for (int k = 1; k <= count; k++)
        {
            double target = k == count ? to : from + (along * k * size);
            while (along * (target - time) > 0)
                Advance(target);
        }
    }

    private void RunAdaptive()
    {
        double size = FirstSize();
        while (time != to)
        {
            double rest = Math.Abs(to - time);
            size = Math.Min(size, options.MaximumStepSize);
            // The last two steps are about equal.
            bool isLast = size >= rest * (1 - 1e-12);
            double length = isLast ? rest : size > rest / 2 ? rest / 2 : size;
            if (length < FewestUlps * Ulp(time) && !isLast)
            {
                throw FlowException.At(FlowFailure.StepTooSmall,
                    $"The step size fell to {length}: the solution may blow up, or the field is not as smooth as the method needs.", time, state);
            }

            double target = isLast ? to : time + (along * length);
            FlowStep? step = Tried(target - time);
            double error = step is null ? double.PositiveInfinity : ErrorOf(step);
            if (!(error <= 1))
            {
                size = length * FactorOf(error);
                if (isLast && length < FewestUlps * Ulp(time))
                    throw FlowException.At(FlowFailure.StepTooSmall, $"The last step of {length} has no small error.", time, state);
                continue;
            }

            Advance(target, step);
            // A step that was cut at the end or at an event tells nothing against larger ones.
            size = Math.Max(length * FactorOf(error), isLast ? size : 0);
        }
    }

    // The error of a step has the power of its size that the method's estimate has.
    private double FactorOf(double error) => error == 0 ? LargestGrowth : !double.IsFinite(error) ? LargestShrinkage
        : Math.Clamp(Safety * Math.Pow(error, -1.0 / stepper.Tableau.ErrorOrder), LargestShrinkage, LargestGrowth);

    private double FirstSize()
    {
        double[] rates = field.Value(mode, time, state);
        double sizeOfState = 0, sizeOfRates = 0;
        for (int i = 0; i < state.Length; i++)
        {
            double scale = options.AbsoluteTolerance + (options.RelativeTolerance * Math.Abs(state[i]));
            sizeOfState = Math.Max(sizeOfState, Math.Abs(state[i]) / scale);
            sizeOfRates = Math.Max(sizeOfRates, Math.Abs(rates[i]) / scale);
        }

        double size = sizeOfState > 1e-5 && sizeOfRates > 1e-5 ? FirstShare * sizeOfState / sizeOfRates : 1e-4 * Math.Abs(to - from);
        return Math.Min(size, Math.Abs(to - from));
    }

    private FlowStep? Tried(double size)
    {
        try
        {
            FlowStep step = stepper.Take(mode, time, size, state);
            return double.IsFinite(Dense.Largest(step.End)) ? step : null;
        }
        catch (FlowException failed) when (failed.Failure == FlowFailure.NoConvergence)
        {
            return null;
        }
    }

    private double ErrorOf(FlowStep step)
    {
        double largest = 0;
        for (int i = 0; i < step.End.Length; i++)
        {
            double scale = options.AbsoluteTolerance + (options.RelativeTolerance * Math.Max(Math.Abs(step.Start[i]), Math.Abs(step.End[i])));
            largest = Math.Max(largest, Math.Abs(step.Error![i]) / scale);
        }

        return largest;
    }

    // Moves on to a time, or to an event before it.
    private void Advance(double target, FlowStep? taken = null)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        if (track.Steps >= options.MaximumSteps)
            throw FlowException.At(FlowFailure.TooMany, $"There are more than {options.MaximumSteps} steps.", time, state);
        double[] end = (taken ?? stepper.Take(mode, time, target - time, state)).End;
        bool isFinite = double.IsFinite(Dense.Largest(end));
        FlowLook? there = isWatched && isFinite ? field.Look(mode, target, end) : null;
        // Beyond a kink, the extension of a piece may leave the domain of the field: the event comes before.
        if (!field.IsSmooth && Math.Abs(target - time) > FewestUlps * Ulp(time) && !(isFinite && double.IsFinite(Dense.Largest(there!.Rates))))
        {
            Advance(time + ((target - time) / 2));
            return;
        }

        if (!isFinite)
            throw FlowException.At(FlowFailure.NotFinite, $"A step of {target - time} leads to a state that is not finite.", time, state);
        if (there is null)
        {
            Accept(target, end);
            return;
        }

        CheckFinite(there);
        if (!IsPast(there))
        {
            // The cubic through values and rates at both ends may cross in between, and back.
            double? dip = Dip(there);
            if (dip is { } inside)
            {
                Advance(inside);
                return;
            }
        }

        if (IsPast(there))
        {
            (target, there) = Locate(target, there);
            Accept(target, there.State);
            here = there;
            isBehindEvent = true;
            Cross(there);
        }
        else
        {
            Accept(target, end);
            here = there;
            isBehindEvent = false;
            Note(there);
            Follow(there);
        }
    }

    private void Accept(double target, double[] end)
    {
        track.Add(target, end);
        (time, state) = (target, end);
    }

    private FlowLook LookAt(double target, double[] end)
    {
        FlowLook look = field.Look(mode, target, end);
        CheckFinite(look);
        return look;
    }

    // The guards' sides at a new place, and the end of a rest on a kink.
    private void Follow(FlowLook look)
    {
        for (int i = 0; i < sides.Length; i++)
        {
            // A guard that is still behind by the rounding of its last event is on the side that it moves to.
            if (look.Guards[i] == 0 || (residuals[i] != 0 && look.Guards[i] * sides[i] >= residuals[i] && look.Guards[i] * sides[i] < 0))
                continue;
            (sides[i], residuals[i]) = (Math.Sign(look.Guards[i]), 0);
        }

        if (mode.Sliding is not null)
            return;

        for (int i = 0; i < look.Switches.Length; i++)
        {
            if (!double.IsNaN(look.References[i]) || look.Switches[i].IsAtKink)
                continue;
            Enter(pieces.Enter(time, state, null), state, null);
            if (pieces.IsAtJump)
                reasons.Add($"the solution leaves a kink where the field jumps, at t = {Text(time)}");
            return;
        }
    }

    private void Enter(FlowMode entered, double[] after, FlowLink? link)
    {
        mode = entered;
        state = after;
        track.Begin(mode, state, link);
        here = LookAt(time, state);
    }

    // Another surface at the same place, which the program meets on the new piece only.
    private void CheckNeighbours(double[] gradient)
    {
        for (int i = 0; i < here!.Switches.Length && mode.Sliding is null; i++)
        {
            double near = Math.Abs(here.SwitchRates[i]) * AtTheEnd * Math.Abs(to - from);
            if (!FlowPieces.IsNear(here.Switches[i], here.References[i], near) || !FlowPieces.MayJump(here.Switches[i].Operation)
                || FlowPieces.AreParallel(Again(here, () => field.GradientOf(here.Switches[i])), gradient) || !pieces.JumpsAt(here, mode.Pieces, i, near))
            {
                continue;
            }

            reasons.Add($"the field jumps at two surfaces that meet, at t = {Text(time)}");
        }
    }

    private bool IsPast(FlowLook look) => look.IsOff || Enumerable.Range(0, sides.Length).Any(i => HasFired(i, look.Guards[i]));

    private bool HasFired(int guard, double value) => sides[guard] != 0 && value * sides[guard] < residuals[guard] && flow.Events[guard].Crossing switch
    {
        GuardCrossing.Falling => sides[guard] > 0,
        GuardCrossing.Rising => sides[guard] < 0,
        _ => true,
    };

    private int SideOf(double value, double rate) => value != 0 ? Math.Sign(value) : along * Math.Sign(rate);

    private void Note(FlowLook look)
    {
        if (look.Obstacle is { } obstacle && !isObstructed)
            reasons.Add(obstacle);
        isObstructed |= look.Obstacle is not null;
        pieces.Rests.UnionWith(look.Kinks);
    }

    private static void CheckFinite(FlowLook look)
    {
        if (!double.IsFinite(Dense.Largest(look.Rates)))
            throw FlowException.At(FlowFailure.NotFinite, "The field is not finite.", look.Time, look.State);
    }

    private void CheckEnd()
    {
        double near = AtTheEnd * Math.Abs(to - from);
        FlowLook last = LookAt(time, state);
        Note(last);
        for (int i = 0; i < last.Switches.Length && mode.Sliding is null; i++)
        {
            if (FlowPieces.IsNear(last.Switches[i], last.References[i], Math.Abs(last.SwitchRates[i]) * near)
                && FlowPieces.MayJump(last.Switches[i].Operation) && pieces.JumpsAt(last, mode.Pieces, i, Math.Abs(last.SwitchRates[i]) * near))
                reasons.Add($"the solution ends where the field jumps, at {last.Switches[i].Operation.Name}");
        }

        for (int i = 0; i < sides.Length; i++)
        {
            if (flow.Events[i].Reset is not null && time != from && Math.Abs(last.Guards[i]) <= Math.Abs(last.GuardRates[i]) * near)
                reasons.Add($"the solution ends at the guard of {flow.Events[i].Name}");
        }

        foreach (FlowOccurrence met in occurrences)
        {
            if (met.IsJump && (Math.Abs(met.Time - from) <= near || Math.Abs(met.Time - to) <= near))
                reasons.Add($"{met.Name} jumps at the start or the end of the solution");
        }

        if (field.HasHiddenSwitches)
            reasons.Add("the field's program asks for equality, rounded numbers or digits, whose jumps are not watched");
    }

    private FlowCertificate Certificate()
    {
        double margin = occurrences.Count == 0 ? 1 : occurrences.Min(met => met.Margin);
        FlowClaim claim = reasons.Count > 0 ? FlowClaim.None : pieces.Rests.Count > 0 ? FlowClaim.ConservativeJacobian : FlowClaim.Derivative;
        return new FlowCertificate(claim, string.Join("; ", reasons.Distinct()), margin, occurrences.Count, occurrences.Count(met => met.IsJump))
        {
            Rests = [.. pieces.Rests],
        };
    }

    private static double Ulp(double number) => Math.BitIncrement(Math.Abs(number)) - Math.Abs(number);

    private static string Text(double number) => number.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
