using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>An optimiser's step of one element.</summary>
internal readonly struct UpdateBody<E, L, TUpdate>(TUpdate update, ArrayView<E> parameter, ArrayView<E> gradient, ArrayView<E> first, ArrayView<E> second,
    ArrayView<E> third, ArrayView<E> fourth) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TUpdate : struct, IUpdate
{
    public void Run(int index)
    {
        L value = E.Load(parameter[index]), a = value, b = value, c = value, d = value;
        if (TUpdate.States > 0)
            a = E.Load(first[index]);
        if (TUpdate.States > 1)
            b = E.Load(second[index]);
        if (TUpdate.States > 2)
            c = E.Load(third[index]);
        if (TUpdate.States > 3)
            d = E.Load(fourth[index]);
        update.Invoke(ref value, E.Load(gradient[index]), ref a, ref b, ref c, ref d);
        parameter[index] = E.Store(value);
        if (TUpdate.States > 0)
            first[index] = E.Store(a);
        if (TUpdate.States > 1)
            second[index] = E.Store(b);
        if (TUpdate.States > 2)
            third[index] = E.Store(c);
        if (TUpdate.States > 3)
            fourth[index] = E.Store(d);
    }
}
