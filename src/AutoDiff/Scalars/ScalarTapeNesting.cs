using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Scalars;

/// <content>Tapes within the program of another tape: their numbers carry numbers of the surrounding program instead of plain values.</content>
public sealed unsafe partial class ScalarTape
{
    private readonly NestedRecord? nested;

    /// <summary>0, or the place of a nested tape in the order of creation.</summary>
    internal long Level => nested?.Level ?? 0;

    internal static ScalarTape Nested(Selections? selections) => new(selections, 0, true, false, false, false, false, new NestedRecord());

    /// <summary>The derivative of a number of this nested tape along the direction of its variables; 0 for other numbers.</summary>
    internal Active NestedTangent(Active x) => IsOwn(x) ? nested!.TangentOf(x.Node) : default;

    /// <summary>The number that a number of this nested tape stands for in the surrounding program; other numbers are returned as they are.</summary>
    internal Active Surrounding(Active x) => !x.IsConstant && Holds(x) ? nested![x.Node] : x;

    /// <summary>The number that stands for a number on a tape that is not nested, or the constant.</summary>
    internal static Active Ground(Active x)
    {
        while (IsCareful(x) && Holding(x) is { nested: { } } tape)
            x = tape.Surrounding(x);
        return x;
    }

    /// <summary>The same, for a number that a program returned.</summary>
    internal Active TangentOfOutput(Active output)
    {
        if (!IsOwn(output))
            NeedSurrounding(output);
        return NestedTangent(output);
    }

    internal Active NestedVariable(Active value, Active tangent)
    {
        Active variable = AppendNested(value, tangent, default, default, default, default);
        variables.Add(variable.Node);
        return variable;
    }

    internal Active[] NestedGradient(Active output)
    {
        if (!IsOwn(output))
        {
            NeedSurrounding(output);
            return new Active[variables.Count];
        }

        Active[] cotangents = nested!.Sweep(output.Node);
        return [.. variables.Select(variable => variable <= output.Node ? cotangents[variable] : default)];
    }

    private Active RecordNested<TRule>(TRule rule, Active x, double value)
        where TRule : struct, IUnaryRule<TRule>
    {
        Active argument = Surrounding(x), result = RecordValued(rule, argument, value);
        TRule selected = TRule.Select(rule, Selections);
        ActiveLane on = new(argument), at = new(result), along = new(NestedTangent(x));
        Active tangent = along.IsZero ? default : ActiveLane.Carry(along.Number, TRule.DirectionalSlope(selected, on, at, along).Number);
        return AppendNested(result, tangent, selected.Slope(on, at).Number, x, default, default);
    }

    private Active RecordNested<TRule>(TRule rule, Active x, Active y, double value)
        where TRule : struct, IBinaryRule<TRule>
    {
        Active first = Surrounding(x), second = Surrounding(y), result = RecordValued(rule, first, second, value);
        TRule selected = TRule.Select(rule, Selections);
        ActiveLane left = new(first), right = new(second), dx = new(NestedTangent(x)), dy = new(NestedTangent(y));
        return AppendNested(
            result,
            dx.IsZero && dy.IsZero ? default : TRule.Tangent(selected, left, right, dx, dy).Number,
            IsOwn(x) ? selected.SlopeOfFirst(left, right).Number : default,
            x,
            IsOwn(y) ? selected.SlopeOfSecond(left, right).Number : default,
            y);
    }

    // At the origin the slopes jump as the numbers of the surrounding program move.
    private Active RecordNestedHypot(Active x, Active y)
    {
        Active first = Surrounding(x), second = Surrounding(y), result = RecordHypot(first, second);
        Active dx = NestedTangent(x), dy = NestedTangent(y);
        if (result.Value == 0)
        {
            double share = Selections.Norm2AtZero / Math.Sqrt(2);
            return AppendNested(result, RecordHypot(dx, dy), RecordJump(first, share), x, RecordJump(second, share), y);
        }

        Active along = first / result, across = second / result;
        return AppendNested(result, ActiveLane.Sum(ActiveLane.Carry(dx, along), ActiveLane.Carry(dy, across)), along, x, across, y);
    }

    private Active RecordNestedRemainder(Active x, Active y, double value, bool jumps, double quotient) =>
        AppendNested(
            RecordRemainder(Surrounding(x), Surrounding(y), value, jumps),
            ActiveLane.Sum(NestedTangent(x), ActiveLane.Carry(NestedTangent(y), -quotient)),
            Active.One,
            x,
            -quotient,
            y);

    // A number of the surrounding program does not depend on this tape's variables; one of a later tape may.
    private void NeedSurrounding(Active x)
    {
        if (!x.IsConstant && Holding(x).Level > Level)
            ScalarTapeSlots.ThrowForeign();
    }

    private bool IsOwn(Active x) => !x.IsConstant && Holds(x);

    // Numbers of other tapes are constants here.
    private Active AppendNested(Active value, Active tangent, Active firstSlope, Active first, Active secondSlope, Active second)
    {
        int node = record->Count;
        if (node == capacity)
            Grow(2 * capacity);
        operations[node] = 0;
        nested!.Add(value, tangent, firstSlope, IsOwn(first) ? first.Node : 0, secondSlope, IsOwn(second) ? second.Node : 0);
        return record->Append(node, value.Value, 0, 0, 0, 0);
    }
}
