using System.Globalization;
using ConservativeAD.Kernels.Gpu;

namespace ConservativeAD.Kernels;

/// <summary>A GPU of this machine.</summary>
/// <param name="Name">Its name, as its driver tells it.</param>
/// <param name="Driver">CUDA or OpenCL.</param>
/// <param name="MemoryBytes">How much memory it has.</param>
/// <param name="Multiprocessors">How many groups of threads it works on at a time, at least.</param>
public sealed record GpuDescription(string Name, string Driver, long MemoryBytes, int Multiprocessors)
{
    internal static IReadOnlyList<GpuDescription> All() => [.. GpuPlatform.Gpus.Select(gpu => new GpuDescription(gpu.Name, gpu.AcceleratorType.ToString(), gpu.MemorySize, gpu.NumMultiprocessors))];

    internal static ILGPU.Runtime.Device Find(string? name)
    {
        IReadOnlyList<ILGPU.Runtime.Device> gpus = GpuPlatform.Gpus;
        if (gpus.Count == 0)
            throw new InvalidOperationException($"No GPU was found: neither a CUDA driver with a device, nor an OpenCL driver whose device offers OpenCL C 2.0 with a generic address space.{GpuPlatform.Obstacles} Use Device.Default, the CPU; Device.SimulatedGpu() runs GPU kernels for tests.");
        if (name is null)
            return gpus[0];
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place < gpus.Count)
            return gpus[place];
        return gpus.FirstOrDefault(gpu => gpu.Name.Contains(name, StringComparison.OrdinalIgnoreCase) || gpu.AcceleratorType.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"No GPU is named '{name}'; there are {string.Join(", ", gpus.Select((gpu, at) => $"{at}: {gpu.Name} ({gpu.AcceleratorType})"))}.");
    }
}
