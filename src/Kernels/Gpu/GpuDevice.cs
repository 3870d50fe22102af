using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>A GPU as a device, through ILGPU. Kernels go to one stream in the order of their calls; only copies to the host wait for them.</summary>
internal sealed unsafe partial class GpuDevice : Device
{
    private const int ThreadsPerGroup = 256;

    // More groups than run at a time on any GPU; each then takes several parts.
    private const int MostGroups = 1 << 16;

    private readonly Accelerator accelerator;
    private readonly AcceleratorStream stream;
    private readonly KernelCache kernels;
    private readonly BlockPool blocks = new();
    private readonly StagingMemory staging;
    private readonly FaultReport faults;

    public GpuDevice(ILGPU.Runtime.Device device)
    {
        // One after another on the simulator: it would otherwise take all processors for what is too little work for one.
        accelerator = device is CPUDevice simulated ? simulated.CreateCPUAccelerator(GpuPlatform.Context, CPUAcceleratorMode.Sequential) : device.CreateAccelerator(GpuPlatform.Context);
        stream = accelerator.CreateStream();
        kernels = new KernelCache(accelerator);
        staging = new StagingMemory(accelerator, stream);
        GroupSize = Math.Min(ThreadsPerGroup, accelerator.MaxNumThreadsPerGroup);
        faults = new FaultReport(accelerator, stream);
        Products = CuBlas.Find(accelerator, stream);
        UnfoldsConvolutions = Products is not null;
        singles = new GpuNumbers<float, SingleElement, SingleLane>(this);
        doubles = new GpuNumbers<double, DoubleElement, DoubleLane>(this);
        halves = new GpuNumbers<System.Half, HalfElement, SingleLane>(this);
    }

    public override bool RunsAhead => true;

    public override long BytesInUse => blocks.BytesInUse;

    public override long PeakBytesInUse => blocks.PeakBytesInUse;

    /// <summary>Threads of a group: a power of 4.</summary>
    public int GroupSize { get; }

    /// <summary>The library of matrix products, where there is one.</summary>
    public CuBlas? Products { get; }

    /// <summary>Whether convolutions are unfolded into matrices, for a library of matrix products to multiply.</summary>
    public bool UnfoldsConvolutions { get; set; }

    /// <summary>The kernels compiled so far.</summary>
    public KernelCache Kernels => kernels;

    /// <summary>What kernels find wrong with their arguments.</summary>
    public FaultReport Faults => faults;

    public override void BeginPeak() => blocks.BeginPeak();

    public override Storage<T> Rent<T>(int count) => blocks.Take<T>(count) ?? Block<T>(BlockPool.Capacity(count));

    public override void Return<T>(Storage<T> storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (!ReferenceEquals(storage.Device, this))
            throw new ArgumentException($"A block of {storage.Device} was returned to {this}; return it to its own device.", nameof(storage));
        blocks.Put(storage);
    }

    public override void CopyToHost<T>(in NDArray<T> source, Span<T> destination)
    {
        if (source.Count > 0)
        {
            NDArray<T> contiguous = source.IsContiguous ? source : Contiguous(source);
            accelerator.Bind();
            // ILGPU takes the address without holding the array in its place.
            fixed (T* host = destination)
            {
                View<T, T>(contiguous).CopyToCPU(stream, ref *host, source.Count);
                stream.Synchronize();
            }

            if (!source.IsContiguous)
                Return(contiguous.Storage);
        }

        faults.Throw();
    }

    public override void CopyFromHost<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
    {
        if (source.IsEmpty)
            return;
        NDArray<T> contiguous = destination.IsContiguous ? destination : Allocate<T>(destination.Shape);
        accelerator.Bind();
        staging.Copy(source, View<T, T>(contiguous));
        if (destination.IsContiguous)
            return;
        CopyStrided(contiguous, destination);
        Return(contiguous.Storage);
    }

    public override void Fill<T>(in NDArray<T> destination, T value)
    {
        if (destination.IsContiguous)
            ForEach(destination.Count, new FillBody<T>(View<T, T>(destination), value));
        else
        {
            StridedLoop loop = Walk(destination, destination);
            ForEach(destination.Count, new StridedFillBody<T>(new Axes(loop), View<T, T>(destination), new Steps(loop, 1), value));
        }
    }

    public override void CopyIndices(in NDArray<int> source, in NDArray<int> destination)
    {
        if (source.Count != destination.Count)
            throw new ArgumentException($"{source.Count} indices were to be copied to room for {destination.Count}.", nameof(destination));
        CheckContiguous(source);
        CheckContiguous(destination);
        Copy(View<int, int>(source), View<int, int>(destination), source.Count);
    }

