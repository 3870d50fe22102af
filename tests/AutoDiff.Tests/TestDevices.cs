using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Gpu;

namespace ConservativeAD.Tests;

/// <summary>The devices that stand beside the CPU in tests: every GPU of the machine, and the simulated one, which is a GPU for all that a test can see.</summary>
internal static partial class TestDevices
{
    private static readonly HashSet<MethodInfo> Compiled = [];
    private static readonly PtxCompiler Compiler = new();

    public static Device Simulated { get; } = Device.SimulatedGpu();

    public static IReadOnlyList<Device> Gpus { get; } = [Simulated, .. Enumerable.Range(0, Device.Gpus.Count).Select(place => Device.Gpu(place.ToString(CultureInfo.InvariantCulture)))];

    /// <summary>Compiles for CUDA every kernel that the simulated GPU has run and that has not been compiled: it must translate, call nothing that does not exist there, and round every sum and product by itself.</summary>
    public static void AssertCudaTakesNewKernels()
    {
        lock (Compiled)
        {
            foreach (MethodInfo kernel in ((GpuDevice)Simulated).Kernels.Methods)
            {
                if (!Compiled.Add(kernel))
                    continue;
                string assembly = Compiler.Compile(kernel);
                Assert.Contains(".visible .entry", assembly, StringComparison.Ordinal);
                Assert.DoesNotContain(".extern", assembly, StringComparison.Ordinal);
                Assert.DoesNotMatch(FreelyRounded(), assembly);
            }
        }
    }

    [GeneratedRegex(@"\b(add|sub|mul|mad|div|sqrt)\.(approx\.)?f(32|64)")]
    private static partial Regex FreelyRounded();
}
