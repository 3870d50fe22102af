using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <summary>
/// The address space of all living scalar tapes. A number's handle is a unique address: the upper half is a window of 2³² indices, the lower half the index in
/// it. A record advances through its window from one generation to the next and takes a new window when half of it is used. Therefore no handle is ever reused,
/// regardless of the number of tapes and resets, and a stale handle is never mistaken for a valid one.
/// </summary>
internal static unsafe class ScalarTapeSlots
{
    /// <summary>A difference from a record's start with this bit or a higher one set does not refer to a node of the record.</summary>
    public const int PlaceBits = 31;

    /// <summary>Set in the handles of careful tapes' numbers.</summary>
    public const ulong Careful = 1UL << 63;

    private const int WindowShift = 32;
    private const int FirstWindows = 64;

    private static readonly ScalarRecord* None = (ScalarRecord*)NativeMemory.AllocZeroed((nuint)sizeof(ScalarRecord));
    private static readonly Lock Guard = new();

    // Indexed by the thread that owned the records, because only that thread may have cached one as its last.
    private static readonly Dictionary<int, Stack<nint>> Free = [];

    // Read without the lock. A table that was replaced by a larger one stays allocated for concurrent readers. Constants, whose handle is 0, have a window
    // without a record.
    private static nint* windows = (nint*)NativeMemory.AllocZeroed(FirstWindows, (nuint)sizeof(nint));
    private static int windowCapacity = FirstWindows;
    private static int windowCount = 1;

    /// <summary>
    /// The record that any thread used last. Operations try it first: looking a record up from a handle would make each operation depend on the previous one,
    /// which created that handle. The owning thread is checked outside this path, every few dozen operations; checking it each time would double the cost.
    /// It is never null: <see cref="None"/> has no numbers and no room. It is volatile, and each operation reads it once: the compiler may otherwise take two
    /// reads of it for one, keep the start of the first record and append to the second, which another thread has put there meanwhile.
    /// </summary>
    public static volatile ScalarRecord* Guess = None;

    /// <summary>The record of a tape with second derivatives that any thread used last. It is volatile for the same reason.</summary>
    public static volatile ScalarRecord* Twice;

    /// <summary>The record of a number that is not a constant.</summary>
    /// <exception cref="InvalidOperationException">The number belongs to another thread's tape, or its tape was reset or disposed.</exception>
    public static ScalarRecord* Named(ulong handle)
    {
        ScalarRecord* record = Find(handle);
        if (record == null || !record->Holds(handle))
            ThrowForeign();
        if (record->Owner != Environment.CurrentManagedThreadId)
            ThrowOfOtherThread(record->Owner);

        if (record->FreeNodes == 0)
            return record;

        // A tape that does not examine its operations. The thread is the right one, so that it may record some more of them.
        if (Guess->FreeNodes == 0)
            Guess = record;
        if (record->Count >= record->FreeNodes)
            record->FreeNodes = Math.Min(record->Capacity, record->Count + ScalarTape.OperationsBetweenChecks);
        return record;
    }

    /// <summary>The record of two numbers, at most one of which is a constant; that of the later tape if one of the two tapes is nested.</summary>
    /// <exception cref="InvalidOperationException">The numbers belong to two tapes or to another thread's tape, or their tape was reset or
    /// disposed.</exception>
    public static ScalarRecord* Named(ulong first, ulong second)
    {
        ScalarRecord* record = Named(first != 0 ? first : second);
        return second == 0 || record->Holds(second) ? record : Later(record, Named(second));
    }

    /// <summary>The index of a number on its record; 0 for a constant, whose index is never read.</summary>
    public static int NodeOf(ulong handle)
    {
        if (handle == 0)
            return 0;
        ScalarRecord* record = Find(handle);
        return record == null ? 0 : (int)record->PlaceOf(handle);
    }

    /// <summary>The tape of a living record.</summary>
    public static ScalarTape TapeOf(ScalarRecord* record)
    {
        nint handle = record->Tape;
        if (handle != 0 && GCHandle.FromIntPtr(handle).Target is ScalarTape tape)
            return tape;
        ThrowForeign();
        return null;
    }

    /// <summary>The tape that a number is on; null if it is a constant, or the tape is gone or was reset.</summary>
    public static ScalarTape? TapeIfAlive(ulong handle)
    {
        ScalarRecord* record = Find(handle);
        return record != null && record->Holds(handle) && record->Tape != 0 ? GCHandle.FromIntPtr(record->Tape).Target as ScalarTape : null;
    }

    /// <summary>Returns a record for a tape, owned by the calling thread.</summary>
    public static ScalarRecord* Rent(ScalarTape tape)
    {
        lock (Guard)
        {
            ScalarRecord* record = Place(Environment.CurrentManagedThreadId);
            record->Tape = GCHandle.ToIntPtr(GCHandle.Alloc(tape, GCHandleType.Weak));
            if (record->Start == 0)
                record->Start = NewWindow(record);
            return record;
        }
    }

