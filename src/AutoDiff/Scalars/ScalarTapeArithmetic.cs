using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Scalars;

/// <content>
/// Sums, differences, products and quotients by constants, inlined into the caller. They have no kinks, and their value and slopes are an instruction each, so
/// that what surrounds these decides the speed. A tape that does not examine its operations needs no node where the derivative is already there: a number with
/// a constant added is the same node with another value.
/// </content>
public sealed unsafe partial class ScalarTape
{
    // Set in the difference between a handle and a record's start if the record has no such number. Those of constants have it set too.
    private const ulong NoPlace = ~0UL << ScalarTapeSlots.PlaceBits;

    /// <summary>x + y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Add(Active x, Active y)
    {
        double value = x.Number + y.Number;
        ScalarRecord* record = ScalarTapeSlots.Guess;
        nuint node = record->End;
        ulong first = record->PlaceOf(x.Handle), second = record->PlaceOf(y.Handle);
        return ((first | second) & NoPlace) == 0 && (int)node < record->FreeNodes
            ? record->Append(node, value, 1, (int)first, 1, (int)second)
            : (x.Handle == 0 || y.Handle == 0) && IsKnown(record, x.Handle | y.Handle) ? new Active(value, x.Handle | y.Handle)
            : RecordRare(default(Add), x, y);
    }

    /// <summary>x − y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Subtract(Active x, Active y)
    {
        double value = x.Number - y.Number;
        ScalarRecord* record = ScalarTapeSlots.Guess;
        nuint node = record->End;
        ulong first = record->PlaceOf(x.Handle), second = record->PlaceOf(y.Handle);
        return ((first | second) & NoPlace) == 0 && (int)node < record->FreeNodes
            ? record->Append(node, value, 1, (int)first, -1, (int)second)
            : y.Handle == 0 && IsKnown(record, x.Handle) ? new Active(value, x.Handle)
            : x.Handle == 0 && Alone(record, y.Handle, value, -1) is { Handle: not 0 } negative ? negative
            : RecordRare(default(Subtract), x, y);
    }

    /// <summary>x·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Multiply(Active x, Active y)
    {
        double value = x.Number * y.Number;
        ScalarRecord* record = ScalarTapeSlots.Guess;
        nuint node = record->End;
        ulong first = record->PlaceOf(x.Handle), second = record->PlaceOf(y.Handle);
        if (((first | second) & NoPlace) == 0 && (int)node < record->FreeNodes)
            return record->Append(node, value, y.Number, (int)first, x.Number, (int)second);
        if (x.Handle == 0 || y.Handle == 0)
        {
            ulong handle = x.Handle | y.Handle;
            double factor = x.Handle == 0 ? x.Number : y.Number;
            if (handle == 0 || (factor == 0 && value == 0 && record->LeavesOutZeros && IsKnown(record, handle)))
                return new Active(value);
            if (Alone(record, handle, value, factor) is { Handle: not 0 } product)
                return product;
        }

        return RecordRare(default(Multiply), x, y);
    }

    /// <summary>left·right + addend, with a given value: one node if one factor is a constant.</summary>
    internal static Active MultiplyAdd(Active left, Active right, Active addend, double value)
    {
        ScalarRecord* record = ScalarTapeSlots.Guess;
        nuint node = record->End;
        ulong first = record->PlaceOf(left.Handle | right.Handle), second = record->PlaceOf(addend.Handle);
        return (left.Handle == 0 || right.Handle == 0) && ((first | second) & NoPlace) == 0 && (int)node < record->FreeNodes
            ? record->Append(node, value, left.Handle == 0 ? left.Number : right.Number, (int)first, 1, (int)second)
            : RecordValued(default(Add), left * right, addend, value);
    }

    /// <summary>x/y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Divide(Active x, Active y) => y.Handle != 0 ? Record(default(Divide), x, y)
        : x.Handle == 0 ? new Active(x.Number / y.Number)
        : Alone(ScalarTapeSlots.Guess, x.Handle, x.Number / y.Number, 1 / y.Number) is { Handle: not 0 } quotient ? quotient
        : RecordRare(default(Divide), x, y);

    /// <summary>−x, as the operation of a rule whose value and slope that is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Negate<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule> => x.Handle == 0 ? new Active(-x.Number)
        : Alone(ScalarTapeSlots.Guess, x.Handle, -x.Number, -1) is { Handle: not 0 } negative ? negative
        : RecordRare(rule, x);

    // Whether a handle is that of a constant or of a number of the guessed record, which examines nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsKnown(ScalarRecord* record, ulong handle) =>
        handle == 0 || ((record->PlaceOf(handle) & NoPlace) == 0 && record->Count < record->FreeNodes);

    // Records an operation of one recorded number by the short path; a constant if that cannot be taken. The cotangent of a constant goes to the node itself,
    // which has already passed its own cotangent on. If all constants shared one node, each operation would depend on the previous one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Active Alone(ScalarRecord* record, ulong handle, double value, double slope)
    {
        nuint node = record->End;
        ulong place = record->PlaceOf(handle);
        return (place & NoPlace) == 0 && (int)node < record->FreeNodes
            ? record->Append(node, value, slope, (int)place, 0, (int)node)
            : default;
    }

    // Whether an operation of a recorded number and a constant has the same derivatives as the number.
    private static bool IsShift<TRule>(Active x, Active y) => (typeof(TRule) == typeof(Add) && (x.Handle == 0 || y.Handle == 0))
        || (typeof(TRule) == typeof(Subtract) && y.Handle == 0);

    // Whether the result of an operation of a recorded number and a constant does not depend on the number. Infinity times 0 is no constant.
    private static bool IsConstant<TRule>(ScalarRecord* record, Active x, Active y, double value) => typeof(TRule) == typeof(Multiply)
        && record->LeavesOutZeros && value == 0 && ((x.Handle == 0 && x.Number == 0) || (y.Handle == 0 && y.Number == 0));
}
