using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Fuzz;

/// <summary>How a process of the real program ended.</summary>
/// <param name="Code">Its exit code; null if it was killed.</param>
/// <param name="Error">What it wrote to its error stream.</param>
/// <param name="Output">What it wrote to its output.</param>
internal sealed record Ended(int? Code, string Error, string Output)
{
    /// <summary>Whether it ended as documented: done, or with a sentence instead of a stack trace.</summary>
    public bool IsDocumented => Code == 0 || (Code is 1 or 2 or 130 && !Error.Contains("   at ", StringComparison.Ordinal)
        && !Error.Contains("A fault of the program", StringComparison.Ordinal) && Error.Trim().Length > 0);
}

/// <summary>A short command of the real program, for trials that kill, starve and damage it.</summary>
internal sealed class StudiedCommand
{
    // Stands for a model of ONNX.
    private const string Model = "@";

    private readonly string[] arguments;

    /// <summary>Makes a command.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="root">A folder for what it reads.</param>
    public StudiedCommand(string name, string root)
    {
        Name = name;
        string[] line = name switch
        {
            "volume" => ["volume", "--depths", "1,2", "--widths", "32", "--batch", "64", "--precisions", "16,32", "--networks", "40", "--samples", "1024",
                "--threads", "1", "--data", ""],
            "volume-of-model" => ["volume", "--model", Model, "--kink", "any", "--weights", "drawn", "--networks", "20", "--after", "1,5", "--precisions",
                "16,32", "--samples", "256", "--threads", "1", "--data", ""],
            "census" => ["census", Model, "--samples", "480", "--clarke", "4", "--threads", "1", "--data", ""],
            "train" => ["train", "mlp", "--hidden", "24,24", "--samples", "1024", "--batch", "16", "--epochs", "8", "--optimizer", "adam", "--threads", "1",
                "--data", ""],
            "train-on-ranks" => ["train", "mlp", "--hidden", "24,24", "--samples", "1024", "--batch", "16", "--epochs", "8", "--batch-norm", "--threads", "1",
                "--mpi", "--data", ""],
            "relu-training" => ["relu-training", "--networks", "mlp:48-32,mlp:32+bn", "--samples", "1024", "--batch", "32", "--epochs", "4", "--runs", "2",
                "--precisions", "16,32", "--s", "0,1", "--learning-rate", "0.1", "--threads", "1", "--data", ""],
            "maxpool" => ["maxpool", "--samples", "128", "--batch", "32", "--networks", "2", "--precisions", "16,32", "--betas", "1", "--epochs", "2", "--runs",
                "1", "--threads", "1", "--data", ""],
            _ => throw new ArgumentException($"There is no trial of '{name}'; there are {string.Join(", ", Names)} and train-on-ranks.", nameof(name)),
        };
        string model = Path.Combine(root, "model.onnx");
        if (line.Contains(Model))
            WriteModel(model);
        arguments = Array.ConvertAll(line, word => word == Model ? model : word);
    }

    /// <summary>The commands.</summary>
    public static IReadOnlyList<string> Names { get; } = ["volume", "volume-of-model", "train", "relu-training", "maxpool", "census"];

    /// <summary>The commands that ranks of an MPI job can run together.</summary>
    public static IReadOnlyList<string> NamesOfRanks { get; } = ["volume", "relu-training", "train-on-ranks"];

    /// <summary>The program.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "conservative-ad.dll");

    /// <summary>The command's name.</summary>
    public string Name { get; }

    /// <summary>Starts it with --resume; its output is not kept.</summary>
    /// <param name="folder">The folder for results.</param>
    /// <param name="wrapper">Words before the program, and variables of its environment as NAME=VALUE among them after env.</param>
    /// <param name="more">Words after it, which replace those of options with the same name.</param>
    public Process Start(string folder, IReadOnlyList<string>? wrapper = null, params string[] more)
    {
        List<string> words = [.. wrapper ?? [], "dotnet", Program, .. arguments, "--out", folder, "--resume", "--json"];
        for (int i = 0; i < more.Length; i += 2)
        {
            int place = words.IndexOf(more[i]);
            if (place >= 0)
                words.RemoveRange(place, 2);
            words.AddRange([more[i], more[i + 1]]);
        }

        Process process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) =>
        {
        };
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">The folder for results.</param>
    /// <param name="wrapper">Words before the program.</param>
    /// <param name="more">Words after it.</param>
    public Ended Finish(string folder, IReadOnlyList<string>? wrapper = null, params string[] more)
    {
        using Process process = Start(folder, wrapper, more);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Ended(process.ExitCode, error, "");
    }

    /// <summary>Runs it on ranks of an MPI job.</summary>
    /// <param name="folder">The folder for results.</param>
    /// <param name="ranks">Their number.</param>
    /// <param name="kill">Kills one of the processes; null to run to the end.</param>
    /// <returns>How the job ended; no code if a process was killed while it ran.</returns>
    public Ended RunOnRanks(string folder, int ranks, RankKill? kill = null)
    {
        string[] words = [.. RankLauncher.Words(ranks), "dotnet", Program, .. arguments.Where(word => word != "--mpi"), "--mpi", "--out", folder, "--resume",
            "--json"];
        using Process launcher = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        launcher.OutputDataReceived += (_, _) =>
        {
        };
        launcher.BeginOutputReadLine();
        Task<string> told = launcher.StandardError.ReadToEndAsync();
        bool wasKilled = kill is not null && kill.Await(launcher, folder) && RankLauncher.Kill(launcher, kill.Rank);
        launcher.WaitForExit();
        return new Ended(wasKilled ? null : launcher.ExitCode, told.Result, "");
    }

    /// <summary>Runs it and kills it (SIGKILL) after a time, unless it has ended.</summary>
    /// <param name="folder">The folder for results.</param>
    /// <param name="milliseconds">The time.</param>
    /// <param name="wrapper">Words before the program.</param>
    public Ended Kill(string folder, int milliseconds, IReadOnlyList<string>? wrapper = null)
    {
        using Process process = Start(folder, wrapper);
        Task<string> told = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(milliseconds))
            return new Ended(process.ExitCode, told.Result, "");
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return new Ended(null, "", "");
    }

    /// <summary>Everything that it found except times, and all bits of a checkpoint's tensors.</summary>
    /// <param name="folder">The folder for results.</param>
    public static string ResultsOf(string folder)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
        DropTimes(json);
        string rows = json.ToJsonString();
        string checkpoint = Path.Combine(folder, "checkpoint.safetensors");
        if (!File.Exists(checkpoint))
            return rows;
        byte[] bytes = File.ReadAllBytes(checkpoint);
        return $"{rows}\n{Convert.ToHexString(SHA256.HashData(bytes.AsSpan(8 + (int)BitConverter.ToUInt64(bytes))))}";
    }

    private static void WriteModel(string path)
    {
        Initializer start = new(Device.Default, 1);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("first", 1, 4, 5, start, bias: false), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Linear<float>("head", 4 * 12 * 12, 10, start)), [16, 1, 28, 28]).Write(path);
    }

    private static void DropTimes(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            members.Remove("seconds");
            foreach ((_, JsonNode? member) in members)
                DropTimes(member);
        }
        else if (node is JsonArray elements)
        {
            foreach (JsonNode? element in elements)
                DropTimes(element);
        }
    }
}
