using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>Compiles kernels for CUDA where there is no such device: what ILGPU cannot translate shows on any machine.</summary>
internal sealed class PtxCompiler : IDisposable
{
    private readonly PTXBackend backend = new(GpuPlatform.Context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null!);

    /// <summary>The assembly text of a kernel.</summary>
    /// <param name="kernel">Its entry point.</param>
    /// <exception cref="InternalCompilerException">It cannot be translated.</exception>
    public string Compile(MethodInfo kernel) => ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty)).PTXAssembly;

    public void Dispose() => backend.Dispose();
}
