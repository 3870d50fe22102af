using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Saves and loads the learned state of a module as a safetensors file: its parameters and its buffers, by name.</summary>
public static class ParameterFile
{
    /// <summary>Saves a module's parameters and buffers. The file is written completely or not at all.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="path">The path; an existing file is replaced.</param>
    /// <param name="module">The module.</param>
    /// <param name="metadata">Strings to store with them.</param>
    /// <param name="inBFloat16">Whether all elements are rounded to bfloat16, to the nearest, ties to even; <see cref="Load{T}(string, Module{T}, bool)"/> then
    /// converts.</param>
    /// <exception cref="ArgumentException">Two arrays of the module have the same name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, Module<T> module, IReadOnlyDictionary<string, string>? metadata = null, bool inBFloat16 = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SafetensorsFile.Of(Arrays(module).Select(array => inBFloat16
            ? SafetensorsTensor.InBFloat16(array.Name, array.Value)
            : SafetensorsTensor.Of(array.Name, array.Value)), metadata).Write(path);

    /// <summary>Loads parameters and buffers into a module. All names and shapes must match the module's; otherwise nothing is changed.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="module">The module.</param>
    /// <param name="convert">Whether elements of another precision are rounded or widened; otherwise they are an error.</param>
    /// <returns>The strings stored with them.</returns>
    /// <exception cref="InvalidDataException">The file is not a safetensors file, or belongs to another network; the message names the file and the first
    /// differences.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    public static IReadOnlyDictionary<string, string> Load<T>(string path, Module<T> module, bool convert = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Load(SafetensorsFile.Read(path), path, module, convert);

    /// <summary>Loads parameters and buffers whose names in the file are others than the module's, such as those of a PyTorch state dict.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="module">The module.</param>
    /// <param name="rename">The module's name for a name of the file; null for a tensor that is left out, such as PyTorch's
    /// <c>num_batches_tracked</c>.</param>
    /// <param name="convert">Whether elements of another precision are rounded or widened; otherwise they are an error.</param>
    /// <returns>The strings stored with them.</returns>
    /// <exception cref="InvalidDataException">The file is not a safetensors file, two of its names become one, or names and shapes do not fit the module;
    /// nothing is changed then.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    public static IReadOnlyDictionary<string, string> Load<T>(string path, Module<T> module, Func<string, string?> rename, bool convert = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(rename);
        SafetensorsFile file = SafetensorsFile.Read(path);
        Dictionary<string, SafetensorsTensor> renamed = [];
        Dictionary<string, string> origins = [];
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            if (rename(tensor.Name) is not { } name)
                continue;
            if (!renamed.TryAdd(name, tensor))
                throw new InvalidDataException($"{path}: {Excerpt.Of(tensor.Name)} and {Excerpt.Of(origins[name])} were both renamed to {Excerpt.Of(name)}.");
            origins.Add(name, tensor.Name);
        }

        return Load(file with { Tensors = renamed }, path, module, convert);
    }

    internal static IReadOnlyDictionary<string, string> Load<T>(Stream stream, string path, Module<T> module, bool convert)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Load(SafetensorsFile.Read(stream, path), path, module, convert);

    private static IReadOnlyDictionary<string, string> Load<T>(SafetensorsFile file, string path, Module<T> module, bool convert)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<(NDArray<T> Array, T[] Elements)> loaded = [];
        List<string> problems = [];
        HashSet<string> known = [];
        foreach ((string name, NDArray<T> value) in Arrays(module))
        {
            known.Add(name);
            if (!file.Tensors.TryGetValue(name, out SafetensorsTensor? tensor))
                problems.Add($"{name} is missing");
            else if (tensor.Shape != value.Shape)
                problems.Add($"{name} has shape {tensor.Shape} instead of {value.Shape}");
            else
                Take(path, tensor, value, convert, loaded);
        }

        problems.AddRange(file.Tensors.Keys.Where(name => !known.Contains(name)).Select(name => $"{Excerpt.Of(name)} is not one of the network's"));
        if (problems.Count > 0)
            throw new InvalidDataException(
                $"{path} does not hold this network: {string.Join("; ", problems.Take(5))}"
                    + $"{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}. Load it into the network it was saved from.");
        foreach ((NDArray<T> array, T[] elements) in loaded)
            array.CopyFrom(elements);
        return file.Metadata;
    }

    private static void Take<T>(string path, SafetensorsTensor tensor, in NDArray<T> array, bool convert, List<(NDArray<T> Array, T[] Elements)> loaded)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            loaded.Add((array, convert ? tensor.Convert<T>() : tensor.Elements<T>()));
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"{path}: {problem.Message}", problem);
        }
    }

    private static IEnumerable<(string Name, NDArray<T> Value)> Arrays<T>(Module<T> module)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(module.Buffers);
    }
}
