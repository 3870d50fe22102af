using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>The GPUs of this machine, and ILGPU's CPU accelerator that simulates one. ILGPU's context lives as long as the process.</summary>
internal static class GpuPlatform
{
    // Threads of a warp, warps of a group: few, since each simulated thread costs a thread of the system.
    private const int SimulatedWarp = 2;
    private const int SimulatedWarps = 2;

    private static readonly Lazy<Context> Shared = new(MakeContext);

    /// <summary>ILGPU's context, with the instructions that the kernels need.</summary>
    public static Context Context => Shared.Value;

    /// <summary>What kept a driver from being used, by its name; empty where none was found wanting.</summary>
    public static string Obstacles { get; private set; } = "";

    /// <summary>The GPUs: CUDA before OpenCL, each in the order of its driver. A GPU that both offer stands once.</summary>
    public static IReadOnlyList<ILGPU.Runtime.Device> Gpus
    {
        get
        {
            List<ILGPU.Runtime.Device> gpus = [.. Context.GetCudaDevices()];
            HashSet<string> names = [.. gpus.Select(gpu => gpu.Name)];
            foreach (CLDevice device in Context.GetCLDevices())
            {
                if (names.Add(device.Name))
                    gpus.Add(device);
            }

            return gpus;
        }
    }

    /// <summary>The simulated device.</summary>
    public static CPUDevice Simulated => Context.GetCPUDevices()[0];

    /// <summary>Whether a device is simulated.</summary><param name="device">The device.</param>
    public static bool IsSimulated(ILGPU.Runtime.Device device) => device.AcceleratorType == AcceleratorType.CPU;

    private static Context MakeContext() => Context.Create(builder =>
    {
        builder.Optimize(OptimizationLevel.O2);
        builder.CPU(new CPUDevice(SimulatedWarp, SimulatedWarps, 1));
        Offer("CUDA", () => builder.Cuda());
        Offer("OpenCL", () => builder.OpenCL());
        Register(builder.GetIntrinsicManager());
    });

    private static void Offer(string driver, Action find)
    {
        try
        {
            find();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException or NotSupportedException or CudaException or CLException)
        {
            Obstacles += $" {driver}: {exception.GetBaseException().Message}";
        }
    }

    private static void Register(IntrinsicImplementationManager manager)
    {
        PTXIntrinsic exact = new(typeof(PtxInstructions), nameof(PtxInstructions.Arithmetic), IntrinsicImplementationMode.GenerateCode);
        foreach (BinaryArithmeticKind kind in (BinaryArithmeticKind[])[BinaryArithmeticKind.Add, BinaryArithmeticKind.Sub, BinaryArithmeticKind.Mul])
        {
            manager.RegisterBinaryArithmetic(kind, BasicValueType.Float32, exact);
            manager.RegisterBinaryArithmetic(kind, BasicValueType.Float64, exact);
        }

        foreach (MethodInfo method in typeof(Rounding).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxInstructions), nameof(PtxInstructions.MultiplyAdd), IntrinsicImplementationMode.GenerateCode));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(OpenClInstructions), nameof(OpenClInstructions.MultiplyAdd), IntrinsicImplementationMode.GenerateCode));
        }

        Convert(manager, nameof(HalfBits.ToSingle), nameof(PtxInstructions.HalfToSingle), nameof(HalfBits.SingleByBits));
        Convert(manager, nameof(HalfBits.FromSingle), nameof(PtxInstructions.HalfFromSingle), nameof(HalfBits.HalfByBits));
    }

    private static void Convert(IntrinsicImplementationManager manager, string conversion, string instruction, string byBits)
    {
        MethodInfo method = typeof(HalfBits).GetMethod(conversion)!;
        manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxInstructions), instruction, IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(method, new CLIntrinsic(typeof(HalfBits), byBits, IntrinsicImplementationMode.Redirect));
    }
}
