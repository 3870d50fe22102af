using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Positions from a first to before an end, at a step.</summary>
internal readonly record struct Positions(int First, int End, int Step);

/// <summary>The windows of a pooling along one axis as its kernels use them.</summary>
internal readonly struct PoolingAxisWalk(in PoolingAxis axis)
{
    public readonly int Input = axis.Input;
    public readonly int Output = axis.Output;
    public readonly int Kernel = axis.Kernel;
    public readonly int Stride = axis.Stride;
    public readonly int Padding = axis.Padding;
    public readonly int Step = axis.Step;
    public readonly int IsAdaptive = axis.IsAdaptive ? 1 : 0;

    private int Span => ((Kernel - 1) * Step) + 1;

    /// <summary>The positions of a window on the axis.</summary>
    public Positions Window(int window)
    {
        if (IsAdaptive != 0)
            return new Positions((int)((long)window * Input / Output), (int)((((window + 1L) * Input) + Output - 1) / Output), 1);
        int start = (window * Stride) - Padding;
        return new Positions(start >= 0 ? start : start + ((Step - 1 - start) / Step * Step), IntrinsicMath.Min(start + Span, Input), Step);
    }

    /// <summary>The windows that may contain a position; with dilation not all of them do.</summary>
    public Positions WindowsOver(int position)
    {
        if (IsAdaptive != 0)
            return new Positions((int)((long)position * Output / Input), (int)((((position + 1L) * Output) + Input - 1) / Input), 1);
        int padded = position + Padding;
        return new Positions(padded < Span ? 0 : ((padded - Span) / Stride) + 1, IntrinsicMath.Min((padded / Stride) + 1, Output), 1);
    }

    /// <summary>Whether one of those windows contains the position.</summary>
    public bool Contains(int window, int position) => Step == 1 || (position + Padding - (window * Stride)) % Step == 0;

    /// <summary>Positions of a window on the axis, or on the padded axis.</summary>
    public int Count(int window, int withPadding)
    {
        Positions positions = Window(window);
        if (withPadding == 0 || IsAdaptive != 0)
            return (positions.End - positions.First + Step - 1) / Step;
        return IntrinsicMath.Min(Kernel, (Input + (2 * Padding) - (window * Stride) + Step - 1) / Step);
    }
}

/// <summary>The sizes of a pooling as its kernels use them.</summary>
internal readonly struct PoolingWalk(in PoolingShape shape)
{
    public readonly PoolingAxisWalk Depth = new(shape.Depth);
    public readonly PoolingAxisWalk Height = new(shape.Height);
    public readonly PoolingAxisWalk Width = new(shape.Width);

    /// <summary>The window of an element of the output.</summary><param name="output">Its flat index.</param>
    public Window WindowOf(int output)
    {
        int plane = output / (Width.Output * Height.Output * Depth.Output);
        return new Window(plane * Depth.Input * Height.Input * Width.Input, Depth.Window(output / (Width.Output * Height.Output) % Depth.Output),
            Height.Window(output / Width.Output % Height.Output), Width.Window(output % Width.Output));
    }

    /// <summary>The windows that may contain an element of the input: slices, rows and columns of the output, and the offset of the plane's output.</summary>
    /// <param name="input">Its flat index.</param>
    public Window WindowsOver(int input)
    {
        int plane = input / (Width.Input * Height.Input * Depth.Input);
        return new Window(plane * Depth.Output * Height.Output * Width.Output, Depth.WindowsOver(input / (Width.Input * Height.Input) % Depth.Input),
            Height.WindowsOver(input / Width.Input % Height.Input), Width.WindowsOver(input % Width.Input));
    }

    /// <summary>Whether one of those windows contains the element.</summary>
    public bool Contains(int slice, int row, int column, int input) =>
        Width.Contains(column, input % Width.Input) && Height.Contains(row, input / Width.Input % Height.Input)
            && Depth.Contains(slice, input / (Width.Input * Height.Input) % Depth.Input);

    /// <summary>The flat index of an element of the input, from the offset of its plane.</summary>
    public int InputAt(int plane, int slice, int row, int column) => plane + (((slice * Height.Input) + row) * Width.Input) + column;

    /// <summary>The flat index of an element of the output, from the offset of its plane.</summary>
    public int OutputAt(int plane, int slice, int row, int column) => plane + (((slice * Height.Output) + row) * Width.Output) + column;

    /// <summary>The divisor of a window's sum.</summary>
    /// <param name="output">The flat index of the window.</param>
    /// <param name="countPadding">Whether padding counts.</param>
    public int Divisor(int output, int countPadding) =>
        Width.Count(output % Width.Output, countPadding) * Height.Count(output / Width.Output % Height.Output, countPadding)
            * Depth.Count(output / (Width.Output * Height.Output) % Depth.Output, countPadding);
}

