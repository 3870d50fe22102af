using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Tests;

/// <summary>
/// The devices that tests compare with the CPU: every GPU of the machine and the simulated one, which tests cannot distinguish from a GPU; or only the one that
/// CONSERVATIVEAD_GPU names.
/// </summary>
internal static partial class TestDevices
{
    private static readonly HashSet<MethodInfo> Compiled = [];
    private static readonly PtxCompiler Compiler = new();

    private static readonly Device First = TestGpu.Shared;

    /// <summary>Classes that use them belong to the collection <see cref="TestGpu.Collection"/>.</summary>
    public static IReadOnlyList<Device> Gpus { get; } = TestGpu.Name is null ? [First, .. RealGpus()] : [First];

    /// <summary>Whether a row of the table of operations is tested in float, and whether in Half: in one of them on the simulated GPU alone.</summary>
    /// <param name="row">The row's name.</param>
    public static (bool InFloat, bool InHalf) PrecisionsOf(string row)
    {
        bool isSimulated = TestGpu.Name is null && Gpus.Count == 1;
        return (!isSimulated || row.Length % 2 == 0, !isSimulated || row.Length % 2 != 0);
    }

    /// <summary>
    /// Compiles for CUDA every kernel that the first GPU has run and that has not been compiled: it must translate, call only existing functions, round every
    /// sum and product separately, and keep comparisons unchanged.
    /// </summary>
    public static void AssertCudaTakesNewKernels()
    {
        // With a named device, only results are tested; the compiled text is checked in the run without one.
        if (TestGpu.Name is not null)
            return;
        lock (Compiled)
        {
            foreach (MethodInfo kernel in ((GpuDevice)First).Kernels.Methods)
            {
                if (!Compiled.Add(kernel))
                    continue;
                string assembly = Compiler.Compile(kernel);
                Assert.Contains(".visible .entry", assembly, StringComparison.Ordinal);
                Assert.DoesNotContain(".extern", assembly, StringComparison.Ordinal);
                Assert.DoesNotMatch(FreelyRounded(), assembly);
                Assert.True(PtxOrder.LoadBehindStore(assembly) is null,
                    $"{kernel} loads behind a store to the same place: {PtxOrder.LoadBehindStore(assembly)}");
                Assert.False(Unordered()
                    .IsMatch(assembly),
                    $"{kernel} compares with <, >, ≤ or ≥ outside of lanes; choose by L.IfGreater and L.IfEqual: {Unordered().Match(assembly)}");
                Assert.False(SmallestNumber().IsMatch(assembly), $"{kernel} makes a number of a truth value; write condition ? L.Constant(1) : L.Constant(0).");
            }
        }
    }

    // A processor that OpenCL offers is not a GPU; it is tested only if it is named.
    private static IEnumerable<Device> RealGpus()
    {
        IReadOnlyList<ILGPU.Runtime.Device> gpus = Gpu.Devices.Count > 0 ? GpuPlatform.Gpus : [];
        return Enumerable.Range(0, gpus.Count).Where(place => !GpuPlatform.IsProcessor(gpus[place]))
            .Select(place => Gpu.Device(place.ToString(CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"\b(add|sub|mul|mad|div|sqrt)\.(approx\.)?f(32|64)")]
    private static partial Regex FreelyRounded();

    // Is true for NaN, because ILGPU has inverted a comparison; OpenCL gives another result. ≠ is right on both.
    [GeneratedRegex(@"\bsetp\.(eq|lt|le|gt|ge)u\.f(32|64)")]
    private static partial Regex Unordered();

    // ILGPU's code for the conversion of a truth value to a floating-point number.
    [GeneratedRegex(@"\b0(d0{15}1|f0{7}1)\b")]
    private static partial Regex SmallestNumber();
}
