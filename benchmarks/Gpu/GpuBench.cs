using System.Globalization;
using System.Runtime.InteropServices;
using ConservativeAD.Benchmarks.Workloads;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>
/// Compares every workload with the CPU and measures it, on one GPU: with a device that multiplies matrices by cuBLAS if it is installed, and with one that
/// does not.
/// </summary>
internal sealed class GpuBench : IDisposable
{
    private const string Simulated = "simulated";
    private const string CuBlasSwitch = "CONSERVATIVEAD_CUBLAS";

    private readonly Device device;
    private readonly Device own;
    private readonly bool hasCuBlas;
    private readonly string driver;
    private readonly GpuTimer timer;
    private readonly List<GpuResult> results = [];
    private readonly List<string> failures = [];

    /// <summary>Opens a GPU.</summary>
    /// <param name="name">A part of its name, its index, "simulated", or null for the first.</param>
    /// <param name="timer">The timer of the measurements.</param>
    public GpuBench(string? name, GpuTimer timer)
    {
        this.timer = timer;
        device = Open(name);
        hasCuBlas = ((GpuDevice)device).Products is not null;
        string? switched = Environment.GetEnvironmentVariable(CuBlasSwitch);
        Environment.SetEnvironmentVariable(CuBlasSwitch, "0");
        own = Open(name);
        Environment.SetEnvironmentVariable(CuBlasSwitch, switched);
        driver = DriverOf(device);
    }

    /// <summary>All measurements so far.</summary>
    public GpuReport Report =>
        new(device.ToString()!, driver, DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), RuntimeInformation.FrameworkDescription,
            hasCuBlas, results, failures);

    /// <summary>Compares and measures one workload. A failure is reported and recorded, and the other workloads are still measured.</summary>
    public void Measure(GpuWorkload workload)
    {
        bool needsCuBlas = workload.Products is ProductsBy.CuBlas or ProductsBy.CuBlasWithTensorFloat;
        if (needsCuBlas && !hasCuBlas)
        {
            Console.WriteLine($"{workload.Name}: left out, {device} has no cuBLAS");
            return;
        }

        Device on = workload.Products == ProductsBy.OwnKernels ? own : device;
        on.AllowsTensorFloat = workload.Products is ProductsBy.CuBlasWithTensorFloat or ProductsBy.AnyWithTensorFloat;
        try
        {
            double difference = Difference(workload, on), seconds;
            using (IGpuWork work = workload.Make(on))
            {
                seconds = timer.Measure(on, work) / workload.PerRun;
                difference = Math.Max(difference, work.SampledDifference());
            }

            if (!(difference <= workload.Tolerance))
                Fail(workload,
                    string.Create(CultureInfo.InvariantCulture,
                        $"differs from the CPU by {difference:0.0E+0} of the largest magnitude, {workload.Tolerance:0.0E+0} is allowed"));
            GpuResult result = Result(workload, seconds, difference);
            results.Add(result);
            Console.WriteLine(Line(result));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Fail(workload, $"{exception.GetType().Name}: {exception.Message}");
        }
        finally
        {
            on.AllowsTensorFloat = false;
        }
    }

    public void Dispose()
    {
        own.Dispose();
        device.Dispose();
    }

    private static Device Open(string? name) => name == Simulated ? Kernels.Gpu.Simulated() : Kernels.Gpu.Device(name);

    private static double Difference(GpuWorkload workload, Device on)
    {
        float[] expected;
        using (IGpuWork reference = workload.MakeReduced(Device.Default))
            expected = reference.Result();
        using IGpuWork work = workload.MakeReduced(on);
        return Differences.Largest(work.Result(), expected);
    }

    private static string DriverOf(Device device)
    {
        const string Nvidia = "/proc/driver/nvidia/version";
        string kind = Kernels.Gpu.Devices.FirstOrDefault(gpu => device.ToString()!.StartsWith(gpu.Name, StringComparison.Ordinal))?.Driver
            ?? "ILGPU's CPU accelerator";
        return File.Exists(Nvidia) ? $"{kind}; {File.ReadLines(Nvidia).First()}" : kind;
    }

    private static string Line(GpuResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Name}: {result.Value:G4} {result.Unit}{(result.Share is double share ? $", {100 * share:0.0} % of the reference" : "")}; "
            + $"{result.Seconds * 1000:G4} ms; difference from the CPU {result.Difference:0.0E+0}");

    private GpuResult Result(GpuWorkload workload, double seconds, double difference)
    {
        GpuResult? reference = results.Find(result => result.Name == workload.Reference);
        double ratio = reference is null ? double.NaN : seconds / reference.Seconds;
        (string unit, double value) = workload.Unit switch
        {
            GpuUnit.GigabytesPerSecond => ("GB/s", workload.Bytes / seconds / 1e9),
            GpuUnit.TeraflopsPerSecond => ("TFLOP/s", workload.Operations / seconds / 1e12),
            GpuUnit.Microseconds => ("µs", seconds * 1e6),
            GpuUnit.Ratio when reference is not null => ("times the gradient", ratio),
            _ => ("ms", seconds * 1e3),
        };
        double? share = reference is null || workload.Unit == GpuUnit.Ratio ? null
            : workload.Unit == GpuUnit.GigabytesPerSecond ? value / reference.Value : 1 / ratio;
        return new GpuResult(workload.Name, unit, value, seconds, workload.Bytes > 0 ? workload.Bytes : null, workload.Operations > 0
            ? workload.Operations
            : null, share, difference);
    }

    private void Fail(GpuWorkload workload, string why)
    {
        failures.Add($"{workload.Name}: {why}");
        Console.WriteLine($"FAILED {workload.Name}: {why}");
    }
}
