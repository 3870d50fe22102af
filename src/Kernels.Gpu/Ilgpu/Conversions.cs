using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Converts a number to another element type with the same lane, times a factor.</summary>
internal readonly struct ConvertBody<E, F, L>(ArrayView<E> source, ArrayView<F> destination, double factor) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where F : unmanaged, IElement<F, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index) => destination[index] = F.Store(E.Load(source[index]) * L.Constant(factor));
}

/// <summary>Converts a number to another element type through double, times a factor.</summary>
internal readonly struct ConvertByDoubleBody<E, L, F, M>(ArrayView<E> source, ArrayView<F> destination, double factor) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where F : unmanaged, IElement<F, M>
    where M : unmanaged, IThreadLane<M>
{
    public void Run(int index) => destination[index] = F.Store(M.Constant(L.ToDouble(E.Load(source[index])) * factor));
}
