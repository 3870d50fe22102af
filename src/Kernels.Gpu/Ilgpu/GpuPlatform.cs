using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
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

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The GPUs of this machine, and ILGPU's CPU accelerator that simulates one. ILGPU's context lives as long as the process.</summary>
internal static class GpuPlatform
{
    // Threads per warp and warps per group: few, because each simulated thread is a thread of the operating system.
    private const int SimulatedWarp = 2;
    private const int SimulatedWarps = 2;

    private static readonly Lazy<Context> Shared = new(TryMakeContext);

    /// <summary>ILGPU's context, with the instructions that the kernels need.</summary>
    /// <exception cref="InvalidOperationException">This program cannot compile kernels; the message gives the reason.</exception>
    public static Context Context => Shared.Value;

    /// <summary>The reasons why drivers cannot be used, by the driver's name; empty if all can be used.</summary>
    public static string Obstacles { get; private set; } = "";

    /// <summary>
    /// The GPUs: CUDA before OpenCL, each in the order of its driver; processors that OpenCL offers come last. A GPU that both offer is listed once.
    /// </summary>
    public static IReadOnlyList<ILGPU.Runtime.Device> Gpus
    {
        get
        {
            List<ILGPU.Runtime.Device> gpus = [.. Context.GetCudaDevices()];
            HashSet<string> names = [.. gpus.Select(gpu => gpu.Name)];
            List<CLDevice> offered = [.. Context.GetCLDevices()];
            foreach (CLDevice device in offered.OrderBy(IsProcessor))
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

    /// <summary>Whether a device is a processor, rather than a GPU, that an OpenCL driver offers.</summary><param name="device">The device.</param>
    public static bool IsProcessor(ILGPU.Runtime.Device device) => device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    // ILGPU translates a program's own code at run time, so the code must be present, and the runtime must be able to run new code.
    private static Context TryMakeContext()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            throw new InvalidOperationException(
                "GPU kernels are compiled while the program runs; a program that was compiled ahead of time (NativeAOT) cannot do that. Publish it without "
                    + "PublishAot, or use Device.Default, the CPU.");
        try
        {
            return MakeContext();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"ILGPU, which compiles GPU kernels, could not be started: {exception.GetBaseException().Message.TrimEnd('.')}. Where the program was "
                    + $"published with PublishTrimmed, keep what ILGPU reads by reflection: <TrimmerRootAssembly Include=\"ILGPU\" />, and likewise "
                    + $"ConservativeAD.Kernels, ConservativeAD.Kernels.Gpu and System.Private.CoreLib.", exception);
        }
    }

    private static Context MakeContext() => Context.Create(builder =>
    {
        DriverLibraries.Find();
        // At O2, ILGPU moves loads behind stores to the same address.
        builder.Optimize(OptimizationLevel.O1);
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
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException
            or NotSupportedException or CudaException or CLException)
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

        Write(manager, typeof(Rounding), nameof(PtxInstructions.Rounded), nameof(OpenClInstructions.Rounded));
        Write(manager, typeof(Comparisons), nameof(PtxInstructions.Compared), nameof(OpenClInstructions.Compared));
        Convert(manager, nameof(HalfBits.ToSingle), nameof(PtxInstructions.HalfToSingle), nameof(HalfBits.SingleByBits));
        Convert(manager, nameof(HalfBits.FromSingle), nameof(PtxInstructions.HalfFromSingle), nameof(HalfBits.HalfByBits));
    }

    // Registers one code generator per language for every method of a class.
    private static void Write(IntrinsicImplementationManager manager, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
        Type methods, string ptx, string openCl)
    {
        foreach (MethodInfo method in methods.GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxInstructions), ptx, IntrinsicImplementationMode.GenerateCode));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(OpenClInstructions), openCl, IntrinsicImplementationMode.GenerateCode));
        }
    }

    private static void Convert(IntrinsicImplementationManager manager, string conversion, string instruction, string byBits)
    {
        MethodInfo method = typeof(HalfBits).GetMethod(conversion)!;
        manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxInstructions), instruction, IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(method, new CLIntrinsic(typeof(HalfBits), byBits, IntrinsicImplementationMode.Redirect));
    }
}
