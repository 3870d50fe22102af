using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Finds the drivers under their names on machines without development packages. ILGPU loads libcuda.so and libOpenCL.so; drivers install libcuda.so.1 and
/// libOpenCL.so.1.
/// </summary>
internal static class DriverLibraries
{
    private static int isWatching;

    /// <summary>From now on, a library that ILGPU does not find is loaded under its other name.</summary>
    public static void Find()
    {
        if (OperatingSystem.IsLinux() && Interlocked.Exchange(ref isWatching, 1) == 0)
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>The file name of a driver, for the name that ILGPU uses; null for any other library.</summary><param name="library">The name.</param>
    internal static string? RuntimeName(string library) => library switch
    {
        "cuda" or "libcuda" or "libcuda.so" => "libcuda.so.1",
        "OpenCL" or "libOpenCL" or "libOpenCL.so" => "libOpenCL.so.1",
        _ => null,
    };

    private static nint Resolve(Assembly assembly, string library) =>
        assembly == typeof(Context).Assembly && RuntimeName(library) is { } name && NativeLibrary.TryLoad(name, out nint handle) ? handle : 0;
}
