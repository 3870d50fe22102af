using System.Runtime.InteropServices;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>
/// Keeps UCX, a transport that MPI libraries load, from taking over the signals by which .NET finds null references: UCX otherwise ends the process where a
/// program would catch a <see cref="NullReferenceException"/>.
/// </summary>
internal static partial class UcxSignals
{
    private const string Variable = "UCX_ERROR_SIGNALS";

    /// <summary>Sets UCX's own variable, unless the user has, where native code reads it.</summary>
    public static void LeaveToRuntime()
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(Variable) is not null)
            return;
        _ = SetVariable(Variable, "", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
