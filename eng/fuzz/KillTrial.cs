using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Fuzz;

/// <summary>The result of a series of kills.</summary>
/// <param name="Command">The command.</param>
/// <param name="Kills">The number of processes that were killed while they ran.</param>
/// <param name="Runs">The number of runs that completed after kills.</param>
/// <param name="Differences">The differences from an uninterrupted run, and failures.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record KillReport(string Command, int Kills, int Runs, IReadOnlyList<string> Differences, double Seconds)
{
    /// <summary>The result in one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Command}: killed {Kills} times at random moments, continued by --resume; {Runs} runs completed, {Differences.Count} differences from the "
                + $"uninterrupted run, {Seconds:0} s");
}

/// <summary>
/// Kills the real program (SIGKILL) at random moments and continues it until it completes. Its results must then have the same bits as those of an
/// uninterrupted run.
/// </summary>
internal sealed class KillTrial
{
    private const int Stride = 10;

    // Stands for a model of ONNX.
    private const string Model = "@";

    /// <summary>The commands that are killed.</summary>
    public static IReadOnlyList<string> Commands { get; } = ["volume", "volume-of-model", "train", "relu-training", "maxpool", "census"];

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "conservative-ad.dll");

    private readonly string command;
    private string[] arguments;
    private readonly Random random;

    /// <summary>Prepares a trial.</summary>
    /// <param name="command">One of <see cref="Commands"/>.</param>
    /// <param name="seed">The seed of the moments.</param>
    public KillTrial(string command, int seed)
    {
        this.command = command;
        random = new Random(seed);
        arguments = command switch
        {
            "volume" => ["volume", "--depths", "1,2", "--widths", "32", "--batch", "64", "--precisions", "16,32", "--networks", "40", "--samples", "1024",
                "--threads", "1", "--data", ""],
            "volume-of-model" => ["volume", "--model", Model, "--kink", "any", "--weights", "drawn", "--networks", "20", "--after", "1,5", "--precisions",
                "16,32", "--samples", "256", "--threads", "1", "--data", ""],
            "census" => ["census", Model, "--samples", "480", "--clarke", "4", "--threads", "1", "--data", ""],
            "train" => ["train", "mlp", "--hidden", "24,24", "--samples", "1024", "--batch", "16", "--epochs", "8", "--optimizer", "adam", "--threads", "1",
                "--data", ""],
            "relu-training" => ["relu-training", "--networks", "mlp:48-32,mlp:32+bn", "--samples", "1024", "--batch", "32", "--epochs", "4", "--runs", "2",
                "--precisions", "16,32", "--s", "0,1", "--learning-rate", "0.1", "--threads", "1", "--data", ""],
            "maxpool" => ["maxpool", "--samples", "128", "--batch", "32", "--networks", "2", "--precisions", "16,32", "--betas", "1", "--epochs", "2", "--runs",
                "1", "--threads", "1", "--data", ""],
            _ => throw new ArgumentException($"There is no trial of '{command}'; there are {string.Join(", ", Commands)}.", nameof(command)),
        };
    }

    /// <summary>Receives occasional progress messages; may be null.</summary>
    public Action<KillReport>? Progress { get; init; }

    /// <summary>Kills and continues.</summary>
    /// <param name="times">The number of kills.</param>
    public KillReport Run(int times)
    {
        string root = Directory.CreateTempSubdirectory("conservative-ad-kill-").FullName;
        long start = Stopwatch.GetTimestamp();
        List<string> differences = [];
        int kills = 0, runs = 0;
        try
        {
            string model = Path.Combine(root, "model.onnx");
            WriteModel(model);
            arguments = Array.ConvertAll(arguments, word => word == Model ? model : word);
            string whole = Path.Combine(root, "whole"), broken = Path.Combine(root, "broken");
            (int code, string error) = Finish(whole);
            if (code != 0)
                throw new InvalidOperationException($"The uninterrupted run returned {code}: {error}");
            string expected = ResultsOf(whole);
            double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            while (kills < times)
            {
                using Process process = Start(broken);
                Task<string> told = process.StandardError.ReadToEndAsync();
                if (!process.WaitForExit((int)(random.NextDouble() * 1.05 * time)))
                {
                    process.Kill();
                    process.WaitForExit();
                    kills++;
                    if (kills % Stride == 0)
                        Progress?.Invoke(new KillReport(command, kills, runs, differences, Stopwatch.GetElapsedTime(start).TotalSeconds));
                    continue;
                }

                Compare(process.ExitCode, told.Result);
            }

            (code, error) = Finish(broken);
            Compare(code, error);

            void Compare(int code, string error)
            {
                runs++;
                if (code != 0)
                    differences.Add($"after {kills} kills --resume returned {code}: {error}");
                else if (ResultsOf(broken) is var found && found != expected)
                    differences.Add($"after {kills} kills the results are {found} instead of {expected}");
                Directory.Delete(broken, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return new KillReport(command, kills, runs, differences, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void WriteModel(string path)
    {
        Initializer start = new(Device.Default, 1);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("first", 1, 4, 5, start, bias: false), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Linear<float>("head", 4 * 12 * 12, 10, start)), [16, 1, 28, 28]).Write(path);
    }

    private (int Code, string Error) Finish(string folder)
    {
        using Process process = Start(folder);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    private Process Start(string folder)
    {
        ProcessStartInfo start = new("dotnet", [Program, .. arguments, "--out", folder, "--resume", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) =>
        {
        };
        process.BeginOutputReadLine();
        return process;
    }

    // Everything except times, and all bits of the checkpoint's tensors.
    private static string ResultsOf(string folder)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
        DropTimes(json);
        string rows = json.ToJsonString();
        string checkpoint = Path.Combine(folder, "checkpoint.safetensors");
        if (!File.Exists(checkpoint))
            return rows;
        byte[] bytes = File.ReadAllBytes(checkpoint);
        return $"{rows}\n{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(8 + (int)BitConverter.ToUInt64(bytes))))}";
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
