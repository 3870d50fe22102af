using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solutions;

/// <content>The search for events within a step.</content>
internal sealed partial class FlowIntegration
{
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
                (at, near) => FlowPieces.MayJump(met.Operation)
                    && pieces.JumpsAt(LookAt(at, stepper.Take(mode, time, at - time, state).End), mode.Pieces, i, near),
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
                // Just behind an event, the surface that was passed is near.
                if (share < DipMargin && isBehindEvent)
                    continue;
                double value = Cubic(start, startRate * size, end, endRate * size, share), at = share == 1 ? there.Time : here.Time + (share * size);
                if (at == here.Time)
                    continue;
                if (isOff(value) && at != there.Time)
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
        return new[] { q / a, c / q }.Where(share => share is > 0 and < 1 + AtTheEnd).Select(share => Math.Min(share, 1));
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

        for (int k = 0; k < past.Shares.Length && double.IsNaN(one); k++)
        {
            double end = past.Shares[k] < 0 ? 0 : 1;
            if (past.Shares[k] is < 0 or > 1)
                (one, other) = (before.Shares[k] - end, past.Shares[k] - end);
        }

        return one * other < 0 ? one / (one - other) : null;
    }
}
