using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Four neighbouring elements, read and written at once.</summary>
internal struct Quad<E>
    where E : unmanaged
{
    public E First;
    public E Second;
    public E Third;
    public E Fourth;
}

/// <summary>One element of a map over arrays that are contiguous or a single repeated number.</summary>
internal readonly struct FlatMapBody<E, L, TBody>(TBody body, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w, ArrayView<E> destination,
    int stepX, int stepY, int stepZ, int stepW, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    public void Run(int index)
    {
        L a = E.Load(x[index * stepX]), b = a, c = a, d = a;
        if (TBody.Arity > 1)
            b = E.Load(y[index * stepY]);
        if (TBody.Arity > 2)
            c = E.Load(z[index * stepZ]);
        if (TBody.Arity > 3)
            d = E.Load(w[index * stepW]);
        L value = body.Invoke(a, b, c, d);
        if (accumulate != 0)
            value = E.Load(destination[index]) + value;
        destination[index] = E.Store(value);
    }
}

/// <summary>The same for four neighbouring elements: a GPU's memory needs this many accesses in flight to stay busy.</summary>
internal readonly struct QuadMapBody<E, L, TBody>(TBody body, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w, ArrayView<E> destination,
    int stepX, int stepY, int stepZ, int stepW, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    public void Run(int index)
    {
        Quad<E> a = Read(x, index, stepX), b = a, c = a, d = a;
        if (TBody.Arity > 1)
            b = Read(y, index, stepY);
        if (TBody.Arity > 2)
            c = Read(z, index, stepZ);
        if (TBody.Arity > 3)
            d = Read(w, index, stepW);
        L first = body.Invoke(E.Load(a.First), E.Load(b.First), E.Load(c.First), E.Load(d.First));
        L second = body.Invoke(E.Load(a.Second), E.Load(b.Second), E.Load(c.Second), E.Load(d.Second));
        L third = body.Invoke(E.Load(a.Third), E.Load(b.Third), E.Load(c.Third), E.Load(d.Third));
        L fourth = body.Invoke(E.Load(a.Fourth), E.Load(b.Fourth), E.Load(c.Fourth), E.Load(d.Fourth));
        ArrayView<Quad<E>> quads = destination.Cast<Quad<E>>();
        if (accumulate != 0)
        {
            Quad<E> held = quads[index];
            first = E.Load(held.First) + first;
            second = E.Load(held.Second) + second;
            third = E.Load(held.Third) + third;
            fourth = E.Load(held.Fourth) + fourth;
        }

        Quad<E> result;
        result.First = E.Store(first);
        result.Second = E.Store(second);
        result.Third = E.Store(third);
        result.Fourth = E.Store(fourth);
        quads[index] = result;
    }

    private static Quad<E> Read(ArrayView<E> source, int index, int step)
    {
        if (step != 0)
            return source.Cast<Quad<E>>()[index];
        Quad<E> repeated;
        repeated.First = source[0];
        repeated.Second = repeated.First;
        repeated.Third = repeated.First;
        repeated.Fourth = repeated.First;
        return repeated;
    }
}

/// <summary>One element of a map over arrays of any strides.</summary>
internal readonly struct StridedMapBody<E, L, TBody>(TBody body, Axes axes, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w,
    ArrayView<E> destination, Steps stepsX, Steps stepsY, Steps stepsZ, Steps stepsW, Steps steps, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    public void Run(int index)
    {
        L a = E.Load(x[axes.Offset(index, stepsX)]), b = a, c = a, d = a;
        if (TBody.Arity > 1)
            b = E.Load(y[axes.Offset(index, stepsY)]);
        if (TBody.Arity > 2)
            c = E.Load(z[axes.Offset(index, stepsZ)]);
        if (TBody.Arity > 3)
            d = E.Load(w[axes.Offset(index, stepsW)]);
        L value = body.Invoke(a, b, c, d);
        int at = axes.Offset(index, steps);
        if (accumulate != 0)
            value = E.Load(destination[at]) + value;
        destination[at] = E.Store(value);
    }
}
