using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <content>Tapes that trace a program for its compilation. They record what an ordinary tape would, operation by operation.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>What the tape notes of the program that runs on it; null on an ordinary tape.</summary>
    internal ProgramTrace? Trace { get; private init; }

    internal static ScalarTape ForTrace(ProgramTrace trace) => new(trace.Selections, 0, true, false, false, false, false) { Trace = trace };

    /// <summary>Notes that a program reads a number's value, from which it may compute what no trace sees.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void NoteRead(Active x)
    {
        ScalarTape? tape = ScalarTapeSlots.TapeIfAlive(x.Handle);
        tape?.Trace?.Refuse("it reads a number's value (Active.Value) or another property that has no formula");
    }

    /// <summary>|x|, which is x itself above 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active RecordAbs(Active x)
    {
        if (IsCareful(x) && Holding(x).Trace is { } trace && trace.NoteOrder(x, default) > 0)
            return x;
        return Record(default(Abs), x);
    }

    /// <summary>The larger number, which is one of the two if they differ.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active RecordMaximum(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) != 0 && Holding(x, y).Trace is { } trace && trace.NoteChoice(x, y) is { } order)
            return order > 0 ? x : y;
        return Record(default(Maximum), x, y);
    }

    /// <summary>The smaller number, which is one of the two if they differ.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active RecordMinimum(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) != 0 && Holding(x, y).Trace is { } trace && trace.NoteChoice(x, y) is { } order)
            return order < 0 ? x : y;
        return Record(default(Minimum), x, y);
    }

    /// <summary>The result of an operation whose value a function of plain numbers gives, told to a tape that traces.</summary>
    /// <param name="result">The result.</param>
    /// <param name="function">The function that gave its value.</param>
    /// <param name="first">Its first argument.</param>
    /// <param name="second">Its second.</param>
    /// <param name="third">Its third.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Explained(Active result, PlainFunction function, Active first, Active second = default, Active third = default)
    {
        if (IsCareful(result))
            Explain(result, function, first, second, third);
        return result;
    }

    /// <summary>A number of this value and with the derivative of another, told to a tape that traces.</summary>
    internal static Active Replaced(Active number, Active replacement, PlainFunction function, Active first, Active second, Active third)
    {
        ScalarTape tape = Holding(number);
        if (tape.Trace is not { } trace)
            return replacement;
        trace.ComesReplacement(trace.Code.AddPlain(function, trace.PlaceOf(first), trace.PlaceOf(second), trace.PlaceOf(third)), number);
        return tape.Append(replacement.Number, 0, 0, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Explain(Active result, PlainFunction function, Active first, Active second, Active third) =>
        Holding(result).Trace?.Explain(result, function, first, second, third);

    private Active RecordTraced<TRule>(TRule rule, Active x, double value, bool isOwn)
        where TRule : struct, IUnaryRule<TRule>
    {
        TracedLane argument = new(Trace!.PlaceOf(x)), result = isOwn ? rule.Value(argument) : new(Trace.AddUnexplained());
        Trace.Comes(result.Place, x, TRule.Select(rule, Selections).Slope(argument, result).Place, default, -1);
        return Append(isOwn ? Trace.ValueOf(result.Place, value) : value, 0, 0, 0, 0, 0);
    }

    private Active RecordTraced<TRule>(TRule rule, Active x, Active y, double value, bool isOwn)
        where TRule : struct, IBinaryRule<TRule>
    {
        TracedLane first = new(Trace!.PlaceOf(x)), second = new(Trace.PlaceOf(y));
        TRule selected = TRule.Select(rule, Selections);
        int result = isOwn ? rule.Value(first, second).Place : Trace.AddUnexplained();
        if (IsShift<TRule>(x, y))
        {
            Trace.ComesReplacement(result, x.Handle == 0 ? y : x);
            return Append(isOwn ? Trace.ValueOf(result, value) : value, 0, 0, 0, 0, 0);
        }

        Trace.Comes(
            result,
            x,
            selected.SlopeOfFirst(first, second).Place,
            y,
            selected.SlopeOfSecond(first, second).Place);
        return Append(isOwn ? Trace.ValueOf(result, value) : value, 0, 0, 0, 0, 0);
    }

    private Active RecordTracedHypot(Active x, Active y, double value)
    {
        InstructionList code = Trace!.Code;
        int first = Trace.PlaceOf(x), second = Trace.PlaceOf(y), zero = code.Constant(0), share = code.Constant(Selections.Norm2AtZero / Math.Sqrt(2));
        int length = code.AddPlain(PlainFunction.Hypot, first, second, -1);
        Trace.Comes(length, x, Slope(first), y, Slope(second));
        return Append(value, 0, 0, 0, 0, 0);

        int Slope(int of) => code.Add(Opcode.IfEqual, length, zero, share, code.Add(Opcode.Divide, of, length));
    }
}
