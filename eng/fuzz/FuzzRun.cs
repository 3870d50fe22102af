using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ConservativeAD.Fuzz;

/// <summary>The result of a run over one format.</summary>
internal sealed record FuzzReport(string Format, long Inputs, long Accepted, long Refused, IReadOnlyDictionary<string, long> Exceptions, double Seconds,
    double SlowestMilliseconds, long MaximumBytes, long PeakBytes, IReadOnlyList<string> Faults)
{
    /// <summary>The result in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format}: {Inputs} inputs in {Seconds:0} s, {Accepted} read, {Refused} refused "
            + $"({string.Join(", ", Exceptions.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"))}), {Faults.Count} faults; slowest "
            + $"{SlowestMilliseconds:0} ms of processor time, most memory for one input {MaximumBytes / 1024} KiB, peak of the process {PeakBytes >> 20} MiB");
}

/// <summary>
/// Feeds a format with mutated inputs. A fault is an undocumented exception, a message that is too long or does not name the input, more memory than the
/// content justifies, or an input that takes too long. Inputs that are rejected in a new way are mutated further.
/// </summary>
internal sealed class FuzzRun
{
    private const int LongestMessage = 2000;
    private const int MaximumKept = 4000;
    private const int Stride = 50_000;
    private const int MaximumFaults = 20;
    private const int MaximumReadAgain = 4;
    private const double SlowInMilliseconds = 5000;
    private const double HangInSeconds = 300;

    private readonly FuzzTarget target;
    private readonly Random random;
    private readonly Mutator mutator;
    private readonly List<byte[]> corpus;
    private readonly HashSet<string> ways = [];
    private readonly Dictionary<string, long> exceptions = [];
    private readonly List<string> faults = [];
    private long started;
    private byte[] current = [];

    public FuzzRun(FuzzTarget target, int seed)
    {
        this.target = target;
        random = new Random(seed);
        mutator = new Mutator(random, target.Words);
        corpus = [.. target.Seeds];
    }

    /// <summary>The folder for inputs that show faults; null to keep none.</summary>
    public string? Folder { get; init; }

    /// <summary>Receives occasional progress messages; may be null.</summary>
    public Action<FuzzReport>? Progress { get; init; }

    /// <summary>Runs.</summary>
    /// <param name="inputs">The number of inputs.</param>
    public FuzzReport Run(long inputs)
    {
        long start = Stopwatch.GetTimestamp(), accepted = 0, done = 0, most = 0;
        double slowest = 0;
        // A hang cannot be interrupted, so it is reported with its input, and the process ends.
        using Timer watch = new(_ => EndIfHung(), null, 1000, 1000);
        foreach (byte[] seed in target.Seeds)
        {
            if (!Feed(seed, ref slowest, ref most))
                faults.Add($"A seed of {seed.Length} bytes is refused: {ways.Last()}");
        }

        for (; done < inputs && faults.Count < MaximumFaults; done++)
        {
            byte[] input = mutator.Mutate(Chosen(), Chosen());
            if (random.Next(2) == 0)
                input = target.Mend(input, random);
            if (Feed(input, ref slowest, ref most))
                accepted++;
            if ((done + 1) % Stride == 0)
                Progress?.Invoke(Report(done + 1));
        }

        return Report(done);

        FuzzReport Report(long count)
        {
            using Process process = Process.GetCurrentProcess();
            return new FuzzReport(target.Name, count, accepted, count - accepted, exceptions, Stopwatch.GetElapsedTime(start).TotalSeconds, slowest, most,
                process.PeakWorkingSet64, faults);
        }
    }

    private byte[] Chosen() => corpus[random.Next(random.Next(3) == 0 ? target.Seeds.Count : corpus.Count)];

    private bool Feed(byte[] input, ref double slowest, ref long most)
    {
        current = input;
        (Exception? problem, long content, double milliseconds, long taken) = Read(input);
        long allowed = target.FixedMemory + (target.MemoryFactor * (input.Length + content));
        for (int again = 0; again < MaximumReadAgain && (milliseconds > SlowInMilliseconds || taken > allowed); again++)
        {
            // A faulty input shows the fault every time, unlike the effects of other threads and of a busy machine.
            (_, _, double otherMilliseconds, long otherTaken) = Read(input);
            milliseconds = Math.Min(milliseconds, otherMilliseconds);
            taken = Math.Min(taken, otherTaken);
        }

        slowest = Math.Max(slowest, milliseconds);
        most = Math.Max(most, taken);
        if (milliseconds > SlowInMilliseconds)
            Fault($"took {milliseconds:0} ms of processor time");
        if (taken > allowed)
            Fault($"took {taken} bytes of memory");
        if (problem is null)
            return true;
        string kind = problem.GetType().Name;
        exceptions[kind] = exceptions.GetValueOrDefault(kind) + 1;
        if (!target.IsDocumented(problem))
            Fault($"threw {problem}");
        else if (problem.Message.Length > LongestMessage || !problem.Message.Contains(FuzzTarget.InputName, StringComparison.Ordinal))
            Fault($"threw {kind} with a message of {problem.Message.Length} characters: {problem.Message[..Math.Min(problem.Message.Length, 200)]}");
        if (corpus.Count < MaximumKept && ways.Add(kind + Shape(problem.Message)))
            corpus.Add(input);
        return false;
    }

    // Processor time includes all threads of the process, and clock time includes the load of the machine; the smaller of the two is closest to the time of the
    // input.
    private (Exception? Problem, long Content, double Milliseconds, long Taken) Read(byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), content = 0, clock = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        Volatile.Write(ref started, clock);
        Exception? problem = null;
        try
        {
            content = target.Read(input);
        }
        catch (Exception caught)
        {
            problem = caught;
        }

        Volatile.Write(ref started, 0);
        double milliseconds = Math.Min((Environment.CpuUsage.TotalTime - processor).TotalMilliseconds, Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        return (problem, content, milliseconds, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // The message without its variable parts.
    private static string Shape(string message)
    {
        StringBuilder shape = new();
        foreach (string word in message.Split(' '))
        {
            if (word.Length < 12 && word.All(char.IsAsciiLetter))
                shape.Append(word).Append(' ');
        }

        return shape.ToString();
    }

    private void Fault(string what)
    {
        string kept = "";
        if (Folder is not null)
        {
            Directory.CreateDirectory(Folder);
            kept = Path.Combine(Folder, $"{target.Name}-{faults.Count}.bin");
            File.WriteAllBytes(kept, current);
        }

        string where = kept.Length > 0 ? $"; it is kept in {kept}" : $": {Convert.ToHexString(current.AsSpan(0, Math.Min(current.Length, 400)))}";
        faults.Add($"An input of {current.Length} bytes {what}{where}");
    }

    private void EndIfHung()
    {
        long since = Volatile.Read(ref started);
        if (since == 0 || Stopwatch.GetElapsedTime(since).TotalSeconds < HangInSeconds)
            return;
        Fault($"did not end within {HangInSeconds} s");
        Console.Error.WriteLine(faults[^1]);
        Environment.Exit(1);
    }
}
