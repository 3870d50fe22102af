using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>One time step of one cell: i, f, g and o, then c and h.</summary>
internal readonly struct LstmCellBody<E, L>(ArrayView<E> projected, ArrayView<E> bias, ArrayView<E> gates, ArrayView<E> before, ArrayView<E> after, ArrayView<E> hidden, int width) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> projected = projected;
    private readonly ArrayView<E> bias = bias;
    private readonly ArrayView<E> gates = gates;
    private readonly ArrayView<E> before = before;
    private readonly ArrayView<E> after = after;
    private readonly ArrayView<E> hidden = hidden;
    private readonly int width = width;

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
internal readonly struct LstmCellPullbackBody<E, L>(ArrayView<E> gates, ArrayView<E> before, ArrayView<E> after, ArrayView<E> dHidden, ArrayView<E> fromLater, ArrayView<E> dCell, ArrayView<E> dArguments, int width) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> gates = gates;
    private readonly ArrayView<E> before = before;
    private readonly ArrayView<E> after = after;
    private readonly ArrayView<E> dHidden = dHidden;
    private readonly ArrayView<E> fromLater = fromLater;
    private readonly ArrayView<E> dCell = dCell;
    private readonly ArrayView<E> dArguments = dArguments;
    private readonly int width = width;

    public void Run(int index)
    {
        int row = index / width, at = (4 * row * width) + index - (row * width);
        L one = L.Constant(1), i = E.Load(gates[at]), f = E.Load(gates[at + width]), g = E.Load(gates[at + (2 * width)]), o = E.Load(gates[at + (3 * width)]);
        L t = L.Tanh(E.Load(after[index])), dh = E.Load(dHidden[index]) + E.Load(fromLater[index]);
        L dc = E.Load(dCell[index]) + (dh * o * (one - (t * t)));
        dArguments[at] = E.Store(dc * g * (i * (one - i)));
        dArguments[at + width] = E.Store(dc * E.Load(before[index]) * (f * (one - f)));
        dArguments[at + (2 * width)] = E.Store(dc * i * (one - (g * g)));
        dArguments[at + (3 * width)] = E.Store(dh * t * (o * (one - o)));
        dCell[index] = E.Store(dc * f);
    }
}
