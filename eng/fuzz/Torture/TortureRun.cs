using System.Diagnostics;

namespace ConservativeAD.Fuzz.Torture;

/// <summary>
/// Does what goes wrong on real machines to runs of the real program: kills, full disks, folders that cannot be written to, clocks that jump, torn writes, two
/// writers, too little memory, many threads, killed ranks of MPI jobs, and many steps. Nothing may be lost: the command must then end with the bits of an
/// undisturbed run.
/// </summary>
internal sealed class TortureRun
{
    private const int AttemptsBetweenLines = 10;

    // Ranks start more slowly than one process does, and share processors.
    private const int MostRanks = 3;
    private const double RankTimeFactor = 2;

    private readonly Random random;
    private readonly string root;
    private readonly IReadOnlyList<string> names;

    /// <summary>Prepares trials.</summary>
    /// <param name="root">A folder for their files.</param>
    /// <param name="names">The commands.</param>
    /// <param name="seed">The seed of moments, sizes and places.</param>
    public TortureRun(string root, IReadOnlyList<string> names, int seed)
    {
        this.root = root;
        this.names = names;
        random = new Random(seed);
    }

    /// <summary>A word in the description of the trials to do; null for all.</summary>
    public string? Word { get; init; }

    /// <summary>Receives a line now and then while a trial goes on; may be null.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Does the trials.</summary>
    /// <param name="times">Attempts for each command of each trial.</param>
    /// <param name="steps">Steps of the long run.</param>
    public IEnumerable<TortureReport> Run(int times, int steps) =>
        Trials(times, steps).Where(trial => Word is null || trial.What.Contains(Word, StringComparison.Ordinal)).Select(trial => trial.Do());

    private IEnumerable<(string What, Func<TortureReport> Do)> Trials(int times, int steps)
    {
        Lazy<IReadOnlyList<Undisturbed>> runs = UndisturbedOf(names);
        yield return Trial("one rank of an MPI job killed, then another number of ranks", UndisturbedOf(StudiedCommand.NamesOfRanks.Where(IsAsked)), times,
            RankKills, RankLauncher.Refusal);
        yield return Trial("killed (SIGKILL) at random moments", runs, times, Kills);
        string? noMounts = Namespaces.Refusal("--mount");
        yield return Trial("disk full after a random number of bytes", runs, times, FullDisk, noMounts);
        yield return Trial("folder that cannot be written to", runs, Math.Min(times, 3), ReadOnlyFolder, noMounts);
        yield return Trial("clock years ahead, then years back", runs, Math.Min(times, 5), WallClock,
            Namespaces.HasClock ? null : "faketime is not installed");
        yield return Trial("time since start further ahead, then back", runs, Math.Min(times, 5), MonotonicClock, Namespaces.Refusal("--time"));
        yield return Trial("files cut, or their ends replaced by zeros, after a kill", runs, times, TornWrites);
        yield return Trial("two processes on one folder", runs, times, TwoWriters);
        yield return Trial("memory of the heap limited", runs, times, HeapLimit);
        yield return Trial("address space limited", runs, times, AddressLimit, Namespaces.HasLimits ? null : "prlimit is not installed");
        yield return Trial("64 threads", UndisturbedOf(names.Where(name => name is not "census")), Math.Min(times, 3), ManyThreads);
        yield return (LongRun.Name(steps), () => LongRun.Of(steps));

        Lazy<IReadOnlyList<Undisturbed>> UndisturbedOf(IEnumerable<string> some) => new(() => [.. some.Select(OneOf)]);

        (string, Func<TortureReport>) Trial(string what, Lazy<IReadOnlyList<Undisturbed>> some, int attempts, Func<Undisturbed, string, Attempt> attempt,
            string? skipped = null) => (what, () => Do(what, skipped is null ? some.Value : [], attempts, attempt, skipped));
    }

    private bool IsAsked(string name) => names.Contains(name) || (name == "train-on-ranks" && names.Contains("train"));

