using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void MaxPool(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties);

    public abstract void MaxPoolPullback(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate);

    public abstract void MaxPoolEvenPullback(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate);

    public abstract long CountMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y);

    public abstract void AddMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place);

    public abstract void MarkMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks);

    public abstract void MaxPoolAlong(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions, in NDArray<T> dy);

    public abstract void AveragePool(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding);

    public abstract void AveragePoolPullback(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate);
}

/// <content>Pooling, with one thread per element of the result, so no two threads add to the same element.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    public override void MaxPool(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties)
    {
        shape.Validate();
        device.ForEach(shape.OutputLength, new MaxPoolBody<E, L>(new PoolingWalk(shape), Flat(x), Flat(y), FlatIndices(positions), ties == TieOrder.Last
            ? 1
            : 0));
    }

    public override void MaxPoolPullback(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate)
    {
        shape.Validate();
        device.ForEach(shape.InputLength, new MaxPoolPullbackBody<E, L>(new PoolingWalk(shape), Flat(dy), FlatIndices(positions), Flat(dx), accumulate
            ? 1
            : 0));
    }

    public override void MaxPoolEvenPullback(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate)
    {
        shape.Validate();
        device.ForEach(shape.InputLength, new MaxPoolEvenPullbackBody<E, L>(new PoolingWalk(shape), Flat(x), Flat(y), Flat(dy), Flat(dx), accumulate ? 1 : 0));
    }

    public override long CountMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
    {
        NDArray<T> marks = device.Allocate<T>(y.Shape);
        MarkMaxPoolTies(shape, x, y, marks);
        long count = Count(default(Identity), marks);
        device.Return(marks);
        return count;
    }

    public override void AddMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place)
    {
        NDArray<T> marks = device.Allocate<T>(y.Shape);
        MarkMaxPoolTies(shape, x, y, marks);
        AddCount(default(Identity), marks, counts, place);
        device.Return(marks);
    }

    public override void MarkMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks)
    {
        shape.Validate();
        device.ForEach(shape.OutputLength, new MaxPoolTieBody<E, L>(new PoolingWalk(shape), Flat(x), Flat(y), Flat(marks)));
    }

    public override void MaxPoolAlong(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions, in NDArray<T> dy)
    {
        shape.Validate();
        device.ForEach(shape.OutputLength, new MaxPoolAlongBody<E, L>(new PoolingWalk(shape), Flat(x), Flat(y), Flat(dx), FlatIndices(positions), dy.IsNone
            ? Flat(y)
            : Flat(dy), dy.IsNone ? 0 : 1));
    }

    public override void AveragePool(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding)
    {
        shape.Validate();
        device.ForEach(shape.OutputLength, new AveragePoolBody<E, L>(new PoolingWalk(shape), Flat(x), Flat(y), countPadding ? 1 : 0));
    }

    public override void AveragePoolPullback(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate)
    {
        shape.Validate();
        device.ForEach(shape.InputLength, new AveragePoolPullbackBody<E, L>(new PoolingWalk(shape), Flat(dy), Flat(dx), countPadding ? 1 : 0, accumulate
            ? 1
            : 0));
    }
}
