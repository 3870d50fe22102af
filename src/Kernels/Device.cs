using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Gpu;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels;

/// <summary>
/// Where arrays live and kernels run. A device offers a short list of kernel families (elementwise maps, reductions, matrix products,
/// convolution, pooling, sorting, indexing, random numbers); everything above is written against it once.
/// </summary>
/// <remarks>Same inputs, same device type: same bits, whatever the number of threads.</remarks>
public abstract partial class Device : IDisposable
{
    /// <summary>The CPU with as many threads as the machine has processors. It lives as long as the process and is not to be disposed.</summary>
    public static Device Default { get; } = new CpuDevice(Environment.ProcessorCount);

    /// <summary>A CPU device with a number of threads of its own.</summary>
    /// <param name="threads">How many threads take part in one kernel, the caller included; at least 1.</param>
    public static Device Cpu(int threads) => new CpuDevice(threads);

    /// <summary>The GPUs of this machine that can be used, CUDA before OpenCL; empty where there is none.</summary>
    public static IReadOnlyList<GpuDescription> Gpus => GpuDescription.All();

    /// <summary>A GPU, with a stream and a pool of its own. Kernels run after the call that starts them has returned, one after another; what is copied to the host waits for them.</summary>
    /// <param name="name">Which: a part of its name, its place in <see cref="Gpus"/>, or null for the first.</param>
    /// <exception cref="InvalidOperationException">There is no GPU, or none of that name; the message says what was looked for and what there is.</exception>
    public static Device Gpu(string? name = null) => new GpuDevice(GpuDescription.Find(name));

    /// <summary>A GPU simulated on the CPU by ILGPU: every GPU kernel runs, in groups of four threads, thousands of times slower than on a GPU. For tests of programs that are meant for one.</summary>
    public static Device SimulatedGpu() => new GpuDevice(GpuPlatform.Simulated);

    /// <summary>Whether products of floats may round their factors to 10 bits and use the tensor cores of a GPU (TF32); to begin with they may not. Without effect on other devices. Not to be changed while kernels run.</summary>
    public bool AllowsTensorFloat { get; set; }

    /// <summary>The bytes of all blocks that were taken from the pool and not given back.</summary>
    public abstract long BytesInUse { get; }

    /// <summary>The most bytes in use at a time since <see cref="BeginPeak"/>, or since the device was made: the peak of a training step, for one.</summary>
    public abstract long PeakBytesInUse { get; }

    /// <summary>Begins to measure the peak anew, from what is in use now.</summary>
    public abstract void BeginPeak();

    /// <summary>Takes a block from the device's pool; its elements are whatever they were.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">How many elements must fit.</param>
    public abstract Storage<T> Rent<T>(int count)
        where T : unmanaged;

    /// <summary>Gives a block back to the pool. Views of it must not be used again.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="storage">The block.</param>
    public abstract void Return<T>(Storage<T> storage)
        where T : unmanaged;

    /// <summary>A contiguous array from the pool; its elements are whatever they were.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Allocate<T>(in Shape shape)
        where T : unmanaged => new(Rent<T>(shape.Count), shape);

    /// <summary>A contiguous array with given elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order; exactly as many as the shape has.</param>
    public NDArray<T> Array<T>(in Shape shape, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        if (elements.Length != shape.Count)
            throw new ArgumentException($"Shape {shape} takes {shape.Count} elements; {elements.Length} were given.", nameof(elements));
        NDArray<T> array = Allocate<T>(shape);
        CopyFromHost(elements, array);
        return array;
    }

    /// <summary>Copies an array's elements, in row-major order, to host memory.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">The array.</param>
    /// <param name="destination">As many elements.</param>
    public abstract void CopyToHost<T>(in NDArray<T> source, Span<T> destination)
        where T : unmanaged;

    /// <summary>Copies host memory, in row-major order, to an array.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">As many elements.</param>
    /// <param name="destination">The array.</param>
    public abstract void CopyFromHost<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
        where T : unmanaged;

    /// <summary>Sets every element to one value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="destination">The array.</param>
    /// <param name="value">The value.</param>
    public abstract void Fill<T>(in NDArray<T> destination, T value)
        where T : unmanaged;

    /// <summary>destination = map(x), or += with <paramref name="accumulate"/>. Arguments broadcast to the destination's shape; a destination may be an argument itself where both have the same layout.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The argument.</param>
    /// <param name="destination">The result.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public abstract void Map<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <summary>destination = map(x, y), or += with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="destination">The result.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public abstract void Map2<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IBinaryMap;

    /// <summary>destination = map(x, y, z), or += with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    /// <param name="destination">The result.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public abstract void Map3<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, ITernaryMap;

    /// <summary>destination = map(x, y, z, w), or += with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    /// <param name="w">The fourth.</param>
    /// <param name="destination">The result.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public abstract void Map4<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IQuaternaryMap;

    /// <summary>Copies between arrays of any strides, broadcasting the source; adds with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public void Copy<T>(in NDArray<T> source, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged => Map(default(Identity), source, destination, accumulate);

    /// <summary>Copies indices between contiguous arrays.</summary>
    /// <param name="source">The source.</param>
    /// <param name="destination">The destination, of as many elements.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public abstract void CopyIndices(in NDArray<int> source, in NDArray<int> destination);

    /// <summary>destination = factor · source, as another element type, rounded once.</summary>
    /// <typeparam name="TFrom">float, double or Half.</typeparam>
    /// <typeparam name="TTo">float, double or Half.</typeparam>
    /// <param name="source">The source; contiguous.</param>
    /// <param name="destination">The destination; contiguous, of as many elements.</param>
    /// <param name="factor">The factor; where neither type is double it is a float.</param>
    /// <exception cref="ArgumentException">The arrays differ in length, or one is not contiguous.</exception>
    public abstract void Convert<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor = 1)
        where TFrom : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TTo>;

    /// <summary>Reduces x over every axis where the destination, aligned at the last axis, has extent 1 or no axis.</summary>
    /// <typeparam name="T">float, double or Half; Half is accumulated in float and rounded once.</typeparam>
    /// <typeparam name="TReduction">What is computed.</typeparam>
    /// <param name="reduction">What is computed.</param>
    /// <param name="x">The array.</param>
    /// <param name="destination">The result; it may not overlap x.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public abstract void Reduce<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TReduction : struct, IReduction;

    /// <summary>The places of the first elements that are not 0, in row-major order.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">A contiguous array.</param>
    /// <param name="limit">How many to find at most.</param>
    public abstract int[] FindNonzero<T>(in NDArray<T> x, int limit)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>How many elements a function maps to something other than 0.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    public abstract long Count<T, TMap>(TMap map, in NDArray<T> x)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <summary>Whether calls return before their kernels have run, so that to read a result is to wait: on a GPU.</summary>
    public virtual bool RunsAhead => false;

    /// <summary>Waits until all kernels have run. On the CPU they have when their calls return.</summary>
    /// <exception cref="ArgumentException">A kernel that was started before met an index or a label that is out of range.</exception>
    public virtual void Synchronize()
    {
    }

    /// <summary>Adds to one of several counts how many elements a function maps to something other than 0. The counts stay on the device, so that many of them are read at once.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">Which of them.</param>
    public abstract void AddCount<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of threads and memory.</summary>
    /// <param name="disposing">Whether this is an explicit dispose.</param>
    protected abstract void Dispose(bool disposing);
}
