using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>
/// A finished epoch in one safetensors file: parameters, running statistics and optimiser state as tensors; settings, the epochs' results and the count of
/// steps as its metadata. It is replaced as a whole, so that a kill leaves the one of the epoch before.
/// </summary>
internal static class Checkpoint
{
    public const string FileName = "checkpoint.safetensors";

    private const string StatePrefix = "optimizer.";

    public static void Save<T>(string folder, TrainSettings settings, IReadOnlyList<EpochResult> epochs, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IEnumerable<SafetensorsTensor> tensors = NetworkArrays(network)
            .Concat(optimizer.State.Select(state => (StatePrefix + state.Name, state.Value)))
            .Select(array => SafetensorsTensor.Of(array.Item1, array.Item2));
        SafetensorsFile.Of(tensors, new Dictionary<string, string>
        {
            ["settings"] = ResultsJson.WriteLine(settings),
            ["epochs"] = ResultsJson.WriteLine(epochs),
            ["steps"] = optimizer.StepCount.ToString(CultureInfo.InvariantCulture),
        }).Write(Path.Combine(folder, FileName));
    }

    /// <summary>Puts a checkpoint into network and optimiser.</summary>
    /// <returns>The finished epochs; none where there is no checkpoint.</returns>
    /// <exception cref="InvalidOperationException">The checkpoint has other settings.</exception>
    /// <exception cref="InvalidDataException">The file is no checkpoint of this network.</exception>
    public static IReadOnlyList<EpochResult> Load<T>(string folder, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return [];
        try
        {
            return Put(path, SafetensorsFile.Read(path), settings, network, optimizer);
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException or KeyNotFoundException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a checkpoint of this network ({problem.Message}) Remove it, or leave --resume out to start over.", problem);
        }
    }

    private static List<EpochResult> Put<T>(string path, SafetensorsFile file, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string written = file.Metadata["settings"], asked = ResultsJson.WriteLine(settings);
        if (written != asked)
            throw new InvalidOperationException($"{path} was written with other settings ({written}) than these ({asked}); give the same ones, another --out, or leave --resume out to start over.");
        List<EpochResult> epochs = ResultsJson.Read<List<EpochResult>>(file.Metadata["epochs"]);
        long steps = long.Parse(file.Metadata["steps"], CultureInfo.InvariantCulture);
        List<(NDArray<T> Array, T[] Elements)> arrays = [.. NetworkArrays(network).Select(array => (array.Value, file.Tensors[array.Name].Elements<T>()))];
        optimizer.Restore(steps, null, optimizer.State.ToDictionary(state => state.Name, state => file.Tensors[StatePrefix + state.Name].Elements<T>()));
        foreach ((NDArray<T> array, T[] elements) in arrays)
            array.CopyFrom(elements);
        return epochs;
    }

    private static IEnumerable<(string Name, NDArray<T> Value)> NetworkArrays<T>(Module<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        network.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(network.Buffers);
}