    /// <summary>Copies the elements of one view to another, in the stream.</summary>
    public void Copy<E>(ArrayView<E> source, ArrayView<E> destination, int count)
        where E : unmanaged
    {
        if (count > 0)
            ForEach(count, new CopyBody<E>(source, destination));
    }

    /// <summary>Waits for all kernels.</summary>
    public override void Synchronize()
    {
        stream.Synchronize();
        faults.Throw();
    }

    public override string ToString() => GpuPlatform.IsSimulated(accelerator.Device) ? "simulated GPU" : $"{accelerator.Name} ({accelerator.AcceleratorType})";

    /// <summary>Runs a body once for each index.</summary>
    public void ForEach<TBody>(int count, in TBody body)
        where TBody : struct, IIndexBody
    {
        if (count == 0)
            return;
        accelerator.Bind();
        int groups = Math.Min((int)(((long)count + GroupSize - 1) / GroupSize), MostGroups);
        kernels.Indices<TBody>()(stream, new KernelConfig(groups, GroupSize), count, body);
        WaitIfSimulated();
    }

    /// <summary>Runs a body once for each part, a group of threads working on each.</summary>
    public void ForEachPart<TBody>(int count, in TBody body)
        where TBody : struct, IGroupBody
    {
        if (count == 0)
            return;
        accelerator.Bind();
        kernels.Parts<TBody>()(stream, new KernelConfig(Math.Min(count, MostGroups), GroupSize), count, body);
        WaitIfSimulated();
    }

    /// <summary>The elements of an array from its first on, under the type that kernels read them as.</summary>
    public static ArrayView<E> View<T, E>(in NDArray<T> array)
        where T : unmanaged
        where E : unmanaged
    {
        if (array.Storage is not GpuStorage<T> storage)
            throw new ArgumentException(array.IsNone ? "A kernel was given no array where it needs one." : $"An array of shape {array.Shape} on {array.Device} was given to a kernel of a GPU; copy it there first.");
        return storage.Bytes.Cast<E>().SubView(array.Offset);
    }

    /// <summary>Throws where an array has gaps or another order.</summary>
    public static void CheckContiguous<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (!array.IsContiguous)
            throw new ArgumentException($"This kernel reads and writes contiguous arrays; one of shape {array.Shape} has gaps or another order. Copy it first.");
    }

    /// <summary>A contiguous copy.</summary>
    public NDArray<T> Contiguous<T>(in NDArray<T> array)
        where T : unmanaged
    {
        NDArray<T> copy = Allocate<T>(array.Shape);
        CopyStrided(array, copy);
        return copy;
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        stream.Synchronize();
        Free();
        Products?.Dispose();
        staging.Dispose();
        faults.Dispose();
        stream.Dispose();
        accelerator.Dispose();
    }

    // Copies of the simulated device do not wait for its kernels.
    private void WaitIfSimulated()
    {
        if (accelerator.AcceleratorType == AcceleratorType.CPU)
            stream.Synchronize();
    }

    private static StridedLoop Walk<T>(in NDArray<T> source, in NDArray<T> destination)
        where T : unmanaged
    {
        StridedLoop loop = default;
        loop.Begin(destination.Shape);
        loop.Add(0, source);
        loop.Add(1, destination);
        loop.Coalesce(2);
        return loop;
    }

    private void CopyStrided<T>(in NDArray<T> source, in NDArray<T> destination)
        where T : unmanaged
    {
        StridedLoop loop = Walk(source, destination);
        ForEach(destination.Count, new StridedCopyBody<T>(new Axes(loop), View<T, T>(source), View<T, T>(destination), new Steps(loop, 0), new Steps(loop, 1)));
    }

    private GpuStorage<T> Block<T>(int capacity)
        where T : unmanaged
    {
        accelerator.Bind();
        long bytes = Math.Max(1, (long)capacity * Unsafe.SizeOf<T>());
        try
        {
            return new GpuStorage<T>(this, accelerator.Allocate1D<byte>(bytes), capacity);
        }
        catch (Exception exception) when (exception is ILGPU.Runtime.Cuda.CudaException or ILGPU.Runtime.OpenCL.CLException)
        {
            // Blocks of other sizes wait in the pool.
            stream.Synchronize();
            Free();
        }

        try
        {
            return new GpuStorage<T>(this, accelerator.Allocate1D<byte>(bytes), capacity);
        }
        catch (Exception exception) when (exception is ILGPU.Runtime.Cuda.CudaException or ILGPU.Runtime.OpenCL.CLException)
        {
            throw new InsufficientMemoryException($"{this} has no room for another {bytes} bytes; {BytesInUse} bytes are in use. Take smaller batches, or recompute parts of the program with tape.Checkpoint.", exception);
        }
    }

    private void Free()
    {
        foreach (object block in blocks.Drain())
            ((IDisposable)block).Dispose();
    }
}
