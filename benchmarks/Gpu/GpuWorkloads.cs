using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>
/// All workloads of the command, in a size for GPUs or in one for the simulated GPU, which takes milliseconds where a GPU takes nanoseconds.
/// </summary>
internal sealed class GpuWorkloads(bool isSmall)
{
    private const double SingleTolerance = 1e-5;
    private const double DoubleTolerance = 1e-6;
    private const double HalfTolerance = 5e-3;
    private const double TensorFloatTolerance = 2e-3;

    // The tolerance for gradients of whole networks, where a relu's argument near 0 may round to the other side.
    private const double NetworkTolerance = 1e-3;
    private const double DeepNetworkTolerance = 2e-2;

    private readonly int elements = isSmall ? 256 : 1 << 26;
    private readonly int reducedElements = isSmall ? 256 : 100_003;
    private readonly int reducedProduct = isSmall ? 9 : 300;

    public IEnumerable<GpuWorkload> All() =>
    [
        .. Elementwise<float>(SingleTolerance),
        .. Elementwise<Half>(HalfTolerance),
        .. Launches(),
        .. (isSmall ? [8] : (int[])[1024, 2048, 4096, 8192]).SelectMany(n => Products<float>(n, SingleTolerance)),
        .. (isSmall ? [8] : (int[])[1024, 2048, 4096]).SelectMany(n => Products<double>(n, DoubleTolerance)),
        .. (isSmall ? [8] : (int[])[1024, 2048, 4096, 8192]).SelectMany(n => Products<Half>(n, HalfTolerance)),
        .. Steps(),
        .. Sorts(),
        .. Updates(),
        .. Kinks(),
    ];

    private static string TypeName<T>() => typeof(T) == typeof(double) ? "float64" : typeof(T) == typeof(Half) ? "float16" : "float32";

    private static IEnumerable<GpuWorkload> Step(string network, int batch, Func<Initializer, Sequential<float>> make, Func<int, Shape> input, int reducedBatch,
        double tolerance, double operations)
    {
        string name = $"{network}, batch {batch}, step";
        foreach (bool replays in (bool[])[false, true])
        {
            yield return new(
                $"{name}, {(replays ? "replayed" : "recorded")}",
                GpuUnit.Milliseconds,
                device => new TrainingWork(device, make, input(batch), replays),
                device => new TrainingWork(device, make, input(reducedBatch), replays),
                tolerance)
            { Operations = operations };
        }

        yield return new(
            $"{name}, TF32, replayed",
            GpuUnit.Milliseconds,
            device => new TrainingWork(device, make, input(batch), true),
            device => new TrainingWork(device, make, input(reducedBatch), true),
            Math.Max(tolerance, 2e-2))
        { Operations = operations, Products = ProductsBy.AnyWithTensorFloat };
    }

    private IEnumerable<GpuWorkload> Elementwise<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string suffix = $"{elements} elements, {TypeName<T>()}", driver = $"copy by the driver, {suffix}";
        double array = (double)elements * Unsafe.SizeOf<T>();
        yield return new(driver, GpuUnit.GigabytesPerSecond, device => new DriverCopyWork<T>(device, elements),
            device => new DriverCopyWork<T>(device, reducedElements), 0)
        { Bytes = 2 * array };
        yield return new($"copy, {suffix}", GpuUnit.GigabytesPerSecond, device => new CopyWork<T>(device, elements),
            device => new CopyWork<T>(device, reducedElements), 0)
        { Bytes = 2 * array, Reference = driver };
        yield return Program("relu", 2, 1, 0, x => x[0].Relu(), false);
        yield return Program("add", 3, 2, tolerance, x => x[0] + x[1], false);
        yield return Program("exp", 2, 1, tolerance, x => x[0].Exp(), false);

        // Forward: the argument is read and the value written. Backward: argument and cotangent are read and the gradient written.
        yield return Program("relu forward and backward", 5, 1, 0, x => x[0].Relu(), true);

