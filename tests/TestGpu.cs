using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>The GPU of tests: the one that CONSERVATIVEAD_GPU names, or the simulated one.</summary>
internal static class TestGpu
{
    /// <summary>
    /// The collection of the test classes that use <see cref="Shared"/>: they run one after another, because a device is used by one thread at a time.
    /// </summary>
    public const string Collection = "GPU";

    private static readonly Lazy<Device> Made = new(Open);

    /// <summary>The given name, or null.</summary>
    public static string? Name { get; } = Environment.GetEnvironmentVariable("CONSERVATIVEAD_GPU") is { Length: > 0 } name ? name : null;

    /// <summary>
    /// The device that tests share, so that each kernel is compiled once. It is never disposed of, and its memory is not counted, because arrays of earlier
    /// tests are only released when they are collected.
    /// </summary>
    public static Device Shared => Made.Value;

    /// <summary>A new device for the caller, who must dispose of it.</summary>
    public static Device Open() => Name is null ? Gpu.Simulated() : Gpu.Device(Name);
}
