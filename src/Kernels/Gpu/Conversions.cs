using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>A number as another element type that is computed with in the same lane, times a factor.</summary>
internal readonly struct ConvertBody<E, F, L>(ArrayView<E> source, ArrayView<F> destination, double factor) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where F : unmanaged, IElement<F, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> source = source;
    private readonly ArrayView<F> destination = destination;
    private readonly double factor = factor;

    public void Run(int index) => destination[index] = F.Store(E.Load(source[index]) * L.Constant(factor));
}

/// <summary>A number as another element type, by way of double, times a factor.</summary>
internal readonly struct ConvertByDoubleBody<E, L, F, M>(ArrayView<E> source, ArrayView<F> destination, double factor) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where F : unmanaged, IElement<F, M>
    where M : unmanaged, IThreadLane<M>
{
    private readonly ArrayView<E> source = source;
    private readonly ArrayView<F> destination = destination;
    private readonly double factor = factor;

    public void Run(int index) => destination[index] = F.Store(M.Constant(L.ToDouble(E.Load(source[index])) * factor));
}
