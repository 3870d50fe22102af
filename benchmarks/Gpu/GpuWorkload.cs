using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>A workload of the command.</summary>
/// <param name="Name">Its name, equal to that of the peer's measurement of the same work except for the description of the engine after the last comma.</param>
/// <param name="Unit">The unit of the value.</param>
/// <param name="Make">Prepares the work on a device.</param>
/// <param name="MakeReduced">Prepares the same work at a size that is fast on the CPU, for the comparison.</param>
/// <param name="Tolerance">The largest difference between the GPU's and the CPU's result of the reduced work, relative to the largest magnitude.</param>
internal sealed record GpuWorkload(string Name, GpuUnit Unit, Func<Device, IGpuWork> Make, Func<Device, IGpuWork> MakeReduced, double Tolerance)
{
    /// <summary>The fewest bytes that the work must read and write; 0 if not counted.</summary>
    public double Bytes { get; init; }

    /// <summary>Floating-point operations, a multiply-add counted as two; 0 if not counted.</summary>
    public double Operations { get; init; }

    /// <summary>The device that measures it.</summary>
    public ProductsBy Products { get; init; } = ProductsBy.Any;

    /// <summary>The number of measured units per run, such as launches.</summary>
    public int PerRun { get; init; } = 1;

    /// <summary>The name of the reference workload for this one's fraction or ratio; it precedes this one.</summary>
    public string? Reference { get; init; }
}
