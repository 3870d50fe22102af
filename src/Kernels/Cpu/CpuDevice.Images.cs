using Conv = ConservativeAD.Kernels.Cpu.Convolution;

namespace ConservativeAD.Kernels.Cpu;

/// <content>Convolution and pooling.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void ConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias,
        in NDArray<T> y) =>
        Conv.Forward(pool, shape, Contiguous(x), Contiguous(weights), bias.IsNone ? null : Contiguous(bias), Contiguous(y), ConvolutionMethod);

    private protected override void ConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate) =>
        Conv.DataGradient(pool, shape, Contiguous(dy), Contiguous(weights), Contiguous(dx), accumulate, ConvolutionMethod);

    private protected override void ConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate) =>
        Conv.WeightGradient(pool, shape, Contiguous(x), Contiguous(dy), Contiguous(dw), accumulate, ConvolutionMethod);

    private protected override void MaxPoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties) =>
        MaxPooling.Forward(pool, shape, Contiguous(x), Contiguous(y), Contiguous(positions), ties);

    private protected override void MaxPoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx,
        bool accumulate) =>
        MaxPooling.Pullback(pool, shape, Contiguous(dy), Contiguous(positions), Contiguous(dx), accumulate);

    private protected override void MaxPoolEvenPullbackCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx,
        bool accumulate) =>
        MaxPooling.EvenPullback(pool, shape, Contiguous(x), Contiguous(y), Contiguous(dy), Contiguous(dx), accumulate);

    private protected override long CountMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
    {
        shape.Validate();
        if (TieCounts.IsPaired(shape))
            return TieCounts.PairedWindows(pool, shape, Contiguous(x), Contiguous(y));
        NDArray<int> counts = CountPerWindow(shape, x, y);
        ReadOnlySpan<int> elements = new(Contiguous(counts), counts.Count);
        long tied = elements.Length - System.MemoryExtensions.Count(elements, 1);
        Return(counts);
        return tied;
    }

    private protected override void AddMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place) =>
        Contiguous(counts)[place] += checked((int)CountMaxPoolTies(shape, x, y));

    private protected override void MarkMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks)
    {
        NDArray<int> counts = CountPerWindow(shape, x, y);
        int* tied = Contiguous(counts);
        T* target = Contiguous(marks);
        for (int i = 0; i < counts.Count; i++)
            target[i] = tied[i] > 1 ? T.One : T.Zero;
        Return(counts);
    }

    private protected override void MaxPoolAlongCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions,
        in NDArray<T> dy) =>
        MaxPoolingAlong.Run(pool, shape, Contiguous(x), Contiguous(y), Contiguous(dx), Contiguous(positions), dy.IsNone ? null : Contiguous(dy));

    private NDArray<int> CountPerWindow<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        NDArray<int> counts = Allocate<int>(y.Shape);
        MaxPooling.CountTies(pool, shape, Contiguous(x), Contiguous(y), Contiguous(counts));
        return counts;
    }

    private protected override void AveragePoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding) =>
        AveragePooling.Forward(pool, shape, Contiguous(x), Contiguous(y), countPadding);

    private protected override void AveragePoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate) =>
        AveragePooling.Pullback(pool, shape, Contiguous(dy), Contiguous(dx), countPadding, accumulate);

    private static T* Contiguous<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (!array.IsContiguous)
            throw new ArgumentException(
                $"This kernel reads and writes contiguous arrays; one of shape {array.Shape} has gaps or another order. Copy it first.");
        return MapLoop.Pointer(array);
    }
}
