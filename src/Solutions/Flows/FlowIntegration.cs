using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <summary>
/// Integrates a flow. Each step runs on the smooth piece of the field that it starts on, extended across kinks and jumps. Where it leaves the piece, it is
/// shortened until it ends there, so that no step spans an event.
/// </summary>
internal sealed class FlowIntegration : IDisposable
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

    // The part of a step that is searched for a second crossing.
    private const double DipMargin = 0.02;

    // Bounces that shrink towards a time this close, as a share of the whole, accumulate there.
    private const double AccumulationShare = 1e-6;
    private const int BouncesThatShrink = 4;

    private readonly Flow flow;
    private readonly double[] parameters;
    private readonly double from;
    private readonly double to;
    private readonly int along;
    private readonly FlowOptions options;
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
    private FlowTrack track;
    private FlowLook? here;
    private double time;
    private double[] state;

    public FlowIntegration(Flow flow, double[] start, double[] parameters, double from, double to, FlowOptions options)
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
        isWatched = !field.IsSmooth || !field.IsLipschitz || flow.Events.Count > 0;
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
                throw FlowException.At(FlowFailure.StepTooSmall, $"The step size fell to {length}: the solution may blow up, or the field is not as smooth as the method needs.", time, state);
            double target = isLast ? to : time + (along * length);
            FlowStep? step = Tried(target - time);
            double error = step is null ? double.PositiveInfinity : ErrorOf(step);
            if (!(error <= 1))
            {
                size = length * (double.IsFinite(error) ? Math.Max(LargestShrinkage, Safety * Math.Pow(error, -1.0 / stepper.Tableau.ErrorOrder)) : LargestShrinkage);
                if (isLast && length < FewestUlps * Ulp(time))
                    throw FlowException.At(FlowFailure.StepTooSmall, $"The last step of {length} has no small error.", time, state);
                continue;
            }

            Advance(target, step);
            double factor = error == 0 ? LargestGrowth : Math.Clamp(Safety * Math.Pow(error, -1.0 / stepper.Tableau.ErrorOrder), LargestShrinkage, LargestGrowth);
            // A step that was cut at the end or at an event tells nothing against larger ones.
            size = Math.Max(length * factor, isLast ? size : 0);
        }
    }

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
        if (!double.IsFinite(Dense.Largest(end)))
            throw FlowException.At(FlowFailure.NotFinite, $"A step of {target - time} leads to a state that is not finite.", time, state);
        if (!isWatched)
        {
            Accept(target, end);
            return;
        }

        FlowLook there = LookAt(target, end);
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
            Cross(there);
        }
        else
        {
            Accept(target, end);
            here = there;
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

    private double? Dip(FlowLook there)
    {
        double? first = null;
        double size = there.Time - here!.Time;
        for (int i = 0; i < there.Switches.Length && i < here.Switches.Length; i++)
        {
            ScalarSwitch met = there.Switches[i];
            double reference = there.References[i];
            if (double.IsNaN(reference) || !double.Equals(reference, here.References[i]))
                continue;
            Consider(here.Switches[i].Value, here.SwitchRates[i], met.Value, there.SwitchRates[i], value => met.IsOff(reference, value),
                (at, near) => FlowPieces.MayJump(met.Operation) && pieces.JumpsAt(LookAt(at, stepper.Take(mode, time, at - time, state).End), mode.Pieces, i, near),
                met.Operation.Name, i < mode.Pieces.Length && mode.Sliding is null);
        }

        for (int i = 0; i < sides.Length; i++)
        {
            int side = sides[i];
            Consider(here.Guards[i], here.GuardRates[i], there.Guards[i], there.GuardRates[i], value => side * value < residuals[i],
                (_, _) => flow.Events[i].Reset is not null, flow.Events[i].Name, true);
        }

        return first;

        void Consider(double start, double startRate, double end, double endRate, Func<double, bool> isOff, Func<double, double, bool> jumps,
            string name, bool mayTouch)
        {
            foreach (double share in Extrema(start, startRate * size, end, endRate * size))
            {
                double value = Cubic(start, startRate * size, end, endRate * size, share), at = here.Time + (share * size);
                if (at == here.Time || at == there.Time)
                    continue;
                if (isOff(value))
                {
                    first = first is { } other && along * (other - at) < 0 ? other : at;
                    continue;
                }

                double near = TouchShare * (Math.Abs(start) + Math.Abs(end) + Math.Abs(startRate * size) + Math.Abs(endRate * size));
                if (mayTouch && (isOff(value - near) || isOff(value + near)) && jumps(at, near))
                {
                    occurrences.Add(new FlowOccurrence(at, FlowOccurrenceKind.Touch, name, 0, 0));
                    reasons.Add($"the solution touches the surface of {name} or grazes it near t = {Text(at)}");
                }
            }
        }
    }

    private static IEnumerable<double> Extrema(double start, double startSlope, double end, double endSlope)
    {
        // The derivative of the cubic is a·s² + b·s + c.
        double a = (3 * (startSlope + endSlope)) + (6 * (start - end)), b = (6 * (end - start)) - (4 * startSlope) - (2 * endSlope), c = startSlope;
        double discriminant = (b * b) - (4 * a * c);
        if (!(discriminant >= 0))
            return [];
        double q = -0.5 * (b + Math.CopySign(Math.Sqrt(discriminant), b));
        return new[] { q / a, c / q }.Where(share => share is > DipMargin and < 1 - DipMargin);
    }

    private static double Cubic(double start, double startSlope, double end, double endSlope, double s)
    {
        double rest = 1 - s;
        return (rest * rest * ((start * (1 + (2 * s))) + (startSlope * s))) + (s * s * ((end * (3 - (2 * s))) - (endSlope * rest)));
    }

    // Shortens a step until it ends at the first place behind an event.
    private (double Time, FlowLook Look) Locate(double target, FlowLook past)
    {
        double low = time, high = target;
        FlowLook before = here!;
        for (int iteration = 0; iteration < MaximumSearchSteps; iteration++)
        {
            double width = Math.Abs(high - low), resolution = EventUlps * Math.Max(Ulp(low), Ulp(high));
            if (width <= resolution)
                break;
            double middle = low + ((high - low) / 2);
            // Every third step halves; the others follow the secant, pushed a little towards the farther end.
            if (iteration % 3 != 2 && Secant(before, past) is { } share)
            {
                double guess = low + (share * (high - low)), push = resolution / 2;
                guess += Math.Abs(guess - low) < Math.Abs(high - guess) ? along * push : -along * push;
                if (along * (guess - low) > 0 && along * (high - guess) > 0)
                    middle = guess;
            }

            if (middle == low || middle == high)
                break;
            FlowLook look = LookAt(middle, stepper.Take(mode, time, middle - time, state).End);
            if (IsPast(look))
                (high, past) = (middle, look);
            else
                (low, before) = (middle, look);
        }

        return (high, past);
    }

    // Where the value that ended the piece meets its end on the line through its values at both sides.
    private double? Secant(FlowLook before, FlowLook past)
    {
        double one = double.NaN, other = double.NaN;
        for (int i = 0; i < past.Switches.Length && i < before.Switches.Length; i++)
        {
            if (!past.Switches[i].IsOff(past.References[i]))
                continue;
            double end = past.Switches[i].EndOf(past.References[i], past.Switches[i].Value);
            (one, other) = (before.Switches[i].Value - end, past.Switches[i].Value - end);
            break;
        }

        for (int i = 0; i < sides.Length && double.IsNaN(one); i++)
        {
            if (HasFired(i, past.Guards[i]))
                (one, other) = (before.Guards[i], past.Guards[i]);
        }

        if (double.IsNaN(one) && past.Share is < 0 or > 1)
        {
            double end = past.Share < 0 ? 0 : 1;
            (one, other) = (before.Share - end, past.Share - end);
        }

        return one * other < 0 ? one / (one - other) : null;
    }

    // Passes an event: the field is continued on the next piece, or the state is reset.
    private void Cross(FlowLook look)
    {
        if (occurrences.Count >= options.MaximumEvents)
            throw FlowException.At(FlowFailure.TooMany, $"There are more than {options.MaximumEvents} events.", time, state);
        List<int> left = look.Left();
        List<int> fired = [.. Enumerable.Range(0, sides.Length).Where(i => HasFired(i, look.Guards[i]))];
        bool leavesSurface = look.Share is < 0 or > 1;
        List<(string Name, double[] Gradient)> surfaces =
        [
            .. left.Select(i => (look.Switches[i].Operation.Name, Again(look, () => field.GradientOf(look.Switches[i])))),
            .. fired.Select(i => (flow.Events[i].Name, Again(look, () => field.GradientOfGuard(i)))),
        ];
        bool isSimultaneous = surfaces.Skip(1).Any(other => !FlowPieces.AreParallel(other.Gradient, surfaces[0].Gradient)) || (leavesSurface && surfaces.Count > 0);
        int reset = fired.FindIndex(i => flow.Events[i].Reset is not null);
        if (leavesSurface && surfaces.Count == 0)
        {
            occurrences.Add(new FlowOccurrence(time, FlowOccurrenceKind.SlidingEnds, look.Switches[mode.Sliding!.Place].Operation.Name, 1, 0));
            Enter(new FlowMode(look.Share < 0 ? mode.Pieces : mode.Sliding.OtherPieces), state, null);
            Follow(here!);
            return;
        }

        (string name, double[] gradient) = surfaces[0];
        double rate = gradient[^1] + Dot(gradient, look.Rates), margin = MarginOf(gradient, look.Rates);
        if (reset >= 0)
        {
            PassReset(fired[reset], look, gradient, rate, margin, isSimultaneous);
            return;
        }

        if (left.Count == 0)
        {
            occurrences.Add(new FlowOccurrence(time, FlowOccurrenceKind.Mark, name, margin, 0) { IsSimultaneous = isSimultaneous });
            Follow(look);
            return;
        }

        FlowMode entered = Passed(look, left[0], gradient, along * rate, leavesSurface, out FlowOccurrenceKind kind);
        double[] rates = field.Value(entered, time, state), difference = Vectors.Difference(rates, look.Rates);
        bool jumps = FlowPieces.Differ(rates, look.Rates);
        if (kind == FlowOccurrenceKind.Kink && jumps)
            kind = FlowOccurrenceKind.Jump;
        if (jumps && kind != FlowOccurrenceKind.SlidingBegins)
            margin = Math.Min(margin, MarginOf(gradient, rates));
        occurrences.Add(new FlowOccurrence(time, kind, name, margin, jumps ? Dense.Largest(difference) : 0) { IsSimultaneous = isSimultaneous });
        FlowLink? link = jumps ? Saltation(gradient, rate, difference, null, margin, name) : null;
        if (jumps && isSimultaneous)
            reasons.Add($"the field jumps at {name} while another surface is met, at t = {Text(time)}");
        Enter(entered, state, link);
        CheckNeighbours(gradient);
        Follow(here!);
    }

    private FlowMode Passed(FlowLook look, int place, double[] gradient, double rate, bool leavesSurface, out FlowOccurrenceKind kind)
    {
        kind = FlowOccurrenceKind.Kink;
        if (leavesSurface || mode.Sliding is not null)
            return PassedWhileSliding(look, place, gradient, rate);
        double[] beyond = pieces.Beyond(look, mode.Pieces, place, gradient, rate < 0 ? -1 : 1);
        FlowMode entered = new(beyond);
        double[] rates = field.Value(entered, time, state);
        double back = pieces.Rate(gradient, rates);
        if (!FlowPieces.Differ(rates, look.Rates) || back * rate > 0)
            return entered;
        if (back == 0 || rate == 0)
        {
            reasons.Add($"the solution grazes the surface of {look.Switches[place].Operation.Name} at t = {Text(time)}");
            return entered;
        }

        kind = FlowOccurrenceKind.SlidingBegins;
        return pieces.Slide(time, state, mode.Pieces, beyond, gradient);
    }

    // Another surface is met while the solution slides: both sides pass it.
    private FlowMode PassedWhileSliding(FlowLook look, int place, double[] gradient, double rate)
    {
        Sliding sliding = mode.Sliding!;
        double[] normal = field.Normal(mode, time, state);
        int side = rate < 0 ? -1 : 1;
        double[] one = Changed(mode.Pieces), other = Changed(sliding.OtherPieces);
        return pieces.Slide(time, state, one, other, normal);

        double[] Changed(double[] references)
        {
            FlowLook own = field.Look(new FlowMode(references), time, state);
            int changed = own.Left().FindIndex(i => FlowPieces.AreParallel(field.GradientOf(own.Switches[i]), gradient));
            changed = changed < 0 ? -1 : own.Left()[changed];
            return changed < 0 ? references : Kept(pieces.Beyond(own, references, changed, gradient, side), references, changed);
        }

        // The sides of the surface that the solution slides along stay.
        double[] Kept(double[] changed, double[] references, int at)
        {
            if (changed.Length == references.Length)
                references.AsSpan(at + 1).CopyTo(changed.AsSpan(at + 1));
            else
                reasons.Add($"the field's program takes another way at t = {Text(time)} while the solution slides");
            return changed;
        }
    }

    private void PassReset(int guard, FlowLook look, double[] gradient, double rate, double margin, bool isSimultaneous)
    {
        FlowEvent declared = flow.Events[guard];
        double[] after = field.Reset(declared, time, state, out double[,] derivatives), before = state;
        if (!double.IsFinite(Dense.Largest(after)))
            throw FlowException.At(FlowFailure.NotFinite, $"The reset of {declared.Name} is not finite.", time, state);
        if (isSimultaneous)
            reasons.Add($"the state is reset by {declared.Name} while another surface is met, at t = {Text(time)}");
        CheckAccumulation(guard);
        FlowMode entered = field.IsSmooth ? FlowMode.Free : pieces.Enter(time, after, null);
        if (pieces.IsAtJump)
            reasons.Add($"the reset of {declared.Name} leads to where the field jumps");
        double[] rates = field.Value(entered, time, after), passed = new double[after.Length];
        for (int i = 0; i < passed.Length; i++)
        {
            passed[i] = rates[i] - derivatives[i, field.Numbers];
            for (int k = 0; k < look.Rates.Length; k++)
                passed[i] -= derivatives[i, k] * look.Rates[k];
        }

        occurrences.Add(new FlowOccurrence(time, FlowOccurrenceKind.Reset, declared.Name, margin, Dense.Largest(Vectors.Difference(after, before)))
        {
            IsSimultaneous = isSimultaneous,
        });
        Enter(entered, after, Saltation(gradient, rate, passed, Dense.Columns(derivatives, 0, field.Numbers), margin, declared.Name));
        CheckNeighbours(new double[field.Numbers + 1]);
        LookAt(time, state);
        for (int i = 0; i < sides.Length; i++)
            (sides[i], residuals[i]) = (SideOf(here!.Guards[i], here.GuardRates[i]), 0);
        // Near 0 the guard's rate tells the side that the solution goes to.
        double[] leaving = field.GradientOfGuard(guard);
        double moved = pieces.Rate(leaving, here!.Rates), near = AtTheEnd * Math.Abs(look.GuardRates[guard] * (to - from));
        if (Math.Abs(here.Guards[guard]) > near)
            return;
        if (moved == 0 || MarginOf(leaving, here.Rates) < GrazingMargin)
        {
            throw FlowException.At(FlowFailure.NotDetermined,
                $"After the reset of {declared.Name} its guard is 0 and stays there to first order, so that the solution neither leaves nor crosses it.", time, after);
        }

        sides[guard] = Math.Sign(moved);
        residuals[guard] = Math.Min(0, sides[guard] * here.Guards[guard]);
    }

    private void CheckAccumulation(int guard)
    {
        List<double> times = resetTimes[guard];
        times.Add(time);
        if (times.Count < BouncesThatShrink + 2)
            return;
        double last = Math.Abs(times[^1] - times[^2]), factor = 0;
        for (int i = 0; i < BouncesThatShrink; i++)
            factor = Math.Max(factor, Math.Abs(times[^(i + 1)] - times[^(i + 2)]) / Math.Abs(times[^(i + 2)] - times[^(i + 3)]));
        double rest = factor < 1 ? last * factor / (1 - factor) : double.PositiveInfinity;
        if (rest <= AccumulationShare * Math.Abs(to - from) && along * (to - time) > rest)
        {
            throw FlowException.At(FlowFailure.Accumulation,
                $"The events of {flow.Events[guard].Name} accumulate at about t = {Text(time + (along * rest))}, after {times.Count} of them; give an end before it.",
                time, state);
        }
    }

    private FlowLink Saltation(double[] gradient, double rate, double[] difference, double[,]? map, double margin, string name)
    {
        // Surfaces that move with the solution at a fixed time are met at another time: δτ = −γ·(δx, δp)/rate.
        FlowLink link = new(gradient[..^1], Vectors.Scaled(difference, 1 / rate), map);
        if (margin >= GrazingMargin && double.IsFinite(Dense.Largest(link.Jump)))
            return link;
        string refusal = $"it grazes the surface of {name} at t = {Text(time)}, where it jumps";
        reasons.Add(refusal);
        return link with { Refusal = refusal };
    }

    // The sine of the angle between solution and surface, in time and state.
    private static double MarginOf(double[] gradient, double[] rates)
    {
        double[] normal = [.. gradient[..rates.Length], gradient[^1]], velocity = [.. rates, 1];
        double sizes = Vectors.Norm(normal) * Vectors.Norm(velocity);
        return sizes == 0 ? 0 : Math.Abs(Vectors.DotOfAnySize(normal, velocity)) / sizes;
    }

    private double[] Again(FlowLook look, Func<double[]> gradient)
    {
        field.Look(mode, look.Time, look.State);
        return gradient();
    }

    private static double Dot(double[] gradient, double[] rates)
    {
        double sum = 0;
        for (int i = 0; i < rates.Length; i++)
            sum += gradient[i] * rates[i];
        return sum;
    }

    private int SideOf(double value, double rate) => value != 0 ? Math.Sign(value) : along * Math.Sign(rate);

    private void Note(FlowLook look)
    {
        if (look.Obstacle is { } obstacle && !reasons.Contains(obstacle))
            reasons.Add(obstacle);
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
            reasons.Add("the field's program asks for rounded numbers or digits, whose jumps are not watched");
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
