using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Compiles kernels to OpenCL C like ILGPU, with two additions: products and sums are not fused, and barriers also order shared memory. ILGPU's barrier has a
/// fence for global memory only.
/// </summary>
internal sealed partial class OpenClCompiler : IDisposable
{
    private const string KeepsApart = "#pragma OPENCL FP_CONTRACT OFF\n";
    private const string BothFences = "work_group_barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)";

    private readonly CLBackend backend;

    /// <summary>For a device.</summary><param name="accelerator">The device.</param>
    public OpenClCompiler(CLAccelerator accelerator)
        : this(accelerator.Capabilities, accelerator.Vendor, accelerator.CLStdVersion)
    {
    }

    /// <summary>Makes a compiler for an assumed device that supports everything the kernels need, so that the generated code can be inspected on any
    /// machine.</summary>
    public OpenClCompiler()
        : this(EveryCapability(), CLDeviceVendor.Other, CLCVersion.CL30)
    {
    }

    private OpenClCompiler(CLCapabilityContext capabilities, CLDeviceVendor vendor, CLCVersion version) =>
        backend = new CLBackend(GpuPlatform.Context, capabilities, vendor, version);

    /// <summary>A kernel in OpenCL C.</summary>
    /// <param name="kernel">Its entry point.</param>
    /// <exception cref="InternalCompilerException">The kernel cannot be translated.</exception>
    public CLCompiledKernel Compile(MethodInfo kernel)
    {
        CLCompiledKernel compiled = (CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
        ref string source = ref SourceOf(compiled);
        source = KeepsApart + GlobalFence().Replace(source, BothFences);
        return compiled;
    }

    public void Dispose() => backend.Dispose();

    private static CLCapabilityContext EveryCapability() => new(true, true, true, true, true);

    [GeneratedRegex(@"work_group_barrier\s*\(\s*CLK_GLOBAL_MEM_FENCE\s*\)")]
    private static partial Regex GlobalFence();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Source>k__BackingField")]
    private static extern ref string SourceOf(CLCompiledKernel kernel);
}
