using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>All GPU kernels for one element type.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal abstract partial class GpuNumbers<T>
    where T : unmanaged
{
    public abstract void Map<TBody>(TBody body, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate)
        where TBody : struct, IMapBody;
}

/// <summary>The same, with the stored element type and the lane type as parameters.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <typeparam name="E">The stored element.</typeparam>
/// <typeparam name="L">The lane of the arithmetic.</typeparam>
internal sealed partial class GpuNumbers<T, E, L>(GpuDevice device) : GpuNumbers<T>
    where T : unmanaged
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private const int QuadLength = 4;

    public override void Map<TBody>(TBody body, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination, bool accumulate)
    {
        int count = destination.Count;
        if (count == 0)
            return;
        ArrayView<E> to = View(destination), a = View(x.BroadcastTo(destination.Shape)), b = a, c = a, d = a;
        StridedLoop loop = default;
        loop.Begin(destination.Shape);
        loop.Add(0, x);
        int arity = TBody.Arity;
        if (arity > 1)
            b = View(y.BroadcastTo(destination.Shape));
        if (arity > 2)
            c = View(z.BroadcastTo(destination.Shape));
        if (arity > 3)
            d = View(w.BroadcastTo(destination.Shape));
        loop.Add(1, arity > 1 ? y : x);
        loop.Add(2, arity > 2 ? z : x);
        loop.Add(3, arity > 3 ? w : x);
        loop.Add(4, destination);
        loop.Coalesce(5);
        int added = accumulate ? 1 : 0;
        if (loop.Rank > 1 || (loop.Rank == 1 && !IsFlat(loop)))
        {
            device.ForEach(count,
                new StridedMapBody<E, L, TBody>(body, new Axes(loop), a, b, c, d, to, new Steps(loop, 0), new Steps(loop, 1), new Steps(loop, 2),
                    new Steps(loop, 3), new Steps(loop, 4), added));
            return;
        }

        int stepA = Step(loop, 0), stepB = Step(loop, 1), stepC = Step(loop, 2), stepD = Step(loop, 3), quads = 0;
        if (count >= QuadLength && IsAligned(destination, 1) && IsAligned(x, stepA) && (arity < 2 || IsAligned(y, stepB)) && (arity < 3 || IsAligned(z, stepC))
            && (arity < 4 || IsAligned(w, stepD)))
        {
            quads = count / QuadLength;
            device.ForEach(quads, new QuadMapBody<E, L, TBody>(body, a, b, c, d, to, stepA, stepB, stepC, stepD, added));
        }

        int done = quads * QuadLength;
        if (done < count)
            device.ForEach(count - done,
                new FlatMapBody<E, L, TBody>(body, a.SubView(done * stepA), b.SubView(done * stepB), c.SubView(done * stepC), d.SubView(done * stepD),
                    to.SubView(done), stepA, stepB, stepC, stepD, added));
    }

    // Every operand is contiguous or a single repeated number.
    private static bool IsFlat(in StridedLoop loop)
    {
        for (int operand = 0; operand < 4; operand++)
        {
            if (loop.Stride(operand, 0) is not (0 or 1))
                return false;
        }

        return loop.Stride(4, 0) == 1;
    }

    private static int Step(in StridedLoop loop, int operand) => loop.Rank == 0 ? 0 : loop.Stride(operand, 0);

    private static bool IsAligned(in NDArray<T> array, int step) => step == 0 || array.Offset % QuadLength == 0;

    private static ArrayView<E> View(in NDArray<T> array) => GpuDevice.View<T, E>(array);

    private static ArrayView<int> Indices(in NDArray<int> array) => GpuDevice.View<int, int>(array);

    // The view of an array that must be contiguous.
    private static ArrayView<E> Flat(in NDArray<T> array)
    {
        GpuDevice.CheckContiguous(array);
        return View(array);
    }

    private static ArrayView<int> FlatIndices(in NDArray<int> array)
    {
        GpuDevice.CheckContiguous(array);
        return Indices(array);
    }
}