        GpuWorkload Program(string name, int arrays, int inputs, double allowed, Func<Var<T>[], Var<T>> program, bool hasBackward) => new(
            $"{name}, {suffix}",
            GpuUnit.GigabytesPerSecond,
            device => new ProgramWork<T>(device, inputs, [elements], program, hasBackward),
            device => new ProgramWork<T>(device, inputs, [reducedElements], program, hasBackward),
            allowed)
        { Bytes = arrays * array, Reference = driver };
    }

    private IEnumerable<GpuWorkload> Launches()
    {
        int launches = isSmall ? 4 : 1000;
        foreach (bool waits in (bool[])[false, true])
            yield return new($"kernel on one element, {(waits ? "waited for" : "queued")}", GpuUnit.Microseconds,
                device => new LaunchWork(device, launches, waits), device => new LaunchWork(device, 4, waits), 0)
            { PerRun = launches };
    }

    private IEnumerable<GpuWorkload> Products<T>(int n, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string name = $"matrix product {n}, {TypeName<T>()}";
        yield return Product(name, "cuBLAS", ProductsBy.CuBlas, tolerance);
        if (typeof(T) == typeof(float))
            yield return Product($"{name} with TF32", "cuBLAS", ProductsBy.CuBlasWithTensorFloat, TensorFloatTolerance);
        yield return Product(name, "own kernel", ProductsBy.OwnKernels, tolerance) with { Reference = $"{name}, cuBLAS" };

        GpuWorkload Product(string named, string by, ProductsBy products, double allowed) => new(
            $"{named}, {by}",
            GpuUnit.TeraflopsPerSecond,
            device => new ProductWork<T>(device, n),
            device => new ProductWork<T>(device, reducedProduct),
            allowed)
        {
            Bytes = 3.0 * n * n * Unsafe.SizeOf<T>(),
            Operations = 2.0 * n * n * n,
            Products = products,
        };
    }

    private IEnumerable<GpuWorkload> Steps()
    {
        int[] sizes = isSmall ? [12, 16, 16, 16, 10] : [784, 2048, 2048, 2048, 10];
        double weights = sizes.Zip(sizes.Skip(1), (inputs, outputs) => (double)inputs * outputs).Sum();
        foreach (int batch in isSmall ? [4] : (int[])[128, 4096])
        {
            // Forward, and backward to weights and to all inputs except the images.
            double operations = 2.0 * batch * ((3 * weights) - ((double)sizes[0] * sizes[1]));
            foreach (GpuWorkload step in Step($"MLP {string.Join('-', sizes)}", batch, initializer => Models.Mlp<float>(sizes, initializer),
                rows => [rows, sizes[0]], isSmall ? batch : 32, NetworkTolerance, operations))
                yield return step;
        }

        const int Batch = 128;
        if (isSmall)
        {
            foreach (GpuWorkload step in Step("narrow convolutions, normalised", 2, Narrow, rows => [rows, 2, 4, 4], 2, DeepNetworkTolerance, 0))
                yield return step;
            yield break;
        }

        foreach (GpuWorkload step in Step("LeNet-5", Batch, initializer => Models.LeNet5<float>(initializer), rows => [rows, 1, 28, 28], 8, NetworkTolerance,
            0))
            yield return step;
        foreach (GpuWorkload step in Step("VGG11", Batch, initializer => Models.Vgg11<float>(3, 10, initializer), rows => [rows, 3, 32, 32], 4,
            DeepNetworkTolerance, 0))
            yield return step;
        foreach (GpuWorkload step in Step("ResNet18", Batch, initializer => Models.ResNet18<float>(3, 10, initializer), rows => [rows, 3, 32, 32], 4,
            DeepNetworkTolerance, 0))
            yield return step;

        // The kinds of layers of the three networks, for a device that needs minutes for the smallest of them.
        static Sequential<float> Narrow(Initializer initializer) => new(
            new Conv2d<float>("conv1", 2, 3, 3, initializer, 1, 1, bias: false),
            new BatchNorm<float>("bn1", 3, initializer),
            new Relu<float>(),
            new MaxPool2d<float>(2),
            new Residual<float>(new Conv2d<float>("conv2", 3, 3, 3, initializer, 1, 1), new Conv2d<float>("shortcut", 3, 3, 1, initializer)),
            new AveragePool2d<float>(2),
            new Flatten<float>(),
            new Linear<float>("linear", 3, 10, initializer));
    }

    private IEnumerable<GpuWorkload> Sorts()
    {
        int count = isSmall ? 300 : 10_000_000, reduced = isSmall ? 300 : 100_003;
        foreach (bool both in (bool[])[false, true])
            yield return new($"sort of {count}, float32, {(both ? "forward and backward" : "forward")}", GpuUnit.Milliseconds,
                device => new ProgramWork<float>(device, 1, [count], x => x[0].Sort(), both),
                    device => new ProgramWork<float>(device, 1, [reduced], x => x[0].Sort(), both), 0);
    }

    private IEnumerable<GpuWorkload> Updates()
    {
        int count = isSmall ? 300 : 10_000_000, reduced = isSmall ? 300 : 100_003;
        foreach (bool isAdam in (bool[])[true, false])
        {
            // Adam reads parameter, gradient and two averages and writes all but the gradient; SGD reads two and writes one.
            yield return new($"{(isAdam ? "Adam" : "SGD")} step, {count} parameters", GpuUnit.Milliseconds, device => new UpdateWork(device, count, isAdam),
                device => new UpdateWork(device, reduced, isAdam), SingleTolerance)
            {
                Bytes = (isAdam ? 7.0 : 3.0) * count * sizeof(float),
            };
        }
    }

    private IEnumerable<GpuWorkload> Kinks()
    {
        int[] sizes = isSmall ? [6, 10, 10] : [784, 2048, 2048, 2048, 10];
        int batch = isSmall ? 2 : 128;
        string name = $"MLP {string.Join('-', sizes)}, batch {batch}, a tenth of the units at a kink", plain = $"{name}, gradient";
        yield return Looking(plain, KinkCare.None, GpuUnit.Milliseconds);
        yield return Looking($"{name}, gradient and census", KinkCare.Census, GpuUnit.Ratio);
        yield return Looking($"{name}, Clarke gradient", KinkCare.Clarke, GpuUnit.Ratio);

        GpuWorkload Looking(string named, KinkCare care, GpuUnit unit) =>
            new(named, unit, device => new KinkWork(device, sizes, batch, care), device => new KinkWork(device, isSmall ? sizes : [20, 30, 10], isSmall
                ? batch
                : 8, care), NetworkTolerance)
            {
                Reference = care == KinkCare.None ? null : plain,
            };
    }
}
