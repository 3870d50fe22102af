using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed.Tests;

/// <summary>How a process learns that it is a rank, and which library it looks for.</summary>
public class LauncherTests
{
    [Fact]
    public void TheEnvironmentTellsTheLauncher()
    {
        Assert.Equal(new MpiLauncher(null, null, null, false), Of());
        Assert.Equal((4, false), SizeAndFamily(Of(("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "4"), ("PMIX_RANK", "1"))));
        Assert.Equal((3, true), SizeAndFamily(Of(("PMI_RANK", "0"), ("PMI_SIZE", "3"))));
        Assert.Equal((8, false), SizeAndFamily(Of(("PMIX_RANK", "0"), ("SLURM_STEP_NUM_TASKS", "8"))));
        Assert.Equal((null, false), SizeAndFamily(Of(("PMIX_RANK", "0"))));
        Assert.Equal(2, Of(("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_SIZE", "2")).LocalSize);
        Assert.Equal(3, Of(("PMI_RANK", "1"), ("MPI_LOCALNRANKS", "3")).LocalSize);
        Assert.Equal((null, true), SizeAndFamily(Of(("PMI_RANK", "0"), ("PMI_SIZE", "many"))));
    }

    [Fact]
    public void TheLaunchersLibraryComesFirst()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names of libraries are those of Linux here.");
        Assert.Equal(["libmpi.so.40", "libmpi_abi.so.0", "libmpich.so.12", "libmpi.so.12", "libmpi.so"], MpiLibrary.Names(false));
        Assert.Equal(["libmpich.so.12", "libmpi.so.12", "libmpi_abi.so.0", "libmpi.so.40", "libmpi.so"], MpiLibrary.Names(true));
    }

    [Fact]
    public void AMissingLibraryIsNamed()
    {
        Outcome outcome = Launcher.RunAlone(new() { ["PMI_RANK"] = "0", ["PMI_SIZE"] = "1", [MpiLibrary.Variable] = "libnosuchmpi.so" }, "hello");
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains("The MPI library 'libnosuchmpi.so', which CONSERVATIVEAD_MPI names, cannot be loaded.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ALibraryThatIsNotMpiIsNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library's name is that of Linux.");
        Outcome outcome = Launcher.RunAlone(new() { ["PMI_RANK"] = "0", ["PMI_SIZE"] = "1", [MpiLibrary.Variable] = "libm.so.6" }, "hello");
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains("libm.so.6 has no MPI_Isend", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutALauncherThereIsOneRankAndNoLibraryIsLookedFor()
    {
        Outcome outcome = Launcher.RunAlone(new() { [MpiLibrary.Variable] = "libnosuchmpi.so" }, "hello");
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal(["1 ranks, without MPI"], outcome.Lines);
    }

    private static MpiLauncher Of(params (string Name, string Value)[] variables) =>
        MpiLauncher.Detect(name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    private static (int? Size, bool PrefersMpich) SizeAndFamily(MpiLauncher launcher)
    {
        Assert.True(launcher.IsJob);
        return (launcher.Size, launcher.PrefersMpich);
    }
}
