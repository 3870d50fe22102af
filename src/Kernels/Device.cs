using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels;

/// <summary>
/// Where arrays live and kernels run. A device offers a short list of kernel families (elementwise maps, reductions, scans, matrix products, convolution,
/// pooling, normalisation, attention, recurrence, the softmax with its loss, sorting, indexing, random numbers, optimiser updates), with the adjoints of the
/// fused families among them; all code above it is written once against this list.
/// </summary>
/// <remarks>
/// The same inputs on the same device, machine and installation give the same bits for any number of threads. A processor with vectors of another width sums in
/// another order (docs/numbers.md).
/// </remarks>
public abstract partial class Device : IDisposable
{
    /// <summary>
    /// The CPU with as many threads as the machine has processors. It lives as long as the process: disposing of it releases its unused memory but leaves it
    /// usable.
    /// </summary>
    public static Device Default { get; } = new CpuDevice(Environment.ProcessorCount, isShared: true);

    /// <summary>Makes a CPU device with its own threads.</summary>
    /// <param name="threads">The number of threads that work on one kernel, including the caller; at least 1.</param>
    public static Device Cpu(int threads) => new CpuDevice(threads);

    /// <summary>
    /// Whether products of floats may round their factors to 10 bits and use the tensor cores of a GPU (TF32); false by default. Has no effect on other
    /// devices. Must not be changed while kernels run.
    /// </summary>
    public bool AllowsTensorFloat { get; set; }

    /// <summary>
    /// The bytes of all blocks in use. Blocks of tapes and arrays that are no longer referenced are subtracted when the garbage collector finds them.
    /// </summary>
    public abstract long BytesInUse { get; }

    /// <summary>
    /// The bytes of all free blocks in the pool: at most twice the peak of the memory in use, or 256 MB if that is more. The blocks requested longest ago go
    /// back to the system first.
    /// </summary>
    public abstract long BytesWaiting { get; }

    /// <summary>The peak of the bytes in use since <see cref="BeginPeak"/>, or since the device was made; for example, the peak of a training step.</summary>
    public abstract long PeakBytesInUse { get; }

    /// <summary>Restarts the measurement of the peak from the memory in use now.</summary>
    public abstract void BeginPeak();

    /// <summary>Takes a block from the device's pool; its elements are undefined.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">The number of elements that must fit.</param>
    public abstract Storage<T> Rent<T>(int count)
        where T : unmanaged;

    /// <summary>Returns a block to the pool. Arrays on it are rejected from then on.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="storage">The block.</param>
    /// <exception cref="ArgumentException">The block belongs to another device.</exception>
    /// <exception cref="InvalidOperationException">It was already returned.</exception>
    public void Return<T>(Storage<T> storage)
        where T : unmanaged
    {
        CheckOwn(storage);
        ReturnCore(storage, null);
    }

