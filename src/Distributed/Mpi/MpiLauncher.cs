using System.Globalization;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>What a process can tell from its environment about how it was started.</summary>
/// <param name="Name">The launcher's name for messages; null if the process was not started by one.</param>
/// <param name="Size">The number of processes that it started; null if it does not say.</param>
/// <param name="LocalSize">The number of those on this machine; null if it does not say.</param>
/// <param name="PrefersMpich">Whether it is one of MPICH's family rather than of Open MPI's.</param>
internal sealed record MpiLauncher(string? Name, int? Size, int? LocalSize, bool PrefersMpich)
{
    /// <summary>Whether the process is one of an MPI job.</summary>
    public bool IsJob => Name is not null;

    /// <summary>Reads the environment.</summary>
    public static MpiLauncher Detect() => Detect(Environment.GetEnvironmentVariable);

    /// <summary>Reads an environment.</summary>
    /// <param name="variable">The value of a variable, or null.</param>
    public static MpiLauncher Detect(Func<string, string?> variable)
    {
        if (variable("OMPI_COMM_WORLD_RANK") is not null)
            return new MpiLauncher("mpirun of Open MPI", Number(variable("OMPI_COMM_WORLD_SIZE")), Number(variable("OMPI_COMM_WORLD_LOCAL_SIZE")), false);
        if (variable("PMI_RANK") is not null)
            return new MpiLauncher("a launcher of MPICH's family (PMI)", Number(variable("PMI_SIZE")), Number(variable("MPI_LOCALNRANKS")), true);
        return variable("PMIX_RANK") is not null
            ? new MpiLauncher("a launcher with PMIx", Number(variable("SLURM_STEP_NUM_TASKS")), null, false)
            : new MpiLauncher(null, null, null, false);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
