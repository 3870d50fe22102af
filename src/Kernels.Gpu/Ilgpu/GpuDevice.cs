using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>A GPU as a device, through ILGPU. Kernels go to one stream in the order of their calls; only copies to the host wait for them.</summary>
internal sealed unsafe partial class GpuDevice : Device
{
    private const int ThreadsPerGroup = 256;

    // More groups than any GPU runs at a time; with more parts, each group takes several.
    private const int MaximumGroups = 1 << 16;

    // The simulator waits for all threads of a group at its end, which takes longer than most of the work; a few groups that loop over the rest test the same.
    private const int SimulatedGroups = 3;

    private readonly Accelerator accelerator;
    private readonly AcceleratorStream stream;
    private readonly int mostGroups;
    private readonly KernelCache kernels;
    private readonly BlockPool blocks = new();
    private readonly StagingMemory staging;
    private readonly FaultReport faults;
    private bool isDisposed;

    public GpuDevice(ILGPU.Runtime.Device device)
    {
        // The simulator runs groups one after another; otherwise it would use all processors for too little work.
        accelerator = device is CPUDevice simulated
            ? simulated.CreateCPUAccelerator(GpuPlatform.Context, CPUAcceleratorMode.Sequential)
            : device.CreateAccelerator(GpuPlatform.Context);
        mostGroups = device is CPUDevice ? SimulatedGroups : MaximumGroups;
        stream = accelerator.CreateStream();
        kernels = new KernelCache(accelerator);
        staging = new StagingMemory(accelerator, stream);
        GroupSize = ThreadsPerGroup;
        while (GroupSize > accelerator.MaxNumThreadsPerGroup)
            GroupSize /= 4;
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

    /// <summary>The number of threads in a group: a power of 4.</summary>
    public int GroupSize { get; }

    /// <summary>The library of matrix products, or null.</summary>
    public CuBlas? Products { get; }

    /// <summary>Whether convolutions are unfolded into matrices, which a library multiplies.</summary>
    public bool UnfoldsConvolutions { get; set; }

    /// <summary>The kernels compiled so far.</summary>
    public KernelCache Kernels => kernels;

    /// <summary>The faults that kernels find in their arguments.</summary>
    public FaultReport Faults => faults;

    public override void BeginPeak() => blocks.BeginPeak();

    public override long BytesWaiting => blocks.WaitingBytes;

    public override Storage<T> Rent<T>(int count)
    {
        if (blocks.Take<T>(count) is { } waiting)
            return waiting;
        if (blocks.IsClosed)
            throw new ObjectDisposedException(ToString(), "Memory was asked of a GPU that was disposed of; make another device.");
        return blocks.Bring(Block<T>(BlockPool.Capacity(count)));
    }

    public override void Trim()
    {
        stream.Synchronize();
        Release(blocks.Drain());
    }

    private protected override void ReturnCore<T>(Storage<T> storage, int? stamp)
    {
        List<IBlock>? released = blocks.Put(storage, stamp);
        if (released is null || isDisposed)
            return;
        // Kernels that use them may still be running.
        stream.Synchronize();
        Release(released);
    }

    private protected override void CopyToHostCore<T>(in NDArray<T> source, Span<T> destination)
    {
        if (source.Count > 0)
        {
            NDArray<T> contiguous = source.IsContiguous ? source : Contiguous(source);
            accelerator.Bind();
            // ILGPU takes the address without pinning the array.
            fixed (T* host = destination)
            {
                View<T, T>(contiguous).CopyToCPU(stream, ref *host, source.Count);
                stream.Synchronize();
            }

            if (!source.IsContiguous)
                Return(contiguous);
        }

        faults.Throw();
    }

    private protected override void CopyFromHostCore<T>(ReadOnlySpan<T> source, in NDArray<T> destination)
    {
        if (source.IsEmpty)
            return;
        NDArray<T> contiguous = destination.IsContiguous ? destination : Allocate<T>(destination.Shape);
        accelerator.Bind();
        staging.Copy(source, View<T, T>(contiguous));
        if (destination.IsContiguous)
            return;
        CopyStrided(contiguous, destination);
        Return(contiguous);
    }

    private protected override void FillCore<T>(in NDArray<T> destination, T value)
    {
        if (destination.IsContiguous)
            ForEach(destination.Count, new FillBody<T>(View<T, T>(destination), value));
        else
        {
            StridedLoop loop = Walk(destination, destination);
            ForEach(destination.Count, new StridedFillBody<T>(new Axes(loop), View<T, T>(destination), new Steps(loop, 1), value));
        }
    }

    private protected override void CopyIndicesCore(in NDArray<int> source, in NDArray<int> destination)
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
        int groups = Math.Min((int)(((long)count + GroupSize - 1) / GroupSize), mostGroups);
        kernels.Indices<TBody>()(stream, new KernelConfig(groups, GroupSize), count, body);
        WaitIfSimulated();
    }

    /// <summary>Runs a body once for each part, with a group of threads per part.</summary>
    public void ForEachPart<TBody>(int count, in TBody body)
        where TBody : struct, IGroupBody
    {
        if (count == 0)
            return;
        accelerator.Bind();
        kernels.Parts<TBody>()(stream, new KernelConfig(Math.Min(count, mostGroups), GroupSize), count, body);
        WaitIfSimulated();
    }

    /// <summary>The memory of an array from its first element on, as the element type of kernels.</summary>
    public static ArrayView<E> View<T, E>(in NDArray<T> array)
        where T : unmanaged
        where E : unmanaged
    {
        if (array.Storage is not GpuStorage<T> storage)
            throw new ArgumentException(array.IsNone
                ? "A kernel was given no array where it needs one."
                : $"An array of shape {array.Shape} on {array.Device} was given to a kernel of a GPU; copy it there first.");
        return storage.View.Cast<E>().SubView(array.Offset);
    }

    /// <summary>Throws if an array is not contiguous.</summary>
    public static void CheckContiguous<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (!array.IsContiguous)
            throw new ArgumentException(
                $"This kernel reads and writes contiguous arrays; one of shape {array.Shape} has gaps or another order. Copy it first.");
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
        if (!disposing || isDisposed)
            return;
        isDisposed = true;
        stream.Synchronize();
        Release(blocks.Close());
        Products?.Dispose();
        staging.Dispose();
        faults.Dispose();
        kernels.Dispose();
        stream.Dispose();
        accelerator.Dispose();
    }

    // The simulated device's copies do not wait for its kernels.
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
            return new GpuStorage<T>(this, blocks, accelerator.Allocate1D<byte>(bytes), capacity);
        }
        catch (Exception exception) when (exception is ILGPU.Runtime.Cuda.CudaException or ILGPU.Runtime.OpenCL.CLException)
        {
            // The pool keeps blocks of other sizes.
            Trim();
        }

        try
        {
            return new GpuStorage<T>(this, blocks, accelerator.Allocate1D<byte>(bytes), capacity);
        }
        catch (Exception exception) when (exception is ILGPU.Runtime.Cuda.CudaException or ILGPU.Runtime.OpenCL.CLException)
        {
            throw new InsufficientMemoryException(
                $"{this} has no room for another {bytes} bytes; {BytesInUse} bytes are in use. Take smaller batches, or recompute parts of the program with "
                    + $"tape.Checkpoint.", exception);
        }
    }

    private void Release(List<IBlock> released)
    {
        accelerator.Bind();
        foreach (IBlock block in released)
            block.Release();
    }
}
