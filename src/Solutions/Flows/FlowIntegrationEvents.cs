using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <content>What happens at an event: the next piece of the field, sliding, resets, and the derivative across it.</content>
internal sealed partial class FlowIntegration
{
    // Passes an event: the field is continued on the next piece, or the state is reset.
    private void Cross(FlowLook look)
    {
        if (occurrences.Count >= options.MaximumEvents)
            throw FlowException.At(FlowFailure.TooMany, $"There are more than {options.MaximumEvents} events.", time, state);
        List<int> left = look.Left();
        List<int> fired = [.. Enumerable.Range(0, sides.Length).Where(i => HasFired(i, look.Guards[i]))];
        bool leavesSurface = look.LeavesSurface;
        List<(string Name, double[] Gradient)> surfaces =
        [
            .. left.Select(i => (look.Switches[i].Operation.Name, Again(look, () => field.GradientOf(look.Switches[i])))),
            .. fired.Select(i => (flow.Events[i].Name, Again(look, () => field.GradientOfGuard(i)))),
        ];
        bool isSimultaneous = (leavesSurface && surfaces.Count > 0)
            || surfaces.Skip(1).Any(other => !FlowPieces.AreParallel(other.Gradient, surfaces[0].Gradient));
        int reset = fired.FindIndex(i => flow.Events[i].Reset is not null);
        if (leavesSurface && surfaces.Count == 0)
        {
            NoteReleased(mode, look);
            Enter(pieces.Released(mode, look), state, null);
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

        FlowMode entered = mode.Sliding is null ? Passed(look, left, gradient, along * rate, out FlowOccurrenceKind kind)
            : PassedWhileSliding(look, left[0], gradient, along * rate, out kind);
        double[] rates = field.Value(entered, time, state), difference = Vectors.Difference(rates, look.Rates);
        bool jumps = FlowPieces.Differ(rates, look.Rates);
        if (kind == FlowOccurrenceKind.Kink && jumps)
            kind = FlowOccurrenceKind.Jump;
        if (jumps && kind != FlowOccurrenceKind.SlidingBegins)
            margin = Math.Min(margin, MarginOf(gradient, rates));
        occurrences.Add(new FlowOccurrence(time, kind, name, margin, jumps ? Dense.Largest(difference) : 0) { IsSimultaneous = isSimultaneous });
        FlowLink? link = jumps ? Saltation(gradient, rate, difference, null, margin, name) : null;
        IEnumerable<OperationFacts> passed = left.Select(i => look.Switches[i].Operation);
        foreach (OperationFacts operation in passed.Where(met => met is { IsContinuous: true, IsLocallyLipschitz: false }))
            reasons.Add($"the field is not locally Lipschitz at {operation.Name}, at t = {Text(time)}");
        if (jumps && isSimultaneous)
            reasons.Add($"the field jumps at {name} while another surface is met, at t = {Text(time)}");
        Enter(entered, state, link);
        CheckNeighbours(gradient);
        Follow(here!);
    }

    private FlowMode Passed(FlowLook look, List<int> left, double[] gradient, double rate, out FlowOccurrenceKind kind)
    {
        kind = FlowOccurrenceKind.Kink;
        int place = left[0];
        double[] beyond = pieces.Beyond(look, mode.Pieces, place, gradient, rate < 0 ? -1 : 1);
        // Other surfaces that are met at the same time have their turn next.
        foreach (int other in left.Where(i => i < beyond.Length && beyond.Length == mode.Pieces.Length))
        {
            if (!FlowPieces.AreParallel(Again(look, () => field.GradientOf(look.Switches[other])), gradient))
                beyond[other] = mode.Pieces[other];
        }

        FlowMode entered = new(beyond);
        double[] rates = field.Value(entered, time, state);
        double back = pieces.Rate(gradient, rates);
        if (!FlowPieces.Differ(rates, look.Rates) || back * rate > 0)
            return entered;
        // On the border between passing and sliding, the derivative is of one side.
        if (MarginOf(gradient, rates) < GrazingMargin)
            reasons.Add($"the field beyond grazes the surface of {look.Switches[place].Operation.Name} at t = {Text(time)}");
        if (back == 0 || rate == 0)
            return entered;

        kind = FlowOccurrenceKind.SlidingBegins;
        return pieces.Slide(time, state, mode.Pieces, [beyond], [gradient]);
    }

    // Another surface is met while the solution slides: the fields on both sides of those before pass it, or it is one more to slide along.
    private FlowMode PassedWhileSliding(FlowLook look, int place, double[] gradient, double rate, out FlowOccurrenceKind kind)
    {
        kind = FlowOccurrenceKind.Kink;
        IReadOnlyList<SlidingSurface> surfaces = mode.Sliding!.Surfaces;
        double[][] normals = [.. surfaces.Select((_, k) => field.Normal(mode, k, time, state))],
            others = [.. surfaces.Select(surface => surface.OtherPieces)], changed = [.. others.Select(Changed)];
        double[] first = Changed(mode.Pieces);
        FlowMode entered = pieces.Slide(time, state, first, changed, normals);
        double[] rates = field.Value(entered, time, state);
        if (!FlowPieces.Differ(rates, look.Rates) || pieces.Rate(gradient, rates) * rate > 0)
        {
            if (entered.Sliding?.Surfaces.Count != surfaces.Count)
                NoteReleased(mode, look);
            return entered;
        }

        kind = FlowOccurrenceKind.SlidingBegins;
        if (!AreIndependent(first, others, changed))
        {
            throw FlowException.At(FlowFailure.NotDetermined,
                $"The solution would slide along {surfaces.Count + 1} surfaces whose jumps depend on one another, so that it is not determined.", time, state);
        }

        return pieces.Slide(time, state, mode.Pieces, [.. others, first], [.. normals, gradient]);

        double[] Changed(double[] references)
        {
            FlowLook own = field.Look(new FlowMode(references), time, state);
            List<int> left = own.Left();
            int at = left.FindIndex(i => FlowPieces.AreParallel(field.GradientOf(own.Switches[i]), gradient));
            return at < 0 ? references : Kept(pieces.Beyond(own, references, left[at], gradient, rate < 0 ? -1 : 1), references, left[at]);
        }

        // The sides of the surfaces that the solution slides along stay.
        double[] Kept(double[] beyond, double[] references, int at)
        {
            if (beyond.Length == references.Length)
                references.AsSpan(at + 1).CopyTo(beyond.AsSpan(at + 1));
            else
                reasons.Add($"the field's program takes another way at t = {Text(time)} while the solution slides");
            return beyond;
        }
    }

    // Whether the jump at a new surface is the same on both sides of the others.
    private bool AreIndependent(double[] changedFirst, double[][] others, double[][] changed)
    {
        double[] jump = Vectors.Difference(Value(changedFirst), Value(mode.Pieces));
        for (int k = 0; k < others.Length; k++)
        {
            double[] one = Value(changed[k]), other = Value(others[k]);
            double sizes = Dense.Largest(one) + Dense.Largest(other);
            if (others[k].Length != mode.Pieces.Length || changedFirst.Length != mode.Pieces.Length
                || !(Dense.Largest(Vectors.Difference(Vectors.Difference(one, other), jump)) <= AtTheEnd * sizes))
            {
                return false;
            }
        }

        return true;

        double[] Value(double[] references) => field.Value(new FlowMode(references), time, state);
    }

    private void NoteReleased(FlowMode sliding, FlowLook look)
    {
        int surface = Math.Max(0, Array.FindIndex(look.Shares, share => share is < 0 or > 1));
        string name = look.Switches[sliding.Sliding!.Surfaces[surface].Place].Operation.Name;
        occurrences.Add(new FlowOccurrence(time, FlowOccurrenceKind.SlidingEnds, name, 1, 0));
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
                $"After the reset of {declared.Name} its guard is 0 and stays there to first order, so that the solution neither leaves nor crosses it.", time,
                after);
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
                $"The events of {flow.Events[guard].Name} accumulate at about t = {Text(time + (along * rest))}, after {times.Count}; give an end before it.",
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
}