/// <summary>Slices, rows and columns of a plane that begins at an index.</summary>
internal readonly record struct Window(int Plane, Positions Slices, Positions Rows, Positions Columns);

/// <summary>The largest element of one window. A NaN wins over every number.</summary>
internal readonly struct MaxPoolBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, ArrayView<int> positions, int isLast) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window window = walk.WindowOf(index);
        int best = walk.InputAt(window.Plane, window.Slices.First, window.Rows.First, window.Columns.First);
        L largest = E.Load(x[best]);
        for (int d = window.Slices.First; d < window.Slices.End; d += window.Slices.Step)
        {
            for (int h = window.Rows.First; h < window.Rows.End; h += window.Rows.Step)
            {
                for (int w = window.Columns.First; w < window.Columns.End; w += window.Columns.Step)
                {
                    int at = walk.InputAt(window.Plane, d, h, w);
                    L value = E.Load(x[at]);
                    if (Extreme.IsTaken(value, largest, isLast))
                    {
                        largest = value;
                        best = at;
                    }
                }
            }
        }

        positions[index] = best;
        y[index] = x[best];
    }
}

/// <summary>Selects the maximum of two elements.</summary>
internal static class Extreme
{
    /// <summary>
    /// Whether a later element replaces the current one: if it is greater or the first NaN, or if it ties and the last of equal elements is selected.
    /// </summary>
    public static bool IsTaken<L>(L challenger, L holder, int isLast)
        where L : unmanaged, IThreadLane<L>
    {
        bool isNaN = L.IsNaN(challenger), holds = L.IsNaN(holder);
        return isLast == 0 ? (L.IsGreater(challenger, holder) || isNaN) && !holds : (!L.IsGreater(holder, challenger) && !holds) || isNaN;
    }
}

/// <summary>The cotangent of one element of the input: a sum, in order, over the windows whose maximum it is.</summary>
internal readonly struct MaxPoolPullbackBody<E, L>(PoolingWalk walk, ArrayView<E> dy, ArrayView<int> positions, ArrayView<E> dx, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window windows = walk.WindowsOver(index);
        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0);
        for (int slice = windows.Slices.First; slice < windows.Slices.End; slice++)
        {
            for (int row = windows.Rows.First; row < windows.Rows.End; row++)
            {
                for (int column = windows.Columns.First; column < windows.Columns.End; column++)
                {
                    int at = walk.OutputAt(windows.Plane, slice, row, column);
                    if (positions[at] == index)
                        sum += E.Load(dy[at]);
                }
            }
        }

        dx[index] = E.Store(sum);
    }
}

/// <summary>The number of elements of one window that equal its maximum; optionally several NaN count as equal.</summary>
internal static class TiesOfWindow
{
    public static int Count<E, L>(PoolingWalk walk, ArrayView<E> x, Window window, L largest, bool withNaN)
        where E : unmanaged, IElement<E, L>
        where L : unmanaged, IThreadLane<L>
    {
        bool isNaN = withNaN && L.IsNaN(largest);
        int count = 0;
        for (int d = window.Slices.First; d < window.Slices.End; d += window.Slices.Step)
        {
            for (int h = window.Rows.First; h < window.Rows.End; h += window.Rows.Step)
            {
                for (int w = window.Columns.First; w < window.Columns.End; w += window.Columns.Step)
                {
                    L value = E.Load(x[walk.InputAt(window.Plane, d, h, w)]);
                    count += L.IsEqual(value, largest) || (isNaN && L.IsNaN(value)) ? 1 : 0;
                }
            }
        }

        return count;
    }
}