    private TortureReport Do(string what, IReadOnlyList<Undisturbed> runs, int times, Func<Undisturbed, string, Attempt> attempt, string? skipped)
    {
        long start = Stopwatch.GetTimestamp();
        int attempts = 0, stopped = 0, recovered = 0, lost = 0;
        List<string> faults = [];
        foreach (Undisturbed run in runs)
        {
            for (int time = 0; time < times; time++)
            {
                string folder = Path.Combine(root, "attempt");
                Attempt made = attempt(run, folder);
                attempts++;
                stopped += made.HasStopped ? 1 : 0;
                faults.AddRange(made.Faults.Select(fault => $"{run.Command.Name}: {fault}"));
                Ended ended = made.End ?? run.Command.Finish(folder);
                if (ended.Code == 0 && StudiedCommand.ResultsOf(folder) == run.Results)
                {
                    recovered++;
                }
                else
                {
                    lost++;
                    faults.Add($"{run.Command.Name}: --resume returned {ended.Code} or other results: {ended.Error}");
                }

                Directory.Delete(folder, recursive: true);
                if (attempts % AttemptsBetweenLines == 0)
                    Progress?.Invoke($"{what}: {attempts} of {times * runs.Count}, {recovered} ended with the same bits, {lost} lost, {faults.Count} faults");
            }
        }

        return new TortureReport(what, attempts, stopped, recovered, lost, faults, skipped, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private Attempt Kills(Undisturbed run, string folder)
    {
        bool wasKilled = false;
        // Several kills of one run, one after another.
        for (int kill = random.Next(1, 4); kill > 0; kill--)
            wasKilled |= run.Command.Kill(folder, run.Moment(random)).Code is null;
        Directory.CreateDirectory(folder);
        return new Attempt(wasKilled, []);
    }

    private Attempt RankKills(Undisturbed run, string folder)
    {
        bool wasKilled = false;
        List<string> faults = [];
        for (int kill = random.Next(1, 4); kill > 0; kill--)
        {
            int ranks = random.Next(1, MostRanks + 1);
            RankKill moment = new(random.Next(ranks), (int)(random.NextDouble() * RankTimeFactor * run.Milliseconds));
            Ended ended = run.Command.RunOnRanks(folder, ranks, moment);
            wasKilled |= ended.Code is null;
            if (ended.Code is not (0 or null) || ended.Error.Contains("   at ", StringComparison.Ordinal)
                || ended.Error.Contains("A fault of the program", StringComparison.Ordinal))
                faults.Add($"{ranks} ranks, one of which was{(ended.Code is null ? "" : " not")} killed, returned {ended.Code}: {ended.Error}");
        }

        return new Attempt(wasKilled, faults) { End = run.Command.RunOnRanks(folder, random.Next(1, MostRanks + 1)) };
    }

    private Attempt FullDisk(Undisturbed run, string folder)
    {
        long size = 4096 + (long)(random.NextDouble() * 1.2 * run.Bytes);
        Ended ended = run.Command.Finish(folder, Namespaces.OnSmallDisk(folder, size));
        return new Attempt(ended.Code != 0, Undocumented(ended, $"on a disk of {size} bytes"));
    }

    private Attempt ReadOnlyFolder(Undisturbed run, string folder)
    {
        run.Command.Kill(folder, run.Moment(random));
        Directory.CreateDirectory(folder);
        string before = Snapshot(folder);
        Ended ended = run.Command.Finish(folder, Namespaces.ReadOnly(folder));
        List<string> faults = [.. Undocumented(ended, "on a folder that cannot be written to")];
        if (ended.Code != 2 || !ended.Error.Contains("cannot be written to", StringComparison.Ordinal))
            faults.Add($"a folder that cannot be written to gave {ended.Code}: {ended.Error}");
        if (Snapshot(folder) != before)
            faults.Add("a folder that cannot be written to was changed");
        return new Attempt(true, faults);
    }

    private Attempt WallClock(Undisturbed run, string folder)
    {
        bool wasKilled = run.Command.Kill(folder, run.Moment(random), ["faketime", "-f", "+2000d"]).Code is null;
        Ended back = run.Command.Kill(folder, run.Moment(random), ["faketime", "-f", "-9000d"]);
        Directory.CreateDirectory(folder);
        return new Attempt(wasKilled || back.Code is null, back.Code is null ? [] : Undocumented(back, "with a clock years back"));
    }

    private Attempt MonotonicClock(Undisturbed run, string folder)
    {
        string[] ahead = ["unshare", "--time", "--monotonic", "100000000", "--boottime", "100000000"];
        bool wasKilled = run.Command.Kill(folder, run.Moment(random), ahead).Code is null;
        Directory.CreateDirectory(folder);
        return new Attempt(wasKilled, []);
    }

    private Attempt TornWrites(Undisturbed run, string folder)
    {
        run.Command.Kill(folder, run.Moment(random));
        Directory.CreateDirectory(folder);
        List<string> faults = [];
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".jsonl" or ".safetensors").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            return new Attempt(false, []);
        string torn = files[random.Next(files.Length)];
        byte[] bytes = File.ReadAllBytes(torn);
        int place = PlaceIn(bytes, Path.GetExtension(torn) == ".jsonl");
        byte[] damaged = random.Next(2) == 0 ? bytes[..place] : [.. bytes[..place], .. new byte[bytes.Length - place]];
        File.WriteAllBytes(torn, damaged);
        Ended ended = run.Command.Finish(folder);
        faults.AddRange(Undocumented(ended, $"with {Path.GetFileName(torn)} torn at byte {place} of {bytes.Length}"));
        if (ended.Code != 0)
        {
            // The message names the file, and what it says to do helps.
            if (!ended.Error.Contains(torn, StringComparison.Ordinal) || !ended.Error.Contains("emove", StringComparison.Ordinal)
                && !ended.Error.Contains("--resume", StringComparison.Ordinal))
                faults.Add($"the message does not name the torn file or a remedy: {ended.Error}");
            File.Delete(torn);
        }

        return new Attempt(ended.Code != 0, faults);
    }

    // Anywhere; for journals often beside the end of a line.
    private int PlaceIn(byte[] bytes, bool hasLines)
    {
        int[] ends = hasLines ? [.. Enumerable.Range(0, bytes.Length).Where(place => bytes[place] == (byte)'\n')] : [];
        return ends.Length > 0 && random.Next(2) == 0
            ? Math.Clamp(ends[random.Next(ends.Length)] + random.Next(-1, 3), 0, bytes.Length)
            : random.Next(bytes.Length + 1);
    }

    private Attempt TwoWriters(Undisturbed run, string folder)
    {
        using Process first = run.Command.Start(folder);
        Task<string> firstError = first.StandardError.ReadToEndAsync();
        Thread.Sleep(random.Next(2) == 0 ? 0 : random.Next((int)run.Milliseconds));
        Ended second = run.Command.Finish(folder);
        first.WaitForExit();
        Ended one = new(first.ExitCode, firstError.Result, "");
        List<string> faults = [.. Undocumented(one, "as one of two writers"), .. Undocumented(second, "as one of two writers")];
        if (one.Code != 0 && second.Code != 0)
            faults.Add($"both of two writers were refused: {one.Error} {second.Error}");
        foreach (Ended ended in (Ended[])[one, second])
        {
            if (ended.Code != 0 && !ended.Error.Contains("is in use by", StringComparison.Ordinal))
                faults.Add($"one of two writers returned {ended.Code}: {ended.Error}");
        }

        return new Attempt(one.Code != 0 || second.Code != 0, faults);
    }

    private Attempt HeapLimit(Undisturbed run, string folder)
    {
        // In hexadecimal, from 4 to 64 MiB.
        string limit = ((4 + random.Next(61)) << 20).ToString("X", System.Globalization.CultureInfo.InvariantCulture);
        return Starved(run, folder, ["env", $"DOTNET_GCHeapHardLimit={limit}"], $"with a heap of 0x{limit} bytes");
    }

    private Attempt AddressLimit(Undisturbed run, string folder)
    {
        // With a small limit of the heap, .NET reserves little address space by itself.
        long bytes = (long)(300 + random.Next(1200)) << 20;
        return Starved(run, folder, ["env", "DOTNET_GCHeapHardLimit=8000000", "DOTNET_EnableWriteXorExecute=0", "prlimit", $"--as={bytes}"],
            $"with an address space of {bytes} bytes");
    }

    // The runtime ends a process by itself where there is no memory for anything; whatever it says, results must not be lost.
    private static Attempt Starved(Undisturbed run, string folder, IReadOnlyList<string> wrapper, string how)
    {
        Ended ended = run.Command.Finish(folder, wrapper);
        Directory.CreateDirectory(folder);
        bool isRuntime = ended.Code is not (0 or 1 or 2 or 130);
        return new Attempt(ended.Code != 0, isRuntime ? [] : Undocumented(ended, how));
    }

    private static Attempt ManyThreads(Undisturbed run, string folder)
    {
        Ended ended = run.Command.Finish(folder, null, "--threads", "64");
        List<string> faults = [.. Undocumented(ended, "with 64 threads")];
        if (ended.Code != 0 || StudiedCommand.ResultsOf(folder) != run.Results)
            faults.Add($"64 threads gave {ended.Code} or other results: {ended.Error}");
        return new Attempt(ended.Code != 0, faults);
    }

    private static IReadOnlyList<string> Undocumented(Ended ended, string how) =>
        ended.IsDocumented ? [] : [$"{how} it returned {ended.Code}: {ended.Error}"];

    private static string Snapshot(string folder) => string.Join('\n', Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"));

    // Its end, where it was continued in another way than by one process.
    private sealed record Attempt(bool HasStopped, IReadOnlyList<string> Faults)
    {
        public Ended? End { get; init; }
    }

    private Undisturbed OneOf(string name)
    {
        string folder = Path.Combine(root, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return Undisturbed.Of(name, folder);
    }

    // A run that nothing happened to.
    private sealed record Undisturbed(StudiedCommand Command, string Results, double Milliseconds, long Bytes)
    {
        public static Undisturbed Of(string name, string folder)
        {
            Directory.CreateDirectory(folder);
            StudiedCommand command = new(name, folder);
            string whole = Path.Combine(folder, "whole");
            long start = Stopwatch.GetTimestamp();
            Ended ended = command.Finish(whole);
            if (ended.Code != 0)
                throw new InvalidOperationException($"The undisturbed run of {name} returned {ended.Code}: {ended.Error}");
            return new Undisturbed(command, StudiedCommand.ResultsOf(whole), Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                Directory.EnumerateFiles(whole, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length));
        }

        public int Moment(Random random) => (int)(random.NextDouble() * 1.05 * Milliseconds);
    }
}
