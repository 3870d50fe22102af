using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>
/// A finished epoch in one safetensors file: parameters, running statistics and optimiser state as tensors; settings, the epochs' results and the count of
/// steps as its metadata. It is replaced atomically, so that a killed process leaves the checkpoint of the previous epoch.
/// </summary>
internal static class Checkpoint
{
    public const string FileName = "checkpoint.safetensors";

    private const string SumKey = "sha256";
    private const string ProgressKey = "progress";

    public static void Save<T>(string folder, TrainSettings settings, IReadOnlyList<EpochResult> epochs, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsTensor[] tensors = [.. NetworkTensors.Of("", network, optimizer)];
        string finished = ResultsJson.WriteLine(epochs), steps = optimizer.StepCount.ToString(CultureInfo.InvariantCulture),
            progress = ResultsJson.WriteLine(optimizer.Progress);
        SafetensorsFile.Of(tensors, new Dictionary<string, string>
        {
            ["settings"] = ResultsJson.WriteLine(settings),
            ["epochs"] = finished,
            ["steps"] = steps,
            [ProgressKey] = progress,
            [SumKey] = NetworkTensors.SumOf(tensors, finished, steps, progress),
        }).Write(Path.Combine(folder, FileName));
    }

    /// <summary>Loads a checkpoint into network and optimiser. If it is rejected, neither has changed.</summary>
    /// <returns>The finished epochs; none if there is no checkpoint.</returns>
    /// <exception cref="UsageException">The checkpoint has other settings.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or is not a checkpoint of this network.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<EpochResult> Load<T>(string folder, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return [];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Load(file, path, settings, network, optimizer);
    }

    /// <summary>Loads a checkpoint into network and optimiser.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="path">Its name for messages.</param>
    /// <param name="settings">The settings that it must have.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimiser.</param>
    internal static IReadOnlyList<EpochResult> Load<T>(Stream file, string path, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return Put(path, SafetensorsFile.Read(file, path), settings, network, optimizer);
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException or ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidDataException(
                $"{path} is not a checkpoint of this network ({Excerpt.Of(problem.Message, 400)}) Remove it, or leave --resume out to start over.", problem);
        }
    }

    /// <summary>Adds the checksum of its numbers to a checkpoint.</summary>
    /// <param name="file">The checkpoint.</param>
    internal static SafetensorsFile WithSum(SafetensorsFile file) => SafetensorsFile.Of(
        file.Tensors.Values,
        new Dictionary<string, string>(file.Metadata)
        {
            [SumKey] = NetworkTensors.SumOf(file.Tensors.Values, file.Metadata.GetValueOrDefault("epochs", ""), file.Metadata.GetValueOrDefault("steps", ""),
                file.Metadata.GetValueOrDefault(ProgressKey, ""))
        });

    private static List<EpochResult> Put<T>(string path, SafetensorsFile file, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string written = NetworkTensors.Text(file, "settings"), asked = ResultsJson.WriteLine(settings);
        if (written != asked)
            throw new UsageException(
                $"{path} was written with other settings: {SettingsDifference.Between(written, asked)}. Give the same ones, another --out, or leave "
                    + $"--resume out to start over.");
        string finished = NetworkTensors.Text(file, "epochs"), taken = NetworkTensors.Text(file, "steps"), kept = NetworkTensors.Text(file, ProgressKey);
        if (NetworkTensors.Text(file, SumKey) != NetworkTensors.SumOf(file.Tensors.Values, finished, taken, kept))
            throw new InvalidDataException("its numbers do not have the checksum that it claims: it was changed.");
        List<EpochResult> epochs = ResultsJson.Read<List<EpochResult>>(finished);
        if (epochs.Count > settings.Epochs || epochs.Where((epoch, i) => epoch is null || epoch.Epoch != i + 1).Any())
            throw new InvalidDataException($"its {epochs.Count} epochs are not those from 1 on, or more than {settings.Epochs}.");
        long steps = long.Parse(taken, NumberStyles.None, CultureInfo.InvariantCulture);
        Dictionary<string, double> progress = ResultsJson.Read<Dictionary<string, double>>(kept);
        NetworkTensors.Put(file, "", network, optimizer, steps, progress);
        return epochs;
    }
}