    /// <summary>Returns an array's block to the pool. Arrays on it are rejected from then on.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">The array, or a view of it.</param>
    /// <exception cref="ArgumentException">The array belongs to another device, or to none.</exception>
    /// <exception cref="InvalidOperationException">It was already returned, even if its block is in use again.</exception>
    public void Return<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (array.IsNone)
            throw new ArgumentException("The default NDArray is no array, and has no memory to give back.", nameof(array));
        CheckOwn(array.Storage);
        ReturnCore(array.Storage, array.Stamp);
    }

    /// <summary>
    /// Returns all free memory of the pool to the system. Memory in use stays; the next step of a program requests its memory from the system once more.
    /// </summary>
    public abstract void Trim();

    private protected abstract void ReturnCore<T>(Storage<T> storage, int? stamp)
        where T : unmanaged;

    /// <summary>A contiguous array from the pool; its elements are undefined.</summary>
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
    /// <param name="destination">Receives the elements; as long as the array.</param>
    public void CopyToHost<T>(in NDArray<T> source, Span<T> destination)
        where T : unmanaged
    {
        source.CheckReadable();
        CopyToHostCore(source, destination);
    }

    private protected abstract void CopyToHostCore<T>(in NDArray<T> source, Span<T> destination)
        where T : unmanaged;

    /// <summary>Copies host memory, in row-major order, to an array.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">The elements; as many as the array has.</param>
    /// <param name="destination">The array.</param>
    public void CopyFromHost<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
        where T : unmanaged
    {
        destination.BeginWrite("CopyFrom");
        CopyFromHostCore(source, destination);
    }

    private protected abstract void CopyFromHostCore<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
        where T : unmanaged;

    /// <summary>Sets every element to one value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="destination">The array.</param>
    /// <param name="value">The value.</param>
    public void Fill<T>(in NDArray<T> destination, T value)
        where T : unmanaged
    {
        destination.BeginWrite("Device.Fill");
        FillCore(destination, value);
    }

    private protected abstract void FillCore<T>(in NDArray<T> destination, T value)
        where T : unmanaged;

    /// <summary>
    /// destination = map(x), or += with <paramref name="accumulate"/>. Arguments broadcast to the destination's shape; the destination may be an argument if
    /// both have the same layout.
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The argument.</param>
    /// <param name="destination">The result.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public void Map<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IUnaryMap
    {
        ArgumentChecks.DemandNumbers<T>("Device.Map");
        x.CheckReadable();
        destination.BeginWrite("Device.Map");
        MapCore(map, x, destination, accumulate);
    }

    private protected abstract void MapCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate)
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
    public void Map2<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IBinaryMap
    {
        ArgumentChecks.DemandNumbers<T>("Device.Map2");
        x.CheckReadable();
        y.CheckReadable();
        destination.BeginWrite("Device.Map2");
        Map2Core(map, x, y, destination, accumulate);
    }

    private protected abstract void Map2Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate)
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
    public void Map3<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, ITernaryMap
    {
        ArgumentChecks.DemandNumbers<T>("Device.Map3");
        x.CheckReadable();
        y.CheckReadable();
        z.CheckReadable();
        destination.BeginWrite("Device.Map3");
        Map3Core(map, x, y, z, destination, accumulate);
    }

    private protected abstract void Map3Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination, bool accumulate)
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
    public void Map4<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TMap : struct, IQuaternaryMap
    {
        ArgumentChecks.DemandNumbers<T>("Device.Map4");
        x.CheckReadable();
        y.CheckReadable();
        z.CheckReadable();
        w.CheckReadable();
        destination.BeginWrite("Device.Map4");
        Map4Core(map, x, y, z, w, destination, accumulate);
    }

    private protected abstract void Map4Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination,
        bool accumulate)
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
    /// <param name="destination">The destination, with the same number of elements.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public void CopyIndices(in NDArray<int> source, in NDArray<int> destination)
    {
        source.CheckReadable();
        destination.BeginWrite("Device.CopyIndices");
        CopyIndicesCore(source, destination);
    }

    private protected abstract void CopyIndicesCore(in NDArray<int> source, in NDArray<int> destination);

    /// <summary>destination = factor · source, as another element type, rounded once.</summary>
    /// <typeparam name="TFrom">float, double or Half.</typeparam>
    /// <typeparam name="TTo">float, double or Half.</typeparam>
    /// <param name="source">The source; contiguous.</param>
    /// <param name="destination">The destination; contiguous, with the same number of elements.</param>
    /// <param name="factor">The factor; rounded to float if neither type is double.</param>
    /// <exception cref="ArgumentException">The arrays differ in length, or one is not contiguous.</exception>
    public void Convert<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor = 1)
        where TFrom : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TTo>
    {
        source.CheckReadable();
        destination.BeginWrite("Device.Convert");
        ConvertCore(source, destination, factor);
    }

    private protected abstract void ConvertCore<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<TTo>;

    /// <summary>Reduces x over every axis in which the destination, aligned at the last axis, has extent 1 or no axis.</summary>
    /// <typeparam name="T">float, double or Half; Half is accumulated in float and rounded once.</typeparam>
    /// <typeparam name="TReduction">The reduction.</typeparam>
    /// <param name="reduction">The reduction.</param>
    /// <param name="x">The array.</param>
    /// <param name="destination">The result; it may not overlap x.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    public void Reduce<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged
        where TReduction : struct, IReduction
    {
        ArgumentChecks.DemandNumbers<T>("Device.Reduce");
        x.CheckReadable();
        destination.BeginWrite("Device.Reduce");
        ReduceCore(reduction, x, destination, accumulate);
    }

    private protected abstract void ReduceCore<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate)
        where T : unmanaged
        where TReduction : struct, IReduction;

    /// <summary>The indices of the first elements that are not 0, in row-major order.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">A contiguous array.</param>
    /// <param name="limit">The most indices to find.</param>
    public int[] FindNonzero<T>(in NDArray<T> x, int limit)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        return FindNonzeroCore(x, limit);
    }

    private protected abstract int[] FindNonzeroCore<T>(in NDArray<T> x, int limit)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>Counts the elements that a function maps to something other than 0.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    public long Count<T, TMap>(TMap map, in NDArray<T> x)
        where T : unmanaged
        where TMap : struct, IUnaryMap
    {
        ArgumentChecks.DemandNumbers<T>("Device.Count");
        x.CheckReadable();
        return CountCore(map, x);
    }

    private protected abstract long CountCore<T, TMap>(TMap map, in NDArray<T> x)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <summary>Whether calls return before their kernels have run, so that reading a result waits, as on a GPU.</summary>
    public virtual bool RunsAhead => false;

    /// <summary>Waits until all kernels have run. On the CPU, kernels have run when their calls return.</summary>
    /// <exception cref="ArgumentException">A kernel that was started earlier found an index or a label out of range.</exception>
    public virtual void Synchronize()
    {
    }

    /// <summary>
    /// Adds the number of elements that a function maps to something other than 0 to one element of an array of counts. The counts stay on the device, so that
    /// many can be read at once.
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">The index of the count.</param>
    public void AddCount<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place)
        where T : unmanaged
        where TMap : struct, IUnaryMap
    {
        x.CheckReadable();
        counts.BeginWrite("Device.AddCount");
        AddCountCore(map, x, counts, place);
    }

    private protected abstract void AddCountCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private void CheckOwn<T>(Storage<T> storage)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (!ReferenceEquals(storage.Device, this))
            throw new ArgumentException($"A block of {storage.Device} was returned to {this}; return it to its own device.", nameof(storage));
    }

    /// <summary>Releases threads and memory. Blocks still in use go back to the system when they are returned or no longer referenced.</summary>
    /// <param name="disposing">Whether this is an explicit dispose.</param>
    protected abstract void Dispose(bool disposing);
}
