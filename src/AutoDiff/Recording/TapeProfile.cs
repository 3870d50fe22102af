using System.Diagnostics;
using System.Globalization;
using System.Text;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The time and memory of one kind of operation.</summary>
/// <param name="Operation">The operation's name.</param>
/// <param name="Runs">The number of times that it computed a value, when recorded and in replays.</param>
/// <param name="Forward">The time of these.</param>
/// <param name="Pullbacks">The number of times that it pulled a cotangent back.</param>
/// <param name="Backward">The time of these.</param>
/// <param name="ValueBytes">The memory rented for its values, and for what it saved for its pullback, when recorded.</param>
/// <param name="CotangentBytes">The memory rented for cotangents of its inputs.</param>
public sealed record OperationProfile(
    string Operation, long Runs, TimeSpan Forward, long Pullbacks, TimeSpan Backward, long ValueBytes, long CotangentBytes)
{
    /// <summary>The time forward and backward.</summary>
    public TimeSpan Total => Forward + Backward;
}

/// <summary>
/// Measures the operations of a tape, forward and in reverse passes, from when it is set (<see cref="Tape{T}.Profile"/>). On a GPU the tape waits for the
/// device around each operation, so that times are those of the operation itself. Fused chains of a replay are listed under the name of the chain.
/// </summary>
public sealed class TapeProfile
{
    private readonly Dictionary<string, OperationProfile> operations = new(StringComparer.Ordinal);

    /// <summary>The kinds of operations, the one that took longest first.</summary>
    public IReadOnlyList<OperationProfile> Operations => [.. operations.Values.OrderByDescending(operation => operation.Total)];

    /// <summary>The time of all operations.</summary>
    public TimeSpan Total => new(operations.Values.Sum(operation => operation.Total.Ticks));

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => operations.Clear();

    /// <summary>A table: one line per kind of operation, the one that took longest first, with times in milliseconds and memory in kB (1000 bytes).</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        int width = Math.Max(9, operations.Keys.Select(name => name.Length).DefaultIfEmpty().Max());
        text.Append("operation".PadRight(width)).Append("    runs  forward ms  pullbacks  backward ms  share  values kB  cotangents kB");
        foreach (OperationProfile row in Operations)
        {
            double share = Total == TimeSpan.Zero ? 0 : row.Total / Total;
            text.AppendLine().Append(row.Operation.PadRight(width)).Append(string.Create(CultureInfo.InvariantCulture,
                $"{row.Runs,8}{row.Forward.TotalMilliseconds,12:F3}{row.Pullbacks,11}{row.Backward.TotalMilliseconds,13:F3}{share,7:P0}")
                + string.Create(CultureInfo.InvariantCulture, $"{row.ValueBytes / 1000.0,11:F1}{row.CotangentBytes / 1000.0,15:F1}"));
        }

        return text.ToString();
    }

    /// <summary>The start of an operation.</summary>
    internal static long Begin(Device device)
    {
        device.Synchronize();
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Notes a computed value.</summary>
    internal void AddForward(OperationFacts facts, long began, Device device, long bytes)
    {
        device.Synchronize();
        TimeSpan time = Stopwatch.GetElapsedTime(began);
        OperationProfile before = Of(facts);
        operations[facts.Name] = before with { Runs = before.Runs + 1, Forward = before.Forward + time, ValueBytes = before.ValueBytes + bytes };
    }

    /// <summary>Notes a pullback.</summary>
    internal void AddBackward(OperationFacts facts, long began, Device device, long bytes)
    {
        device.Synchronize();
        TimeSpan time = Stopwatch.GetElapsedTime(began);
        OperationProfile before = Of(facts);
        operations[facts.Name] = before with
        {
            Pullbacks = before.Pullbacks + 1,
            Backward = before.Backward + time,
            CotangentBytes = before.CotangentBytes + bytes,
        };
    }

    private OperationProfile Of(OperationFacts facts) =>
        operations.TryGetValue(facts.Name, out OperationProfile? known) ? known : new(facts.Name, 0, TimeSpan.Zero, 0, TimeSpan.Zero, 0, 0);
}
