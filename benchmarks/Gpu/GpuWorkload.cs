using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>What the command measures.</summary>
/// <param name="Name">Its name, which the peer's measurement of the same work has too, up to what is said of the engine after the last comma.</param>
/// <param name="Unit">What the value is counted in.</param>
/// <param name="Make">Prepares the work on a device.</param>
/// <param name="MakeReduced">Prepares the same work at a size that the CPU does soon, for the comparison.</param>
/// <param name="Tolerance">How far the GPU's result of the reduced work may be from the CPU's, relative to the largest magnitude.</param>
internal sealed record GpuWorkload(string Name, GpuUnit Unit, Func<Device, IGpuWork> Make, Func<Device, IGpuWork> MakeReduced, double Tolerance)
{
    /// <summary>Bytes that the work must read and write at least; 0 if not counted.</summary>
    public double Bytes { get; init; }

    /// <summary>Floating-point operations, a multiply-add counted as two; 0 if not counted.</summary>
    public double Operations { get; init; }

    /// <summary>Which of the devices measures it.</summary>
    public ProductsBy Products { get; init; } = ProductsBy.Any;

    /// <summary>How often a run does what the value is about: launches in a run, for one.</summary>
    public int PerRun { get; init; } = 1;

    /// <summary>The workload that this one's share or ratio is of, by its name; it stands before this one.</summary>
    public string? Reference { get; init; }
}
