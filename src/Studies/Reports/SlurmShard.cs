using System.Globalization;

namespace ConservativeAD.Studies.Reports;

/// <summary>The shard of a task in a job array of Slurm, by the variables that Slurm sets.</summary>
internal static class SlurmShard
{
    private const string Task = "SLURM_ARRAY_TASK_ID";
    private const string Count = "SLURM_ARRAY_TASK_COUNT";
    private const string First = "SLURM_ARRAY_TASK_MIN";
    private const string Last = "SLURM_ARRAY_TASK_MAX";

    /// <summary>The shard, or why there is none.</summary>
    /// <param name="variable">The value of an environment variable; null if it is not set.</param>
    /// <returns>The shard, or a sentence.</returns>
    public static (Shard? Shard, string? Problem) Of(Func<string, string?> variable)
    {
        if (new[] { Task, Count, First, Last }.FirstOrDefault(name => string.IsNullOrEmpty(variable(name))) is { } missing)
            return (null, $"slurm needs a job array, and {missing} is not set; submit the job by sbatch --array=1-N, or give a shard such as 2/4");
        if (Number(Task) is not { } task || Number(Count) is not { } count || Number(First) is not { } first || Number(Last) is not { } last)
            return (null, $"slurm takes whole numbers from the variables of a job array; {Task} is '{variable(Task)}', {Count} '{variable(Count)}'");
        // Part of an array, submitted again, looks like a smaller array; with its first task or the numbers in between missing, it can be told.
        if (first > 1 || last - first + 1 != count || task < first || task > last || count > Shard.Most)
            return (null, string.Create(CultureInfo.InvariantCulture,
                $"slurm takes arrays that count from 0 or 1 without gaps; this one has {count} tasks from {first} to {last}. Give the shard of a task that is "
                    + $"submitted again by its name, such as {Math.Max(1, task)}/N"));
        return (new Shard(task - first + 1, count), null);

        int? Number(string name) => int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
