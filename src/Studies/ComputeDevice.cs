using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies;

/// <summary>The device of a study, as named on the command line.</summary>
/// <param name="Name">cpu, gpu, simulated, or a name for <see cref="Gpu.Device"/>.</param>
/// <param name="Threads">Threads of the CPU.</param>
internal sealed record ComputeDevice(string Name, int Threads)
{
    /// <summary>The CPU's name.</summary>
    public const string Cpu = "cpu";

    private const string AnyGpu = "gpu";
    private const string Simulated = "simulated";

    /// <summary>Checks that the device exists, before any work.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public void Demand()
    {
        if (Name is Cpu or Simulated)
            return;
        try
        {
            Gpu.Demand(Name == AnyGpu ? null : Name);
        }
        catch (InvalidOperationException problem)
        {
            throw new UsageException($"--device '{Excerpt.Of(Name)}': {Excerpt.Of(problem.Message, 1000)} Give cpu, simulated, or a GPU that there is.",
                problem);
        }
    }

    /// <summary>Makes the device.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU.</exception>
    public Device Open() => Open(Threads);

    /// <summary>Makes the device for work that uses several threads itself.</summary>
    /// <param name="threads">The number of threads inside a CPU kernel.</param>
    /// <exception cref="InvalidOperationException">There is no such GPU.</exception>
    public Device Open(int threads) => Name switch
    {
        Cpu => Device.Cpu(threads),
        AnyGpu => Gpu.Device(),
        Simulated => Gpu.Simulated(),
        _ => Gpu.Device(Name),
    };
}
