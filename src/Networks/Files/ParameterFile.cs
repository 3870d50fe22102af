using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>Saves and loads what a module has learnt, as a safetensors file: its parameters and its buffers, by name.</summary>
public static class ParameterFile
{
    /// <summary>Saves a module's parameters and buffers: the whole file, or nothing.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="path">Where; a file that is there is replaced.</param>
    /// <param name="module">The module.</param>
    /// <param name="metadata">Strings to keep with them.</param>
    /// <exception cref="ArgumentException">Two arrays of the module have one name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, Module<T> module, IReadOnlyDictionary<string, string>? metadata = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SafetensorsFile.Of(Arrays(module).Select(array => SafetensorsTensor.Of(array.Name, array.Value)), metadata).Write(path);

    /// <summary>Loads parameters and buffers into a module. Names and shapes must be the module's, all of them; else nothing is changed.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="module">The module.</param>
    /// <param name="convert">Whether elements of another precision are rounded or widened; refused if not.</param>
    /// <returns>The strings kept with them.</returns>
    /// <exception cref="InvalidDataException">The file is no safetensors file, or is one of another network; the message names the first differences.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Load<T>(string path, Module<T> module, bool convert = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
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
                loaded.Add((value, convert ? tensor.Convert<T>() : tensor.Elements<T>()));
        }

        problems.AddRange(file.Tensors.Keys.Where(name => !known.Contains(name)).Select(name => $"{name} is not one of the network's"));
        if (problems.Count > 0)
            throw new InvalidDataException($"{path} does not hold this network: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}. Load it into the network it was saved from.");
        foreach ((NDArray<T> array, T[] elements) in loaded)
            array.CopyFrom(elements);
        return file.Metadata;
    }

    private static IEnumerable<(string Name, NDArray<T> Value)> Arrays<T>(Module<T> module)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(module.Buffers);
    }
}
