using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels;

/// <summary>A strided view of device memory: the array that kernels read and write. Copying the struct copies the view, not the elements.</summary>
/// <typeparam name="T">The element type: float, double, Half, or int for indices.</typeparam>
public readonly struct NDArray<T>
    where T : unmanaged
{
    private readonly AxisValues strides;
    private readonly int stamp;

    // The version of the block that a pinned array requires; 0 if the array is not pinned.
    private readonly long pinnedVersion;

    /// <summary>A contiguous view of the beginning of a block.</summary>
    /// <param name="storage">The block.</param>
    /// <param name="shape">The shape; its elements must fit the block.</param>
    /// <exception cref="ArgumentException">The block is too small.</exception>
    /// <exception cref="InvalidOperationException">The block was returned to its device.</exception>
    public NDArray(Storage<T> storage, in Shape shape)
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (shape.Count > storage.Capacity)
            throw new ArgumentException($"A block of {storage.Capacity} elements cannot hold an array of shape {shape}.", nameof(storage));
        if (!storage.IsHeld)
            throw new InvalidOperationException(
                $"A block of {storage.Capacity} elements was given back to {storage.Device} before an array was made on it; rent another.");
        Storage = storage;
        stamp = storage.Stamp;
        Shape = shape;
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
    }

    private NDArray(in NDArray<T> of, in Shape shape, in AxisValues strides, int offset)
        : this(of, shape, strides, offset, of.pinnedVersion)
    {
    }

    private NDArray(in NDArray<T> of, in Shape shape, in AxisValues strides, int offset, long pinnedVersion)
    {
        this.pinnedVersion = pinnedVersion;
        Storage = of.Storage;
        stamp = of.stamp;
        Shape = shape;
        this.strides = strides;
        Offset = offset;
    }

    /// <summary>The block that holds the elements; null for the default value.</summary>
    public Storage<T> Storage { get; }

    /// <summary>The shape.</summary>
    public Shape Shape { get; }

    /// <summary>The offset of the first element in the block.</summary>
    public int Offset { get; }

    /// <summary>The device that holds the elements.</summary>
    public Device Device => Storage.Device;

    /// <summary>
    /// Whether the array's memory is still valid: it was not returned, and its tape was not reset or disposed of. Kernels and copies reject an array whose
    /// memory was returned.
    /// </summary>
    public bool IsHeld => Storage is not null && Storage.Stamp == stamp;

    /// <summary>Whether the array is pinned to the elements it had at the call of <see cref="Pinned"/>.</summary>
    public bool IsPinned => pinnedVersion != 0;

    /// <summary>Whether elements of the block were changed since the array was pinned; false if it is not pinned.</summary>
    public bool WasChanged => pinnedVersion != 0 && Storage.Version != pinnedVersion;

    /// <summary>Whether this is the default value, which holds no elements.</summary>
    public bool IsNone => Storage is null;

    /// <summary>The number of elements.</summary>
    public int Count => Shape.Count;

    /// <summary>Whether the elements are contiguous in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            int expected = 1;
            for (int axis = Shape.Rank - 1; axis >= 0; axis--)
            {
                int extent = Shape[axis];
                if (extent != 1 && strides[axis] != expected)
                    return false;
                expected *= extent;
            }

            return true;
        }
    }

    /// <summary>The stride along an axis, in elements; 0 if the axis is broadcast.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    public int Stride(int axis) => strides[Shape.Axis(axis)];

    /// <summary>The same elements under another shape.</summary>
    /// <param name="shape">A shape with the same number of elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    /// <exception cref="InvalidOperationException">The array is not contiguous.</exception>
    public NDArray<T> Reshape(in Shape shape)
    {
        if (shape.Count != Count)
            throw new ArgumentException($"An array of shape {Shape} has {Count} elements and cannot be reshaped to {shape}, which has {shape.Count}.",
                nameof(shape));
        if (!IsContiguous)
            throw new InvalidOperationException($"Only a contiguous array is reshaped as a view; copy the array of shape {Shape} first.");
        AxisValues contiguous = default;
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            contiguous[axis] = stride;
            stride *= shape[axis];
        }

        return new NDArray<T>(this, shape, contiguous, Offset);
    }

    /// <summary>The view that repeats the array along new axes and axes of extent 1.</summary>
    /// <param name="shape">The shape to broadcast to.</param>
    /// <exception cref="ArgumentException">The array does not broadcast to it.</exception>
    public NDArray<T> BroadcastTo(in Shape shape)
    {
        if (shape == Shape)
            return this;
        int lead = shape.Rank - Shape.Rank;
        AxisValues broadcast = default;
        bool fits = lead >= 0;
        for (int axis = 0; fits && axis < Shape.Rank; axis++)
        {
            int extent = Shape[axis];
            if (extent == shape[lead + axis])
                broadcast[lead + axis] = extent == 1 ? 0 : strides[axis];
            else
                fits = extent == 1;
        }

        if (!fits)
            throw new ArgumentException($"An array of shape {Shape} does not broadcast to {shape}: aligned at the last axis, each extent must be equal or 1.",
                nameof(shape));
        return new NDArray<T>(this, shape, broadcast, Offset);
    }

    /// <summary>
    /// The same array, pinned to its current elements: kernels and copies refuse to read it after anything was written to its block. Views of it are pinned
    /// too.
    /// </summary>
    public NDArray<T> Pinned() => IsNone ? this : new NDArray<T>(this, Shape, strides, Offset, Storage.Version);

    /// <summary>The same array without pinning: it shows the current content of its block.</summary>
    public NDArray<T> Unpinned() => pinnedVersion == 0 ? this : new NDArray<T>(this, Shape, strides, Offset, 0);

    /// <summary>The view with its axes in another order.</summary>
    /// <param name="order">For each new axis, the old one.</param>
    /// <exception cref="ArgumentException"><paramref name="order"/> is not a permutation of the axes.</exception>
    public NDArray<T> Permute(ReadOnlySpan<int> order)
    {
        if (order.Length != Shape.Rank)
            throw new ArgumentException($"An order of {order.Length} axes was given for shape {Shape}, which has {Shape.Rank}.", nameof(order));
        Span<int> extents = stackalloc int[order.Length];
        AxisValues permuted = default;
        int seen = 0;
        for (int axis = 0; axis < order.Length; axis++)
        {
            int from = Shape.Axis(order[axis]);
            if ((seen & (1 << from)) != 0)
                throw new ArgumentException($"Axis {from} stands twice in the order [{string.Join(", ", order.ToArray())}].", nameof(order));
            seen |= 1 << from;
            extents[axis] = Shape[from];
            permuted[axis] = strides[from];
        }

        return new NDArray<T>(this, new Shape(extents), permuted, Offset);
    }

    /// <summary>The view with two axes exchanged.</summary>
    /// <param name="first">One axis; negative counts from the end.</param>
    /// <param name="second">The other.</param>
    public NDArray<T> Transpose(int first, int second)
    {
        first = Shape.Axis(first);
        second = Shape.Axis(second);
        AxisValues exchanged = strides;
        (exchanged[first], exchanged[second]) = (exchanged[second], exchanged[first]);
        return new NDArray<T>(this, Shape.Exchanged(first, second), exchanged, Offset);
    }

    /// <summary>The view of a range along an axis.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="start">The first position.</param>
    /// <param name="length">The number of positions.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the axis.</exception>
    public NDArray<T> Slice(int axis, int start, int length)
    {
        axis = Shape.Axis(axis);
        if (start < 0 || length < 0 || start > Shape[axis] - length)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"Positions {start} to {start + (long)length - 1} leave axis {axis} of shape {Shape}.");
        return new NDArray<T>(this, Shape.With(axis, length), strides, Offset + (start * strides[axis]));
    }

    /// <summary>Copies the elements, in row-major order, to host memory.</summary>
    /// <param name="destination">At least <see cref="Count"/> long.</param>
    public void CopyTo(Span<T> destination)
    {
        if (destination.Length < Count)
            throw new ArgumentException($"An array of shape {Shape} has {Count} elements; the destination holds {destination.Length}.", nameof(destination));
        Device.CopyToHost(this, destination[..Count]);
    }

    /// <summary>The elements, in row-major order, as a new host array.</summary>
    public T[] ToArray()
    {
        T[] result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>Overwrites the elements from host memory.</summary>
    /// <param name="source">Exactly <see cref="Count"/> elements in row-major order.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void CopyFrom(ReadOnlySpan<T> source)
    {
        if (source.Length != Count)
            throw new ArgumentException($"An array of shape {Shape} takes {Count} elements; {source.Length} were given.", nameof(source));
        Device.CopyFromHost(source, this);
    }

    /// <summary>The only element of an array of one element.</summary>
    /// <exception cref="InvalidOperationException">The array has another number of elements.</exception>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1024", Justification = "Copies from the device.")]
    public T GetScalar()
    {
        if (Count != 1)
            throw new InvalidOperationException($"An array of shape {Shape} has {Count} elements, not one.");
        Unsafe.SkipInit(out T value);
        Device.CopyToHost(this, new Span<T>(ref value));
        return value;
    }

    /// <summary>The stamp of the block when the array was made.</summary>
    internal int Stamp => stamp;

    /// <summary>Rejects an array whose memory was returned, or whose elements were changed since it was pinned; accepts the default value.</summary>
    internal void CheckReadable()
    {
        if (Storage is { } storage && (storage.Stamp != stamp || (pinnedVersion != 0 && pinnedVersion != storage.Version)))
            ThrowUnreadable();
    }

    /// <summary>Rejects an array whose memory was returned, and records that its elements change.</summary>
    internal void BeginWrite(string by)
    {
        if (Storage is not { } storage)
            return;
        if (storage.Stamp != stamp)
            ThrowUnreadable();
        storage.NoteChange(by);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void ThrowUnreadable()
    {
        if (Storage.Stamp == stamp)
            throw new ArrayChangedException($"An array of shape {Shape} was changed by {Storage.ChangedBy} after its elements were taken into account.",
                Storage.ChangedBy);
        throw new InvalidOperationException(
            $"An array of shape {Shape} was used after its memory had been given back: it was returned to {Storage.Device}, or the tape that held it was "
                + $"reset or disposed, began another reverse pass or released its values. "
            + "Copy elements out before (ToArray, or Device.Copy to an array of your own).");
    }

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "no array" : $"{typeof(T).Name} array of shape {Shape} on {Device}";
}
