namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Keeps the tapes of an objective's runs for later runs, because creating a tape costs more than recording a short program. It can be used by any thread.
/// </summary>
/// <typeparam name="TTape">The type of the tapes.</typeparam>
/// <typeparam name="TSettings">The settings that a tape is created with; a tape is reused only for equal settings.</typeparam>
/// <param name="make">Creates a tape.</param>
internal sealed class TapePool<TTape, TSettings>(Func<TSettings, TTape> make)
    where TTape : class, IDisposable
    where TSettings : IEquatable<TSettings>
{
    // A Clarke gradient has up to three runs at a time.
    private const int Kept = 4;

    private readonly Lock guard = new();
    private readonly List<(TSettings Settings, TTape Tape)> idle = [];

    /// <summary>Returns an unused tape.</summary>
    /// <param name="settings">The settings of the tape.</param>
    public TTape Take(TSettings settings)
    {
        lock (guard)
        {
            for (int i = idle.Count - 1; i >= 0; i--)
            {
                if (!idle[i].Settings.Equals(settings))
                    continue;
                TTape tape = idle[i].Tape;
                idle.RemoveAt(i);
                return tape;
            }
        }

        return make(settings);
    }

    /// <summary>Returns an empty tape to the pool.</summary>
    /// <param name="settings">The settings that it was created with.</param>
    /// <param name="tape">The tape.</param>
    public void Give(TSettings settings, TTape tape)
    {
        lock (guard)
        {
            idle.Add((settings, tape));
            if (idle.Count <= Kept)
                return;
            tape = idle[0].Tape;
            idle.RemoveAt(0);
        }

        tape.Dispose();
    }
}
