using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ConservativeAD;

/// <summary>
/// Where the records of living scalar tapes grow. An active number names its slot, so that an operation finds its tape without asking the thread.
/// </summary>
internal static unsafe class ScalarTapeSlots
{
    /// <summary>A handle's upper half is its tag: the generation, then whether the tape is careful, then the slot.</summary>
    public const int TagShift = 32;

    /// <summary>Set in the handles of careful tapes' numbers.</summary>
    public const ulong Careful = 1UL << (TagShift + SlotBits);

    private const int SlotBits = 12;
    private const int Slots = 1 << SlotBits;
    private const uint GenerationStep = 1u << (SlotBits + 1);

    /// <summary>The records, by slot. The first belongs to constants, whose handle is 0, and never has room.</summary>
    public static readonly ScalarRecord* Records = (ScalarRecord*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(ScalarRecord));

    private static readonly Lock Guard = new();
    private static readonly WeakReference<ScalarTape>?[] Tapes = new WeakReference<ScalarTape>?[Slots];
    private static readonly Stack<int> Free = new(Enumerable.Range(1, Slots - 1).Reverse());

    /// <summary>
    /// The record renewed last, by whatever thread. Operations try it first: a record found from a handle would make each operation wait for the one before, which made that handle.
    /// </summary>
    public static ScalarRecord* Guess = Records;

    /// <summary>The record of a number that is no constant.</summary>
    /// <exception cref="InvalidOperationException">The number is of a tape reset or disposed of since.</exception>
    public static ScalarRecord* Named(ulong handle)
    {
        ScalarRecord* record = Records + ((handle >> TagShift) & (Slots - 1));
        if (!record->Holds(handle))
            ThrowForeign();
        if (Guess->FreeNodes == 0)
            Guess = record;
        return record;
    }

    /// <summary>The record of two numbers, of which one at most is a constant.</summary>
    /// <exception cref="InvalidOperationException">They are of two tapes, or of one reset or disposed of since.</exception>
    public static ScalarRecord* Named(ulong first, ulong second)
    {
        ScalarRecord* record = Named(first != 0 ? first : second);
        if (second != 0 && !record->Holds(second))
            ThrowForeign();
        return record;
    }

    /// <summary>The tape of a living record.</summary>
    public static ScalarTape TapeOf(ScalarRecord* record)
    {
        if (Tapes[record - Records] is WeakReference<ScalarTape> reference && reference.TryGetTarget(out ScalarTape? tape))
            return tape;
        ThrowForeign();
        return null;
    }

    /// <summary>Takes a slot.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public static ScalarRecord* Rent(ScalarTape tape)
    {
        lock (Guard)
        {
            if (!Free.TryPop(out int slot))
                throw new InvalidOperationException($"{Slots - 1} scalar tapes are alive; dispose of those that are done with.");
            Tapes[slot] = new WeakReference<ScalarTape>(tape);
            Renew(Records + slot, false);
            return Records + slot;
        }
    }

    /// <summary>Gives a slot back; its numbers are refused from now on.</summary>
    public static void Return(ScalarRecord* record)
    {
        lock (Guard)
        {
            int slot = (int)(record - Records);
            Volatile.Write(ref record->FreeNodes, 0);
            Renew(record, false);
            record->Nodes = null;
            record->Count = 0;
            Tapes[slot] = null;
            Free.Push(slot);
        }
    }

    /// <summary>Begins a generation: numbers of the ones before are refused. A record's tag is 0 only before its first generation, so that a constant, whose handle is 0, never seems to be on it.</summary>
    public static void Renew(ScalarRecord* record, bool isCareful)
    {
        uint slot = (uint)(record - Records);
        do
            record->Generation += GenerationStep;
        while (record->Generation == 0);
        Volatile.Write(ref record->Tag, ((ulong)(record->Generation | slot) << TagShift) | (isCareful ? Careful : 0));
        Guess = record;
    }

    [DoesNotReturn]
    public static void ThrowForeign() => throw new InvalidOperationException(
        "An active number was used with one of another tape, or after its tape's reset or disposal; pass plain numbers (Active.Value) between tapes.");
}
