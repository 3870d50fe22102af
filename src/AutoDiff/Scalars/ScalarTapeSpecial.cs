namespace ConservativeAD.Scalars;

/// <content>Operations on single numbers whose kinks do not come from a rule on lanes.</content>
public sealed unsafe partial class ScalarTape
{
    private static readonly OperationFacts HypotFacts = new("hypot", TameClass.SemiAlgebraic) { IsSmooth = false, Curvature = Curvature.Convex };
    private static readonly OperationFacts RoundingFacts = new("rounding", TameClass.NotTame)
    {
        IsSmooth = false,
        IsLocallyLipschitz = false,
        IsContinuous = false,
        OnBoundedSets = TameClass.SemiAlgebraic
    };
    private static readonly OperationFacts RemainderFacts = new("remainder", TameClass.NotTame)
    {
        IsSmooth = false,
        IsLocallyLipschitz = false,
        IsContinuous = false,
        OnBoundedSets = TameClass.NotTame
    };
    private static readonly ushort RemainderNumber = RuleNumbers.Register(RemainderFacts, 2);
    private static readonly ushort HypotNumber = RuleNumbers.Register(HypotFacts, 2);
    private static readonly ushort RoundingNumber = RuleNumbers.Register(RoundingFacts, 1);

    /// <summary>√(x² + y²). At the origin the Clarke set is the unit ball, and every direction has a different gradient.</summary>
    internal static Active RecordHypot(Active x, Active y)
    {
        double value = double.Hypot(x.Number, y.Number);
        if (x.IsConstant && y.IsConstant)
            return new Active(value);
        ScalarTape tape = Holding(x, y);
        if (tape.nested is not null)
            return tape.RecordNestedHypot(x, y);
        if (tape.series is not null)
            return tape.RecordSeriesHypot(x, y, value);
        if (tape.Trace is not null)
            return tape.RecordTracedHypot(x, y, value);
        (double First, double Second) slopes = value == 0 ? (0, 0) : (x.Number / value, y.Number / value);
        if (value == 0)
        {
            double share = tape.Selections.Norm2AtZero / Math.Sqrt(2);
            slopes = tape.columns > 0 ? tape.MovingFromOrigin(x, y) : (share, share);
            if (!tape.omitsKinks)
                tape.kinks.Add(new ScalarKink(tape.record->Count, HypotFacts, default, slopes != (0, 0), false)
                {
                    IsCurved = true,
                    Selected = selections => (selections.Norm2AtZero / Math.Sqrt(2), selections.Norm2AtZero / Math.Sqrt(2)),
                });
        }

        if (value != 0 && value < SmallestNormal.Of<double>())
            tape.AddObstacle((double)ObstacleKind.TooNearZero, null);
        tape.slopeTangents?.Add(value == 0 ? (0, 0) : tape.TurningOf(x, y, slopes, value));
        (double unitX, double unitY) = slopes;
        ScalarCurvature curvature = new() { OfFirst = unitY * unitY / value, Mixed = -unitX * unitY / value, OfSecond = unitX * unitX / value };
        Active result = tape.Append(value, unitX, x.Node, unitY, y.Node, HypotNumber, curvature);
        tape.keptValues?.Add(value);
        if (tape.columns > 0)
            tape.CarryTangents(result.Node, slopes.First, x.Node, slopes.Second, y.Node);
        return result;
    }

    /// <summary>A step function's value between its jumps. It is a constant, and tapes for analysis record its origin.</summary>
    internal static Active RecordStep(Active x, double value)
    {
        x = Ground(x);
        if (x.IsConstant || !IsCareful(x))
            return new Active(value);
        ScalarTape tape = Holding(x);
        if (tape.series is not null)
            return new Active(value);
        tape.HasHiddenSwitches = true;
        tape.slopeTangents?.Add((0, 0));
        Active result = tape.Append(value, 0, x.Node, 0, 0, RoundingNumber);
        tape.keptValues?.Add(value);
        if (tape.columns > 0)
            tape.TangentRow(result.Node).Clear();
        return result;
    }

    /// <summary>A step function's value at one of its jumps.</summary>
    internal static Active RecordJump(Active x, double value)
    {
        x = Ground(x);
        if (x.IsConstant)
            return new Active(value);
        ScalarTape tape = Holding(x);
        if (tape.series is not null)
            return new Active(value);
        tape.AddObstacle((double)ObstacleKind.Jump, x.Number);
        if (!tape.omitsKinks)
            tape.kinks.Add(new ScalarKink(tape.record->Count, RoundingFacts, new ScalarForm(x.Node, 1, 0, 0), true, false));
        tape.HasHiddenSwitches = true;
        tape.slopeTangents?.Add((0, 0));
        Active result = tape.Append(value, 0, x.Node, 0, 0, RoundingNumber);
        tape.keptValues?.Add(value);
        if (tape.columns > 0)
            tape.TangentRow(result.Node).Clear();
        return result;
    }

    /// <summary>x − n·y for an integer n that is constant nearby, or jumps here.</summary>
    /// <param name="x">The dividend.</param>
    /// <param name="y">The divisor.</param>
    /// <param name="value">The remainder.</param>
    /// <param name="jumps">Whether n has a jump at the point.</param>
    internal static Active RecordRemainder(Active x, Active y, double value, bool jumps)
    {
        if (x.IsConstant && y.IsConstant)
            return new Active(value);
        ScalarTape tape = Holding(x, y);

        // The difference between x and the remainder is n·y up to rounding. With an infinite divisor n is 0.
        double quotient = double.IsInfinity(y.Number) && double.IsFinite(x.Number) ? 0 : Math.Round((x.Number - value) / y.Number);
        if (tape.nested is not null)
            return tape.RecordNestedRemainder(x, y, value, jumps, quotient);
        if (tape.series is not null)
            return tape.RecordSeriesRemainder(x, y, value, quotient);
        tape.HasHiddenSwitches = true;
        if (jumps && !tape.omitsKinks)
            tape.kinks.Add(new ScalarKink(tape.record->Count, RemainderFacts, new ScalarForm(x.Node, 1, y.Node, -quotient), true, false));
        tape.slopeTangents?.Add((0, 0));
        Active result = tape.Append(value, 1, x.Node, -quotient, y.Node, RemainderNumber);
        tape.keptValues?.Add(value);
        if (tape.columns > 0)
            tape.CarryTangents(result.Node, 1, x.Node, -quotient, y.Node);
        return result;
    }

    // The derivative of the unit vector (x, y)/‖(x, y)‖.
    private (double First, double Second) TurningOf(Active x, Active y, (double First, double Second) unit, double length)
    {
        double dx = TangentRow(x.Node)[0], dy = TangentRow(y.Node)[0], outwards = (unit.First * dx) + (unit.Second * dy);
        return ((dx - (unit.First * outwards)) / length, (dy - (unit.Second * outwards)) / length);
    }

    // The first nonzero pair of tangents, normalised.
    private (double First, double Second) MovingFromOrigin(Active x, Active y)
    {
        ReadOnlySpan<double> dx = TangentOf(x), dy = TangentOf(y);
        for (int i = 0; i < columns; i++)
        {
            double length = double.Hypot(dx[i], dy[i]);
            if (length != 0)
                return (dx[i] / length, dy[i] / length);
        }

        return (0, 0);
    }
}
