using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace ConservativeAD;

/// <content>Guards the tape so that one thread uses it at a time.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The thread that is currently inside a call of the tape; 0 for none.
    private int user;

    /// <summary>Whether the tape was disposed.</summary>
    internal bool IsDisposed => disposed;

    /// <summary>
    /// Begins a call. A nested call from the same thread, made by a rule or a checkpointed segment, belongs to the outer call. Several threads may call one
    /// after another, so a tape can be handed over. Two at once are an error, and the atomic mark always detects it.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread is inside a call.</exception>
    private Use Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (user == thread)
            return default;
        int other = Interlocked.CompareExchange(ref user, thread, 0);
        if (other != 0)
            ThrowInUse(other);
        return new Use(this);
    }

    private void CheckNotDisposed()
    {
        if (disposed)
            throw new ObjectDisposedException(TypeName, "The tape was disposed; record the program on a new tape.");
    }

    private static string TypeName => $"Tape<{(typeof(T) == typeof(float) ? "float" : typeof(T) == typeof(double) ? "double" : typeof(T).Name)}>";

    [DoesNotReturn]
    private static void ThrowInUse(int other) => throw new InvalidOperationException(
        $"Two threads use one tape at a time: thread {Environment.CurrentManagedThreadId} called it while thread {other} was inside a call. Give each "
            + $"thread a tape of its own, or let one wait for the other.");

    private readonly ref struct Use(Tape<T>? tape)
    {
        public void Dispose()
        {
            if (tape is not null)
                Volatile.Write(ref tape.user, 0);
        }
    }
}
