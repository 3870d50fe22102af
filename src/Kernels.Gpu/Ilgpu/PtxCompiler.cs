using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Compiles kernels for CUDA without a device, so that code that ILGPU cannot translate is found on any machine.</summary>
/// <param name="architecture">The architecture of the GPUs. The code also runs on newer ones, and names the oldest architecture with everything that ILGPU
/// uses: SM_80 if SM_90 is requested.</param>
/// <param name="language">The version of PTX.</param>
internal sealed class PtxCompiler(CudaArchitecture architecture, CudaInstructionSet language) : IDisposable
{
    private readonly PTXBackend backend = new(GpuPlatform.Context, architecture, language, null!);

    public PtxCompiler()
        : this(CudaArchitecture.SM_90, CudaInstructionSet.ISA_80)
    {
    }

    /// <summary>The assembly text of a kernel.</summary>
    /// <param name="kernel">Its entry point.</param>
    /// <exception cref="InternalCompilerException">The kernel cannot be translated.</exception>
    public string Compile(MethodInfo kernel) =>
        ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty)).PTXAssembly;

    public void Dispose() => backend.Dispose();
}
