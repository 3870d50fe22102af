using System.Runtime.InteropServices;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>Finds the MPI library of the machine.</summary>
internal static class MpiLibrary
{
    /// <summary>The environment variable that names the library: a file, or a name that the system's loader finds.</summary>
    public const string Variable = "CONSERVATIVEAD_MPI";

    /// <summary>Loads the library that fits a launcher.</summary>
    /// <param name="launcher">How the process was started.</param>
    /// <returns>The library's handle and name.</returns>
    /// <exception cref="MpiException">There is none; the message says where was looked.</exception>
    public static (nint Handle, string Name) Load(MpiLauncher launcher)
    {
        UcxSignals.LeaveToRuntime();
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return NativeLibrary.TryLoad(named, out nint own)
                ? (own, named)
                : throw new MpiException($"The MPI library '{named}', which {Variable} names, cannot be loaded. Name the file of an MPI library, such as that "
                    + $"of libmpi.so.40, libmpich.so.12 or libmpi_abi.so.0, or unset the variable.");
        }

        string[] names = [.. Names(launcher.PrefersMpich)];
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
                return (handle, name);
        }

        throw new MpiException($"The process was started by {launcher.Name ?? "no launcher of MPI"}, and no MPI library was found (looked for "
            + $"{string.Join(", ", names)}). Install Open MPI or MPICH (Debian: apt-get install openmpi-bin), or name the library's file in {Variable}.");
    }

    /// <summary>The names to try, in order.</summary>
    /// <param name="prefersMpich">Whether a library of MPICH's family comes first.</param>
    public static IEnumerable<string> Names(bool prefersMpich)
    {
        if (OperatingSystem.IsWindows())
            return ["msmpi.dll", "impi.dll", "mpi_abi.dll"];
        string[] openMpi, mpich, standard, plain;
        if (OperatingSystem.IsMacOS())
            (openMpi, mpich, standard, plain) = (["libmpi.40.dylib"], ["libmpich.12.dylib", "libmpi.12.dylib"], ["libmpi_abi.0.dylib"], ["libmpi.dylib"]);
        else
            (openMpi, mpich, standard, plain) = (["libmpi.so.40"], ["libmpich.so.12", "libmpi.so.12"], ["libmpi_abi.so.0"], ["libmpi.so"]);
        return prefersMpich ? [.. mpich, .. standard, .. openMpi, .. plain] : [.. openMpi, .. standard, .. mpich, .. plain];
    }
}
