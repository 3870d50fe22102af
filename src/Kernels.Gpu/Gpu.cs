using System.Globalization;
using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Kernels;

/// <summary>The GPUs of this machine as devices, through CUDA and OpenCL.</summary>
public static class Gpu
{
    /// <summary>The usable GPUs: CUDA before OpenCL, and last the processors that an OpenCL driver offers. Empty if there are none.</summary>
    public static IReadOnlyList<GpuDescription> Devices
    {
        get
        {
            try
            {
                return [.. GpuPlatform.Gpus.Select(gpu =>
                    new GpuDescription(gpu.Name, gpu.AcceleratorType.ToString(), gpu.MemorySize, gpu.NumMultiprocessors))];
            }
            catch (InvalidOperationException)
            {
                // This program cannot use a GPU; Device reports the reason.
                return [];
            }
        }
    }

    /// <summary>
    /// Makes a device for a GPU, with its own stream and pool. Kernels run one after another, after the calls that start them have returned; copies to the host
    /// wait for them.
    /// </summary>
    /// <param name="name">A part of its name, its index in <see cref="Devices"/>, its driver, or null for the first.</param>
    /// <exception cref="InvalidOperationException">There is no GPU, or none with that name; the message names the request and the available GPUs.</exception>
    public static Device Device(string? name = null) => new GpuDevice(Find(name));

    /// <summary>Throws the same exceptions as <see cref="Device"/>, without making a device.</summary>
    /// <param name="name">The name, as for <see cref="Device"/>.</param>
    /// <exception cref="InvalidOperationException">There is no GPU, or none with that name.</exception>
    internal static void Demand(string? name = null) => Find(name);

    /// <summary>
    /// A GPU simulated on the CPU by ILGPU: it runs every GPU kernel, in groups of four threads, thousands of times slower than a GPU. For testing programs
    /// that are meant for a GPU.
    /// </summary>
    public static Device Simulated() => new GpuDevice(GpuPlatform.Simulated);

    private static ILGPU.Runtime.Device Find(string? name)
    {
        IReadOnlyList<ILGPU.Runtime.Device> gpus = GpuPlatform.Gpus;
        if (gpus.Count == 0)
        {
            throw new InvalidOperationException(
                "No GPU was found: neither a CUDA driver with a device, nor an OpenCL driver whose device offers OpenCL C 2.0 with a generic address space."
                + $"{GpuPlatform.Obstacles} Use Device.Default, the CPU; Gpu.Simulated() runs GPU kernels for tests.");
        }

        if (name is null)
            return gpus[0];
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place < gpus.Count)
            return gpus[place];
        return gpus.FirstOrDefault(gpu => gpu.Name.Contains(name, StringComparison.OrdinalIgnoreCase)
            || gpu.AcceleratorType.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException(
                $"No GPU is named '{name}'; there are {string.Join(", ", gpus.Select((gpu, at) => $"{at}: {gpu.Name} ({gpu.AcceleratorType})"))}.");
    }
}
