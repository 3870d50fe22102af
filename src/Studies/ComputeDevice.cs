using ConservativeAD.Kernels;

namespace ConservativeAD.Studies;

/// <summary>Which device a study computes on, as the command line names it.</summary>
/// <param name="Name">cpu, gpu, simulated, or what <see cref="Device.Gpu"/> takes.</param>
/// <param name="Threads">Threads of the CPU.</param>
internal sealed record ComputeDevice(string Name, int Threads)
{
    /// <summary>The CPU's name.</summary>
    public const string Cpu = "cpu";

    /// <summary>Makes the device.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU.</exception>
    public Device Open() => Open(Threads);

    /// <summary>Makes the device, for work that runs on several threads of its own.</summary>
    /// <param name="threads">Threads inside a kernel of the CPU.</param>
    /// <exception cref="InvalidOperationException">There is no such GPU.</exception>
    public Device Open(int threads) => Name switch
    {
        Cpu => Device.Cpu(threads),
        "gpu" => Device.Gpu(),
        "simulated" => Device.SimulatedGpu(),
        _ => Device.Gpu(Name),
    };
}
