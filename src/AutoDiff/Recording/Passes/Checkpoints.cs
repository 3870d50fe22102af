using System.Numerics;

namespace ConservativeAD;

/// <summary>The tapes of checkpointed segments. They are reused by the next recording.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class Checkpoints<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Stack<Tape<T>> spare = [];
    private readonly List<Tape<T>> used = [];

    /// <summary>Returns an empty tape for a segment.</summary>
    /// <param name="outer">The tape of the whole program.</param>
    public Tape<T> Next(Tape<T> outer)
    {
        Tape<T> inner = spare.Count > 0 ? spare.Pop() : new Tape<T>(outer.Device, outer.Selections);
        inner.DetectAnomalies = outer.DetectAnomalies;
        used.Add(inner);
        return inner;
    }

    /// <summary>Empties the tapes.</summary>
    public void Reset()
    {
        foreach (Tape<T> inner in used)
        {
            inner.Reset();
            spare.Push(inner);
        }

        used.Clear();
    }

    public void Dispose()
    {
        Reset();
        foreach (Tape<T> inner in spare)
            inner.Dispose();
    }
}
