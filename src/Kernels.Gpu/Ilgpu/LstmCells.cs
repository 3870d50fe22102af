using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>One time step of one cell: i, f, g and o, then c and h.</summary>
internal readonly struct LstmCellBody<E, L>(ArrayView<E> projected, ArrayView<E> bias, ArrayView<E> gates, ArrayView<E> before, ArrayView<E> after,
    ArrayView<E> hidden, int width) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int row = index / width, cell = index - (row * width), at = (4 * row * width) + cell;
        L i = L.Sigmoid(Argument(at, cell)), f = L.Sigmoid(Argument(at + width, cell + width));
        L g = L.Tanh(Argument(at + (2 * width), cell + (2 * width))), o = L.Sigmoid(Argument(at + (3 * width), cell + (3 * width)));
        L c = (f * E.Load(before[index])) + (i * g);
        gates[at] = E.Store(i);
        gates[at + width] = E.Store(f);
        gates[at + (2 * width)] = E.Store(g);
        gates[at + (3 * width)] = E.Store(o);
        after[index] = E.Store(c);
        hidden[index] = E.Store(o * L.Tanh(c));
    }

    private L Argument(int at, int place) => E.Load(projected[at]) + E.Load(gates[at]) + E.Load(bias[place]);
}

/// <summary>The pullback of one time step of one cell.</summary>
internal readonly struct LstmCellPullbackBody<E, L>(ArrayView<E> gates, ArrayView<E> before, ArrayView<E> after, ArrayView<E> dHidden, ArrayView<E> fromLater,
    ArrayView<E> dCell, ArrayView<E> dArguments, int width) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int row = index / width, at = (4 * row * width) + index - (row * width);
        L one = L.Constant(1), i = E.Load(gates[at]), f = E.Load(gates[at + width]), g = E.Load(gates[at + (2 * width)]), o = E.Load(gates[at + (3 * width)]);
        L t = L.Tanh(E.Load(after[index])), dh = E.Load(dHidden[index]) + E.Load(fromLater[index]);
        L dc = E.Load(dCell[index]) + L.Absorb(dh, dh * o * (one - (t * t)));
        dArguments[at] = E.Store(L.Absorb(dc, dc * g * (i * (one - i))));
        dArguments[at + width] = E.Store(L.Absorb(dc, dc * E.Load(before[index]) * (f * (one - f))));
        dArguments[at + (2 * width)] = E.Store(L.Absorb(dc, dc * i * (one - (g * g))));
        dArguments[at + (3 * width)] = E.Store(L.Absorb(dh, dh * t * (o * (one - o))));
        dCell[index] = E.Store(L.Absorb(dc, dc * f));
    }
}
