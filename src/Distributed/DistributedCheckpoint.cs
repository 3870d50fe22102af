using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Distributed;

/// <summary>
/// A run in one safetensors file: parameters and states as tensors, counts and other numbers of the optimiser and the program's own strings as metadata, and a
/// checksum of all of it. It says nothing of ranks.
/// </summary>
internal static class DistributedCheckpoint
{
    private const string StatePrefix = "optimizer.", ProgressPrefix = "progress.", NotePrefix = "note.", SumKey = "sha256";

    /// <summary>Writes the file on rank 0, with the states of all ranks.</summary>
    public static void Save<T>(Communicator communicator, string path, IOptimizer<T> optimizer,
        IReadOnlyList<(string Name, NDArray<T> Value)> buffers, IReadOnlyDictionary<string, string> notes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<SafetensorsTensor> states = [.. StatesOf(optimizer)];
        if (IsSharded(optimizer))
        {
            byte[] own = communicator.IsFirst ? [] : SafetensorsFile.Of(states).ToBytes();
            foreach (byte[] others in communicator.GatherBytes(own).Skip(1))
                states.AddRange(SafetensorsFile.Parse(others, "the states of a rank").Tensors.Values);
        }

        if (communicator.IsFirst)
        {
            SafetensorsTensor[] tensors =
                [.. ArraysOf(optimizer, buffers).Select(array => SafetensorsTensor.Of(array.Name, array.Value)), .. states.OrderBy(state => state.Name,
                    StringComparer.Ordinal)];
            Dictionary<string, string> metadata = notes.ToDictionary(note => NotePrefix + note.Key, note => note.Value);
            if (optimizer is IKeepsProgress { Progress: var numbers })
            {
                foreach ((string name, double number) in numbers)
                    metadata.Add(ProgressPrefix + name, number.ToString("R", CultureInfo.InvariantCulture));
            }

            metadata.Add(SumKey, SumOf(tensors, metadata));
            SafetensorsFile.Of(tensors, metadata).Write(path);
        }

        // No rank goes on, and ends the job by a failure of its own, before the file is there.
        communicator.Barrier();
    }

    /// <summary>Reads the file on rank 0 into parameters and states of all ranks.</summary>
    /// <returns>The program's strings; null if there is no file.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or is of another network or optimiser.</exception>
    public static Dictionary<string, string>? Load<T>(Communicator communicator, string path, IOptimizer<T> optimizer,
        IReadOnlyList<(string Name, NDArray<T> Value)> buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes = communicator.BroadcastBytes(communicator.IsFirst ? (File.Exists(path) ? File.ReadAllBytes(path) : []) : null);
        if (bytes.Length == 0 && (!communicator.IsFirst || !File.Exists(path)))
            return null;
        try
        {
            SafetensorsFile file = SafetensorsFile.Parse(bytes, path);
            Put(file, optimizer, buffers);
            return file.Metadata.Where(entry => entry.Key.StartsWith(NotePrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[NotePrefix.Length..], entry => entry.Value);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a checkpoint of this training: {problem.Message}", problem);
        }
    }

    private static IEnumerable<(string Name, NDArray<T> Value)> ArraysOf<T>(IOptimizer<T> optimizer, IReadOnlyList<(string Name, NDArray<T> Value)> buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => optimizer.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(buffers);

    private static void Put<T>(SafetensorsFile file, IOptimizer<T> optimizer, IReadOnlyList<(string Name, NDArray<T> Value)> buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!file.Metadata.TryGetValue(SumKey, out string? sum)
            || sum != SumOf(file.Tensors.Values, file.Metadata.Where(entry => entry.Key != SumKey).ToDictionary()))
            throw new ArgumentException("its numbers do not have the checksum that it claims; it was changed, or is no checkpoint. Take another copy.");
        Dictionary<string, double> progress = file.Metadata.Where(entry => entry.Key.StartsWith(ProgressPrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[ProgressPrefix.Length..], entry => double.Parse(entry.Value, CultureInfo.InvariantCulture));
        List<(NDArray<T> Array, T[] Elements)> arrays =
            [.. ArraysOf(optimizer, buffers).Select(array => (array.Value, Elements<T>(file, array.Name, array.Value.Shape)))];
        switch (optimizer)
        {
            case MixedPrecision mixed:
                mixed.Restore(States(file, mixed.WideState), progress);
                break;
            case Optimizer<T> one when OptimizerState<T>.IsWide:
                one.RestoreWide(0, null, States(file, one.WideState));
                one.RestoreProgress(progress);
                break;
            case Optimizer<T> one:
                one.Restore(0, null, States(file, one.State));
                one.RestoreProgress(progress);
                break;
            case GroupedOptimizer<T> group:
                if (OptimizerState<T>.IsWide)
                    group.RestoreWide(States(file, group.WideState));
                else
                    group.Restore(States(file, group.State));
                group.RestoreProgress(progress);
                break;
            default:
                throw new ArgumentException($"the states of {optimizer.GetType().Name} cannot be put back; only those of optimisers of the library can.");
        }

        foreach ((NDArray<T> array, T[] elements) in arrays)
            array.CopyFrom(elements);
    }

    private static bool IsSharded<T>(IOptimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => optimizer switch
        {
            Optimizer<T> one => one.Slots.Any(slot => slot.IsElsewhere),
            GroupedOptimizer<T> group => group.Members.Any(IsSharded),
            _ => false,
        };

    private static IEnumerable<SafetensorsTensor> StatesOf<T>(IOptimizer<T> optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => optimizer switch
        {
            MixedPrecision mixed => mixed.WideState.Select(state => SafetensorsTensor.Of(StatePrefix + state.Name, state.Value)),
            Optimizer<T> one when OptimizerState<T>.IsWide => one.WideState.Select(state => SafetensorsTensor.Of(StatePrefix + state.Name, state.Value)),
            GroupedOptimizer<T> group when OptimizerState<T>.IsWide =>
                group.WideState.Select(state => SafetensorsTensor.Of(StatePrefix + state.Name, state.Value)),
            _ => optimizer.State.Select(state => SafetensorsTensor.Of(StatePrefix + state.Name, state.Value)),
        };

    private static Dictionary<string, W[]> States<W>(SafetensorsFile file, IEnumerable<(string Name, NDArray<W> Value)> states)
        where W : unmanaged => states.ToDictionary(state => state.Name, state => Elements<W>(file, StatePrefix + state.Name, state.Value.Shape));

    private static W[] Elements<W>(SafetensorsFile file, string name, Shape shape)
        where W : unmanaged =>
        !file.Tensors.TryGetValue(name, out SafetensorsTensor? tensor) ? throw new ArgumentException($"it has no tensor {name}.")
        : tensor.Shape != shape ? throw new ArgumentException($"its tensor {name} has shape {tensor.Shape} instead of {shape}.")
        : tensor.Elements<W>();

    private static string SumOf(IEnumerable<SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}\0{value}\0"));
        foreach (SafetensorsTensor tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.Name}\0{tensor.Type}\0{tensor.Shape}\0"));
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
