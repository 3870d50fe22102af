using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Copies one element.</summary>
internal readonly struct CopyBody<E>(ArrayView<E> source, ArrayView<E> destination) : IIndexBody
    where E : unmanaged
{
    public void Run(int index) => destination[index] = source[index];
}

/// <summary>Copies one element between arrays of any strides.</summary>
internal readonly struct StridedCopyBody<E>(Axes axes, ArrayView<E> source, ArrayView<E> destination, Steps from, Steps to) : IIndexBody
    where E : unmanaged
{
    public void Run(int index) => destination[axes.Offset(index, to)] = source[axes.Offset(index, from)];
}

/// <summary>Sets one element.</summary>
internal readonly struct FillBody<E>(ArrayView<E> destination, E value) : IIndexBody
    where E : unmanaged
{
    public void Run(int index) => destination[index] = value;
}

/// <summary>Sets one element of an array of any strides.</summary>
internal readonly struct StridedFillBody<E>(Axes axes, ArrayView<E> destination, Steps to, E value) : IIndexBody
    where E : unmanaged
{
    public void Run(int index) => destination[axes.Offset(index, to)] = value;
}
