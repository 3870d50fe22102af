using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Studies.Training;

/// <summary>A network and its optimiser as tensors of a checkpoint.</summary>
internal static class NetworkTensors
{
    private const string StatePrefix = "optimizer.";

    /// <summary>Parameters, running statistics and the optimiser's state.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="prefix">The start of the tensors' names.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimiser.</param>
    public static IEnumerable<SafetensorsTensor> Of<T>(string prefix, Module<T> network, Optimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Arrays(network).Select(array => SafetensorsTensor.Of(prefix + array.Name, array.Value)).Concat(KeepsFloats<T>()
            ? optimizer.WideState.Select(state => SafetensorsTensor.Of(prefix + StatePrefix + state.Name, state.Value))
            : optimizer.State.Select(state => SafetensorsTensor.Of(prefix + StatePrefix + state.Name, state.Value)));

    /// <summary>Puts tensors of a checkpoint into a network and its optimiser. If they are rejected, neither has changed.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="file">The checkpoint.</param>
    /// <param name="prefix">The start of the tensors' names.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="steps">Its steps so far.</param>
    /// <param name="progress">Its progress.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    /// <exception cref="ArgumentException">The optimiser refuses its state.</exception>
    public static void Put<T>(SafetensorsFile file, string prefix, Module<T> network, Optimizer<T> optimizer, long steps,
        IReadOnlyDictionary<string, double> progress)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<(NDArray<T> Array, T[] Elements)> arrays = [.. Arrays(network)
            .Select(array => (array.Value, Elements<T>(file, prefix + array.Name, array.Value.Shape)))];
        if (KeepsFloats<T>())
            optimizer.RestoreWide(steps, null,
                optimizer.WideState.ToDictionary(state => state.Name, state => Elements<float>(file, prefix + StatePrefix + state.Name, state.Value.Shape)));
        else
            optimizer.Restore(steps, null,
                optimizer.State.ToDictionary(state => state.Name, state => Elements<T>(file, prefix + StatePrefix + state.Name, state.Value.Shape)));
        optimizer.RestoreProgress(progress);
        foreach ((NDArray<T> array, T[] elements) in arrays)
            array.CopyFrom(elements);
    }

    /// <summary>An entry of a checkpoint's metadata.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="key">The entry.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static string Text(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? text)
        ? text
        : throw new InvalidDataException($"it has no entry {key}; a checkpoint of this version has one.");

    /// <summary>A checksum of tensors and texts.</summary>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="texts">The texts.</param>
    public static string SumOf(IEnumerable<SafetensorsTensor> tensors, params ReadOnlySpan<string> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
            hash.AppendData(Encoding.UTF8.GetBytes($"{text}\n"));
        foreach (SafetensorsTensor tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.Name}\n"));
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Parameters and running statistics.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="network">The network.</param>
    public static IEnumerable<(string Name, NDArray<T> Value)> Arrays<T>(Module<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        network.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(network.Buffers);

    // Optimisers keep their states of Half parameters in float.
    private static bool KeepsFloats<T>() => typeof(T) == typeof(Half);

    private static T[] Elements<T>(SafetensorsFile file, string name, Shape shape)
        where T : unmanaged =>
        !file.Tensors.TryGetValue(name, out SafetensorsTensor? tensor) ? throw new InvalidDataException($"it has no tensor {name}.")
        : tensor.Shape != shape ? throw new InvalidDataException($"its tensor {name} has shape {tensor.Shape} instead of {shape}.")
        : tensor.Elements<T>();
}
