namespace ConservativeAD.Scalars;

/// <content>Functions of the program's own, and values without derivatives.</content>
public sealed unsafe partial class ScalarTape
{
    // Differences in double agree with a slope to about this much.
    private const double DifferenceTolerance = 1e-4;
    private static readonly OperationFacts DetachFacts = new("detach", TameClass.Polynomial);
    private static readonly ushort DetachNumber = RuleNumbers.Register(DetachFacts, 1);

    /// <summary>The value of a number as a constant; tapes for analysis note that its derivative was dropped.</summary>
    internal static Active RecordDetached(Active x)
    {
        double value = x.Number;
        x = Ground(x);
        if (x.IsConstant)
            return new Active(value);
        ScalarTape tape = Holding(x);
        tape.record->IsInDoubt = true;
        if (!tape.isCareful)
            return new Active(value);
        if (tape.series is not null)
            return new Active(value);
        tape.AddObstacle((double)ObstacleKind.Detached, null);
        return tape.AppendAlone(value, 0, 0, x, DetachNumber);
    }

    /// <summary>A function that the program gave by value and slope.</summary>
    internal static Active RecordOwn(Active x, Func<double, double> value, Func<Active, Active, Active> slope, OperationFacts facts)
    {
        double found = value(x.Number);
        if (x.IsConstant)
            return new Active(found);
        ScalarTape tape = Holding(x);
        if (tape.nested is not null)
        {
            Active argument = tape.Surrounding(x), result = RecordOwn(argument, value, slope, facts), along = slope(argument, result);
            return tape.AppendNested(result, ActiveLane.Carry(tape.NestedTangent(x), along), along, x, default, default);
        }

        if (tape.series is not null)
            throw new NotSupportedException("A function given by value and slope has no Taylor series; give a rule (IUnaryRule) or a program.");
        double at = slope(x.Number, found).Value;
        tape.record->IsInDoubt = true;
        if (!tape.isCareful)
            return tape.Append(found, at, x.Node, 0, 0, 0);
        if (!OwnFunctions.IsDeclaredSmooth(facts) || !OwnFunctions.Agrees(value, x.Number, at, DifferenceTolerance))
            tape.AddObstacle((double)ObstacleKind.Undeclared, x.Number);
        double turning = tape.slopeTangents is null ? 0
            : NestedTape.DirectionalDerivative(u => slope(u[0], RecordOwn(u[0], value, slope, facts)), [x.Number], [tape.TangentRow(x.Node)[0]]).Value;
        return tape.AppendAlone(found, at, turning, x, RuleNumbers.Known(facts, 1));
    }

    /// <summary>The number itself, as the result of an operation that certificates refuse if it has an obstacle.</summary>
    internal static Active RecordMarked(Active x, OperationFacts facts, ObstacleKind obstacle)
    {
        if (x.IsConstant)
            return x;
        ScalarTape tape = Holding(x);
        if (tape.series is not null)
            throw new NotSupportedException($"{facts.Name} has no Taylor series.");
        if (tape.nested is not null)
            return tape.AppendNested(RecordMarked(tape.Surrounding(x), facts, obstacle), tape.NestedTangent(x), Active.One, x, default, default);
        if (!tape.isCareful)
            return x;
        if (obstacle != ObstacleKind.None)
        {
            tape.record->IsInDoubt = true;
            tape.AddObstacle((double)obstacle, null);
        }

        return tape.AppendAlone(x.Number, 1, 0, x, RuleNumbers.Known(facts, 1));
    }

    /// <summary>The selections of the tape of a number that is no constant.</summary>
    internal static Selections SelectionsOf(Active x) => Holding(x).Selections;

    /// <summary>Whether the tape below all others that a number is on notes kinks and obstacles.</summary>
    internal static bool IsExamined(Active x) => Ground(x) is { IsConstant: false } ground && Holding(ground).isCareful;

    /// <summary>How many tapes within each other a number is on; 0 for a constant.</summary>
    internal static int DepthOf(Active x)
    {
        int depth = 0;
        for (; !x.IsConstant; depth++)
        {
            ScalarTape tape = Holding(x);
            if (tape.nested is null)
                return depth + 1;
            x = tape.Surrounding(x);
        }

        return depth;
    }

    // Appends an operation of one argument on a tape for analysis.
    private Active AppendAlone(double value, double slope, double slopeTangent, Active x, ushort operation)
    {
        slopeTangents?.Add((slopeTangent, 0));
        Active result = Append(value, slope, x.Node, 0, 0, operation);
        keptValues?.Add(value);
        if (columns > 0)
            CarryTangents(result.Node, slope, x.Node, 0, 0);
        return result;
    }
}
