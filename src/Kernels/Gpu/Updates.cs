using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>An optimiser's step of one element.</summary>
internal readonly struct UpdateBody<E, L, TUpdate>(TUpdate update, ArrayView<E> parameter, ArrayView<E> gradient, ArrayView<E> first, ArrayView<E> second) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TUpdate : struct, IUpdate
{
    private readonly TUpdate update = update;
    private readonly ArrayView<E> parameter = parameter;
    private readonly ArrayView<E> gradient = gradient;
    private readonly ArrayView<E> first = first;
    private readonly ArrayView<E> second = second;

    public void Run(int index)
    {
        L value = E.Load(parameter[index]), a = value, b = value;
        if (TUpdate.States > 0)
            a = E.Load(first[index]);
        if (TUpdate.States > 1)
            b = E.Load(second[index]);
        update.Invoke(ref value, E.Load(gradient[index]), ref a, ref b);
        parameter[index] = E.Store(value);
        if (TUpdate.States > 0)
            first[index] = E.Store(a);
        if (TUpdate.States > 1)
            second[index] = E.Store(b);
    }
}
