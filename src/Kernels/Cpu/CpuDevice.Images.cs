using Conv = ConservativeAD.Kernels.Cpu.Convolution;

namespace ConservativeAD.Kernels.Cpu;

/// <content>Convolution and pooling.</content>
internal sealed unsafe partial class CpuDevice
{
    public override void Convolution<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y) =>
        Conv.Forward(pool, shape, Contiguous(x), Contiguous(weights), bias.IsNone ? null : Contiguous(bias), Contiguous(y));

    public override void ConvolutionDataGradient<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate) =>
        Conv.DataGradient(pool, shape, Contiguous(dy), Contiguous(weights), Contiguous(dx), accumulate);

    public override void ConvolutionWeightGradient<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate) =>
        Conv.WeightGradient(pool, shape, Contiguous(x), Contiguous(dy), Contiguous(dw), accumulate);

    public override void MaxPool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties) =>
        MaxPooling.Forward(pool, shape, Contiguous(x), Contiguous(y), Contiguous(positions), ties);

    public override void MaxPoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate) =>
        MaxPooling.Pullback(pool, shape, Contiguous(dy), Contiguous(positions), Contiguous(dx), accumulate);

    public override void MaxPoolEvenPullback<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate) =>
        MaxPooling.EvenPullback(pool, shape, Contiguous(x), Contiguous(y), Contiguous(dy), Contiguous(dx), accumulate);

    public override void MaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts) =>
        MaxPooling.CountTies(pool, shape, Contiguous(x), Contiguous(y), Contiguous(counts));

    public override void AveragePool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding) =>
        AveragePooling.Forward(pool, shape, Contiguous(x), Contiguous(y), countPadding);

    public override void AveragePoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate) =>
        AveragePooling.Pullback(pool, shape, Contiguous(dy), Contiguous(dx), countPadding, accumulate);

    private static T* Contiguous<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (!array.IsContiguous)
            throw new ArgumentException($"This kernel reads and writes contiguous arrays; one of shape {array.Shape} has gaps or another order. Copy it first.");
        return MapLoop.Pointer(array);
    }
}