/// <summary>The cotangent of one element of the input if every element tied for a window's maximum takes an equal share of its dy.</summary>
internal readonly struct MaxPoolEvenPullbackBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, ArrayView<E> dy, ArrayView<E> dx, int accumulate)
    : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window windows = walk.WindowsOver(index);
        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0), own = E.Load(x[index]);
        for (int slice = windows.Slices.First; slice < windows.Slices.End; slice++)
        {
            for (int row = windows.Rows.First; row < windows.Rows.End; row++)
            {
                for (int column = windows.Columns.First; column < windows.Columns.End; column++)
                {
                    int at = walk.OutputAt(windows.Plane, slice, row, column);
                    L largest = E.Load(y[at]);
                    if (walk.Contains(slice, row, column, index) && (L.IsEqual(own, largest) || (L.IsNaN(own) && L.IsNaN(largest))))
                        sum += E.Load(dy[at]) / L.Constant(TiesOfWindow.Count<E, L>(walk, x, walk.WindowOf(at), largest, true));
                }
            }
        }

        dx[index] = E.Store(sum);
    }
}

/// <summary>1 if a window contains its maximum more than once, otherwise 0.</summary>
internal readonly struct MaxPoolTieBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, ArrayView<E> marks) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index) =>
        marks[index] = E.Store(TiesOfWindow.Count<E, L>(walk, x, walk.WindowOf(index), E.Load(y[index]), false) > 1 ? L.Constant(1) : L.Constant(0));
}

/// <summary>Of the elements that tie for a window's maximum, the first with the largest tangent.</summary>
internal readonly struct MaxPoolAlongBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, ArrayView<E> dx, ArrayView<int> positions, ArrayView<E> dy,
    int hasTangent) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window window = walk.WindowOf(index);
        L largest = E.Load(y[index]), furthest = L.Constant(0);
        bool isNaN = L.IsNaN(largest);
        int best = -1;
        for (int d = window.Slices.First; d < window.Slices.End; d += window.Slices.Step)
        {
            for (int h = window.Rows.First; h < window.Rows.End; h += window.Rows.Step)
            {
                for (int w = window.Columns.First; w < window.Columns.End; w += window.Columns.Step)
                {
                    int at = walk.InputAt(window.Plane, d, h, w);
                    L value = E.Load(x[at]);
                    if (L.IsEqual(value, largest) || (isNaN && L.IsNaN(value)))
                    {
                        L tangent = E.Load(dx[at]);
                        if (best < 0 || L.IsGreater(tangent, furthest))
                        {
                            furthest = tangent;
                            best = at;
                        }
                    }
                }
            }
        }

        positions[index] = best;
        if (hasTangent != 0)
            dy[index] = dx[best];
    }
}

/// <summary>The mean of one window.</summary>
internal readonly struct AveragePoolBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, int countPadding) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window window = walk.WindowOf(index);
        L sum = L.Constant(0);
        for (int d = window.Slices.First; d < window.Slices.End; d += window.Slices.Step)
        {
            for (int h = window.Rows.First; h < window.Rows.End; h += window.Rows.Step)
            {
                for (int w = window.Columns.First; w < window.Columns.End; w += window.Columns.Step)
                    sum += E.Load(x[walk.InputAt(window.Plane, d, h, w)]);
            }
        }

        y[index] = E.Store(sum / L.Constant(walk.Divisor(index, countPadding)));
    }
}

/// <summary>The cotangent of one element of the input: a sum over the windows that contain it.</summary>
internal readonly struct AveragePoolPullbackBody<E, L>(PoolingWalk walk, ArrayView<E> dy, ArrayView<E> dx, int countPadding, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window windows = walk.WindowsOver(index);
        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0);
        for (int slice = windows.Slices.First; slice < windows.Slices.End; slice++)
        {
            for (int row = windows.Rows.First; row < windows.Rows.End; row++)
            {
                for (int column = windows.Columns.First; column < windows.Columns.End; column++)
                {
                    int at = walk.OutputAt(windows.Plane, slice, row, column);
                    if (walk.Contains(slice, row, column, index))
                        sum += E.Load(dy[at]) / L.Constant(walk.Divisor(at, countPadding));
                }
            }
        }

        dx[index] = E.Store(sum);
    }
}
