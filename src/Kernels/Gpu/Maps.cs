using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>Four neighbours, read and written as one.</summary>
internal struct Quad<E>
    where E : unmanaged
{
    public E First;
    public E Second;
    public E Third;
    public E Fourth;
}

/// <summary>A map over arrays that are contiguous, or one number repeated: one element.</summary>
internal readonly struct FlatMapBody<E, L, TBody>(TBody body, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w, ArrayView<E> destination, int stepX, int stepY, int stepZ, int stepW, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    private readonly TBody body = body;
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> y = y;
    private readonly ArrayView<E> z = z;
    private readonly ArrayView<E> w = w;
    private readonly ArrayView<E> destination = destination;
    private readonly int stepX = stepX;
    private readonly int stepY = stepY;
    private readonly int stepZ = stepZ;
    private readonly int stepW = stepW;
    private readonly int accumulate = accumulate;

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

/// <summary>The same for four neighbours: so much must be under way at a time to keep a GPU's memory busy.</summary>
internal readonly struct QuadMapBody<E, L, TBody>(TBody body, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w, ArrayView<E> destination, int stepX, int stepY, int stepZ, int stepW, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    private readonly TBody body = body;
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> y = y;
    private readonly ArrayView<E> z = z;
    private readonly ArrayView<E> w = w;
    private readonly ArrayView<E> destination = destination;
    private readonly int stepX = stepX;
    private readonly int stepY = stepY;
    private readonly int stepZ = stepZ;
    private readonly int stepW = stepW;
    private readonly int accumulate = accumulate;

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

/// <summary>A map over arrays of any strides: one element.</summary>
internal readonly struct StridedMapBody<E, L, TBody>(TBody body, Axes axes, ArrayView<E> x, ArrayView<E> y, ArrayView<E> z, ArrayView<E> w, ArrayView<E> destination, Steps stepsX, Steps stepsY, Steps stepsZ, Steps stepsW, Steps steps, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TBody : struct, IMapBody
{
    private readonly TBody body = body;
    private readonly Axes axes = axes;
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> y = y;
    private readonly ArrayView<E> z = z;
    private readonly ArrayView<E> w = w;
    private readonly ArrayView<E> destination = destination;
    private readonly Steps stepsX = stepsX;
    private readonly Steps stepsY = stepsY;
    private readonly Steps stepsZ = stepsZ;
    private readonly Steps stepsW = stepsW;
    private readonly Steps steps = steps;
    private readonly int accumulate = accumulate;

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
