using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
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

    // What safetensors readers accept at most.
    private const long LongestHeader = 100_000_000;

    public static void Save<T>(string folder, TrainSettings settings, IReadOnlyList<EpochResult> epochs, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, object> header = new()
        {
            ["__metadata__"] = new Dictionary<string, string>
            {
                ["settings"] = ResultsJson.WriteLine(settings),
                ["epochs"] = ResultsJson.WriteLine(epochs),
                ["steps"] = optimizer.StepsTaken.ToString(CultureInfo.InvariantCulture),
            },
        };
        using MemoryStream data = new();
        foreach ((string name, NDArray<T> value) in Tensors(network, optimizer))
        {
            long start = data.Length;
            data.Write(MemoryMarshal.AsBytes<T>(value.ToArray()));
            header.Add(name, new { dtype = TypeName<T>(), shape = value.Shape.ToArray(), data_offsets = (long[])[start, data.Length] });
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] file = new byte[sizeof(ulong) + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, sizeof(ulong));
        data.GetBuffer().AsSpan(0, (int)data.Length).CopyTo(file.AsSpan(sizeof(ulong) + json.Length));
        AtomicFile.WriteBytes(Path.Combine(folder, FileName), file);
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
        byte[] file = File.ReadAllBytes(path);
        try
        {
            return Read(path, file, settings, network, optimizer);
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a checkpoint of this network; remove it, or leave --resume out to start over.", problem);
        }
    }

    private static List<EpochResult> Read<T>(string path, byte[] file, TrainSettings settings, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong length = file.Length < sizeof(ulong) ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (length > LongestHeader || length > (ulong)(file.Length - sizeof(ulong)))
            throw new InvalidDataException($"{path} ends at byte {file.Length}, before the header that it claims; remove it, or leave --resume out to start over.");
        ReadOnlySpan<byte> data = file.AsSpan(sizeof(ulong) + (int)length);
        using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(file, sizeof(ulong), (int)length));
        JsonElement metadata = header.RootElement.GetProperty("__metadata__");
        string written = metadata.GetProperty("settings").GetString()!, asked = ResultsJson.WriteLine(settings);
        if (written != asked)
            throw new InvalidOperationException($"{path} was written with other settings ({written}) than these ({asked}); give the same ones, another --out, or leave --resume out to start over.");
        foreach ((string name, NDArray<T> value) in Tensors(network, optimizer))
        {
            JsonElement offsets = header.RootElement.GetProperty(name).GetProperty("data_offsets");
            long start = offsets[0].GetInt64(), end = offsets[1].GetInt64();
            if (start < 0 || end > data.Length || end - start != (long)value.Count * Marshal.SizeOf<T>())
                throw new InvalidDataException($"{path} gives {name} the bytes {start} to {end} of {data.Length}, which are not {value.Count} elements; remove it, or leave --resume out to start over.");
            value.CopyFrom(MemoryMarshal.Cast<byte, T>(data[(int)start..(int)end]));
        }

        optimizer.RestoreSteps(long.Parse(metadata.GetProperty("steps").GetString()!, CultureInfo.InvariantCulture));
        return ResultsJson.Read<List<EpochResult>>(metadata.GetProperty("epochs").GetString()!);
    }

    private static IEnumerable<(string Name, NDArray<T> Value)> Tensors<T>(Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        network.Parameters.Select(parameter => (parameter.Name, parameter.Value))
            .Concat(network.Buffers)
            .Concat(optimizer.State.Select(state => ($"optimizer.{state.Name}", state.Value)));

    private static string TypeName<T>() => typeof(T) == typeof(Half) ? "F16" : typeof(T) == typeof(float) ? "F32" : "F64";
}