    /// <summary>
    /// Moves a tape's record to a slot that the calling thread owns. Operations of the previous thread throw from then on, until it takes the tape over again.
    /// </summary>
    public static ScalarRecord* TakeOver(ScalarRecord* record)
    {
        lock (Guard)
        {
            int owner = record->Owner, thread = Environment.CurrentManagedThreadId;
            ScalarRecord* moved = Place(thread);
            *moved = *record;
            moved->Owner = thread;
            windows[WindowOf(moved->Start)] = (nint)moved;
            *record = new ScalarRecord { Owner = owner };
            KeepForReuse(record);
            return moved;
        }
    }

    /// <summary>Invalidates the numbers of a record.</summary>
    public static void Retire(ScalarRecord* record)
    {
        Volatile.Write(ref record->FreeNodes, 0);
        Volatile.Write(ref record->FreeTwice, 0);
        record->Start += (ulong)record->Count;
        record->Count = 0;
    }

    /// <summary>Returns a retired record.</summary>
    public static void Return(ScalarRecord* record)
    {
        lock (Guard)
        {
            GCHandle.FromIntPtr(record->Tape).Free();
            record->Tape = 0;
            record->Nodes = null;
            KeepForReuse(record);
        }
    }

    /// <summary>Begins a new generation and invalidates the numbers of earlier ones.</summary>
    public static void Renew(ScalarRecord* record, bool isCareful)
    {
        ulong start = (record->Start & ~Careful) + (ulong)record->Count;
        if ((uint)start > 1u << PlaceBits)
        {
            lock (Guard)
                start = NewWindow(record);
        }

        record->Start = start | (isCareful ? Careful : 0);

        // On tapes that examine their operations the fast path would only compute what the other computes again.
        Guess = isCareful || record->Curvatures != null ? None : record;
    }

    [DoesNotReturn]
    public static void ThrowForeign() => throw new InvalidOperationException(
        "An active number was used with one of another tape, or after the reset, the disposal or the loss of its tape, which lives as long as the program "
            + "holds it, or by two threads at once. "
        + "A derivative within a program that is differentiated itself is taken with NestedTape; on an ordinary tape it would be lost.");

    [DoesNotReturn]
    private static void ThrowOfOtherThread(int owner) => throw new InvalidOperationException(
        $"Thread {Environment.CurrentManagedThreadId} used a number that is recorded on a tape of thread {owner}. Give each thread a tape of its own; to "
            + $"hand one over, call {nameof(ScalarTape)}.{nameof(ScalarTape.TakeOver)} on the thread that continues.");

    // An operation on numbers of two tapes is recorded on the one that is nested in the other's program.
    private static ScalarRecord* Later(ScalarRecord* first, ScalarRecord* second)
    {
        long level = TapeOf(first).Level, other = TapeOf(second).Level;
        if (level == other)
            ThrowForeign();
        return level > other ? first : second;
    }

    private static ScalarRecord* Find(ulong handle)
    {
        int window = WindowOf(handle);
        return window < Volatile.Read(ref windowCount) ? (ScalarRecord*)windows[window] : null;
    }

    private static int WindowOf(ulong handle) => (int)((handle & ~Careful) >> WindowShift);

    // A record that the thread used before, or a new one. A record that other threads may have cached would accept their operations.
    private static ScalarRecord* Place(int thread)
    {
        if (Free.TryGetValue(thread, out Stack<nint>? own) && own.TryPop(out nint record))
            return (ScalarRecord*)record;
        ScalarRecord* made = (ScalarRecord*)NativeMemory.AllocZeroed((nuint)sizeof(ScalarRecord));
        made->Owner = thread;
        return made;
    }

    private static void KeepForReuse(ScalarRecord* record)
    {
        if (!Free.TryGetValue(record->Owner, out Stack<nint>? own))
            Free.Add(record->Owner, own = new Stack<nint>());
        own.Push((nint)record);
    }

    private static ulong NewWindow(ScalarRecord* record)
    {
        if (windowCount == windowCapacity)
        {
            nint* larger = (nint*)NativeMemory.AllocZeroed((nuint)(2L * windowCapacity), (nuint)sizeof(nint));
            new ReadOnlySpan<nint>(windows, windowCount).CopyTo(new Span<nint>(larger, windowCount));
            windows = larger;
            windowCapacity *= 2;
        }

        windows[windowCount] = (nint)record;
        ulong start = (ulong)windowCount << WindowShift;
        Volatile.Write(ref windowCount, windowCount + 1);
        return start;
    }
}
