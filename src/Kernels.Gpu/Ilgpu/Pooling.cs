using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The sizes of a pooling as its kernels use them.</summary>
internal readonly struct PoolingWalk(in PoolingShape shape)
{
    public readonly int InputHeight = shape.InputHeight;
    public readonly int InputWidth = shape.InputWidth;
    public readonly int OutputHeight = shape.OutputHeight;
    public readonly int OutputWidth = shape.OutputWidth;
    public readonly int KernelHeight = shape.KernelHeight;
    public readonly int KernelWidth = shape.KernelWidth;
    public readonly int StrideHeight = shape.StrideHeight;
    public readonly int StrideWidth = shape.StrideWidth;
    public readonly int PaddingHeight = shape.PaddingHeight;
    public readonly int PaddingWidth = shape.PaddingWidth;

    /// <summary>The window of an element of the output.</summary><param name="output">Its flat index.</param>
    public Window WindowOf(int output)
    {
        int column = output % OutputWidth, row = output / OutputWidth % OutputHeight, plane = output / (OutputWidth * OutputHeight);
        int top = (row * StrideHeight) - PaddingHeight, left = (column * StrideWidth) - PaddingWidth;
        return new Window(plane * InputHeight * InputWidth, IntrinsicMath.Max(top, 0), IntrinsicMath.Max(left, 0),
            IntrinsicMath.Min(top + KernelHeight, InputHeight), IntrinsicMath.Min(left + KernelWidth, InputWidth));
    }

    /// <summary>The windows that contain an element of the input: rows and columns of the output, and the offset of the plane's output.</summary>
    /// <param name="input">Its flat index.</param>
    public Window WindowsOver(int input)
    {
        int w = (input % InputWidth) + PaddingWidth, h = (input / InputWidth % InputHeight) + PaddingHeight, plane = input / (InputWidth * InputHeight);
        int top = h < KernelHeight ? 0 : ((h - KernelHeight) / StrideHeight) + 1, left = w < KernelWidth ? 0 : ((w - KernelWidth) / StrideWidth) + 1;
        return new Window(plane * OutputHeight * OutputWidth, top, left, IntrinsicMath.Min((h / StrideHeight) + 1, OutputHeight),
            IntrinsicMath.Min((w / StrideWidth) + 1, OutputWidth));
    }

    /// <summary>The divisor of a window's sum.</summary>
    /// <param name="window">The window.</param>
    /// <param name="countPadding">Whether padding counts.</param>
    public int Divisor(Window window, int countPadding) =>
        countPadding != 0 ? KernelHeight * KernelWidth : (window.Bottom - window.Top) * (window.Right - window.Left);
}

/// <summary>Rows Top to Bottom − 1 and columns Left to Right − 1 of a plane that begins at an index.</summary>
internal readonly record struct Window(int Plane, int Top, int Left, int Bottom, int Right);

/// <summary>The largest element of one window. A NaN wins over every number.</summary>
internal readonly struct MaxPoolBody<E, L>(PoolingWalk walk, ArrayView<E> x, ArrayView<E> y, ArrayView<int> positions, int isLast) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        Window window = walk.WindowOf(index);
        int best = window.Plane + (window.Top * walk.InputWidth) + window.Left;
        L largest = E.Load(x[best]);
        for (int h = window.Top; h < window.Bottom; h++)
        {
            for (int w = window.Left; w < window.Right; w++)
            {
                int at = window.Plane + (h * walk.InputWidth) + w;
                L value = E.Load(x[at]);
                if (Extreme.IsTaken(value, largest, isLast))
                {
                    largest = value;
                    best = at;
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
        for (int row = windows.Top; row < windows.Bottom; row++)
        {
            for (int column = windows.Left; column < windows.Right; column++)
            {
                int at = windows.Plane + (row * walk.OutputWidth) + column;
                if (positions[at] == index)
                    sum += E.Load(dy[at]);
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
        for (int h = window.Top; h < window.Bottom; h++)
        {
            for (int w = window.Left; w < window.Right; w++)
            {
                L value = E.Load(x[window.Plane + (h * walk.InputWidth) + w]);
                count += L.IsEqual(value, largest) || (isNaN && L.IsNaN(value)) ? 1 : 0;
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
        for (int row = windows.Top; row < windows.Bottom; row++)
        {
            for (int column = windows.Left; column < windows.Right; column++)
            {
                int at = windows.Plane + (row * walk.OutputWidth) + column;
                L largest = E.Load(y[at]);
                if (L.IsEqual(own, largest) || (L.IsNaN(own) && L.IsNaN(largest)))
                    sum += E.Load(dy[at]) / L.Constant(TiesOfWindow.Count<E, L>(walk, x, walk.WindowOf(at), largest, true));
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
        for (int h = window.Top; h < window.Bottom; h++)
        {
            for (int w = window.Left; w < window.Right; w++)
            {
                int at = window.Plane + (h * walk.InputWidth) + w;
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
        for (int h = window.Top; h < window.Bottom; h++)
        {
            for (int w = window.Left; w < window.Right; w++)
                sum += E.Load(x[window.Plane + (h * walk.InputWidth) + w]);
        }

        y[index] = E.Store(sum / L.Constant(walk.Divisor(window, countPadding)));
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
        for (int row = windows.Top; row < windows.Bottom; row++)
        {
            for (int column = windows.Left; column < windows.Right; column++)
            {
                int at = windows.Plane + (row * walk.OutputWidth) + column;
                sum += E.Load(dy[at]) / L.Constant(walk.Divisor(walk.WindowOf(at), countPadding));
            }
        }

        dx[index] = E.Store(sum);
    }
}
