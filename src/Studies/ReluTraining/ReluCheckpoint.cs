using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>
/// The finished epochs of a unit in one safetensors file: networks and optimisers of its branches as tensors, everything else as its metadata. It is replaced
/// atomically, so that a killed process leaves the checkpoint of the epoch before.
/// </summary>
internal static class ReluCheckpoint
{
    private const string SettingsKey = "settings";
    private const string UnitKey = "unit";
    private const string StateKey = "state";
    private const string SumKey = "sha256";

    /// <summary>Writes a checkpoint.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="settings">The study.</param>
    /// <param name="unit">The number of the unit.</param>
    /// <param name="state">What was reached.</param>
    /// <param name="branches">Networks and optimisers, in the order of the state's branches.</param>
    public static void Save<T>(string path, ReluTrainingSettings settings, long unit, ForkedState state,
        IReadOnlyList<(Module<T> Network, Optimizer<T> Optimizer)> branches)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsTensor[] tensors = [.. branches.SelectMany((branch, place) => NetworkTensors.Of(Prefix(place), branch.Network, branch.Optimizer))];
        string study = ResultsJson.WriteLine(settings), number = unit.ToString(CultureInfo.InvariantCulture), reached = ResultsJson.WriteLine(state);
        SafetensorsFile.Of(tensors, new Dictionary<string, string>
        {
            [SettingsKey] = study,
            [UnitKey] = number,
            [StateKey] = reached,
            [SumKey] = NetworkTensors.SumOf(tensors, study, number, reached),
        }).Write(path);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="settings">The study.</param>
    /// <param name="unit">The number of the unit.</param>
    /// <param name="make">Makes the networks and optimisers of a state, which the tensors then go into.</param>
    /// <exception cref="UsageException">It has other settings.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or is no checkpoint of this unit.</exception>
    public static ForkedState Load<T>(string path, ReluTrainingSettings settings, long unit,
        Func<ForkedState, IReadOnlyList<(Module<T> Network, Optimizer<T> Optimizer)>> make)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            SafetensorsFile file = SafetensorsFile.Read(path);
            string study = NetworkTensors.Text(file, SettingsKey), number = NetworkTensors.Text(file, UnitKey), reached = NetworkTensors.Text(file, StateKey),
                asked = ResultsJson.WriteLine(settings);
            if (NetworkTensors.Text(file, SumKey) != NetworkTensors.SumOf(file.Tensors.Values, study, number, reached))
                throw new InvalidDataException("its content does not have the checksum that it claims: it was changed.");
            if (study != asked)
                throw new UsageException(
                    $"{path} was written with other settings: {SettingsDifference.Between(study, asked)}. Remove it, or leave --resume out to start over.");
            if (number != unit.ToString(CultureInfo.InvariantCulture))
                throw new InvalidDataException($"it is of unit {Excerpt.Of(number)} instead of {unit}.");
            ForkedState state = ResultsJson.Read<ForkedState>(reached);
            if (!state.IsOf(settings))
                throw new InvalidDataException("its runs are not those of the study, or its counts cannot be.");
            IReadOnlyList<(Module<T> Network, Optimizer<T> Optimizer)> branches = make(state);
            for (int place = 0; place < branches.Count; place++)
                NetworkTensors.Put(file, Prefix(place), branches[place].Network, branches[place].Optimizer, state.Branches[place].Steps,
                    state.Branches[place].Progress);
            return state;
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException or ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidDataException(
                $"{path} is not a checkpoint of this unit ({Excerpt.Of(problem.Message, 400)}) Remove it to have the unit trained from its start, or leave "
                    + $"--resume out to start over.", problem);
        }
    }

    private static string Prefix(int branch) => string.Create(CultureInfo.InvariantCulture, $"branch{branch}.");
}

/// <summary>What a unit has reached after an epoch. Members may be null where it was read from a file.</summary>
/// <param name="Epoch">Finished epochs.</param>
/// <param name="Seconds">The time so far.</param>
/// <param name="Branches">Runs that have been the same so far, with one network.</param>
/// <param name="Runs">All runs, in the order of the settings.</param>
internal sealed record ForkedState(int Epoch, double Seconds, IReadOnlyList<BranchState> Branches, IReadOnlyList<ReluRun> Runs)
{
    /// <summary>Whether a study can have reached this.</summary>
    /// <param name="settings">The study.</param>
    public bool IsOf(ReluTrainingSettings settings)
    {
        if (!(Epoch >= 1 && Epoch < settings.Epochs && Seconds >= 0 && double.IsFinite(Seconds)) || Runs is null || !ReluUnit.AreRuns(settings, Runs)
            || Branches is null || Branches.Any(branch => branch is not { Runs.Count: > 0, Progress: not null, Steps: >= 0 }))
            return false;
        int[] going = [.. Enumerable.Range(0, Runs.Count).Where(run => Runs[run].Diverged is null)];
        return Branches.SelectMany(branch => branch.Runs).Order().SequenceEqual(going) && going.All(run => Runs[run].Epochs.Count == Epoch)
            && Branches.All(branch => branch.Runs.Select(run => settings.RateOf(Runs[run].Slope)).Distinct().Count() == 1);
    }
}

/// <summary>Runs that share a network.</summary>
/// <param name="Steps">Steps of the optimiser.</param>
/// <param name="Progress">Its progress.</param>
/// <param name="Runs">The places of the runs among all.</param>
internal sealed record BranchState(long Steps, IReadOnlyDictionary<string, double> Progress, IReadOnlyList<int> Runs);
