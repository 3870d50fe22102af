using System.Globalization;

namespace ConservativeAD.Optimizers;

/// <summary>The progress of schedules that are made of others.</summary>
internal static class PartProgress
{
    /// <summary>The numbers of all parts.</summary>
    public static IReadOnlyDictionary<string, double> Of(IStepSizeSchedule[] parts)
    {
        Dictionary<string, double> numbers = [];
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is IKeepsProgress keeper)
                numbers = new(numbers.Concat(keeper.Progress.Under(PrefixOf(part))));
        }

        return numbers;
    }

    /// <summary>Restores the numbers of all parts.</summary>
    public static void Restore(IStepSizeSchedule[] parts, IReadOnlyDictionary<string, double> progress)
    {
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is IKeepsProgress keeper)
                keeper.RestoreProgress(progress.From(PrefixOf(part)));
        }
    }

    private static string PrefixOf(int part) => string.Create(CultureInfo.InvariantCulture, $"part{part}.");
}
