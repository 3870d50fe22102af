using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Convolution and pooling of images laid out as [batch, channels, height, width]; every array is contiguous.</content>
public abstract partial class Device
{
    /// <summary>How convolutions on this device are computed; <see cref="ConvolutionMethod.Automatic"/> by default.</summary>
    /// <remarks>
    /// Set <see cref="ConvolutionMethod.Products"/> if every output must depend on its own taps only: Winograd's filtering rounds sums of neighbouring inputs,
    /// so cancellations may be inexact, and a non-finite input reaches every output of its tile. Must not be changed while kernels run.
    /// </remarks>
    public ConvolutionMethod ConvolutionMethod { get; set; }

    /// <summary>y = x ∗ w + bias.</summary>
    /// <typeparam name="T">float, double or Half; Half is summed in float and rounded once.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="weights">[output channels, input channels / groups, kernel height, kernel width].</param>
    /// <param name="bias">One number per output channel, or the default value for none.</param>
    /// <param name="y">The output.</param>
    public void Convolution<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        weights.CheckReadable();
        bias.CheckReadable();
        y.BeginWrite("Device.Convolution");
        ConvolutionCore(shape, x, weights, bias, y);
    }

    private protected abstract void ConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of a convolution to its input.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public void ConvolutionDataGradient<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        weights.CheckReadable();
        dx.BeginWrite("Device.ConvolutionDataGradient");
        ConvolutionDataGradientCore(shape, dy, weights, dx, accumulate);
    }

    private protected abstract void ConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of a convolution to its weights.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dw">The weights' cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public void ConvolutionWeightGradient<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        dy.CheckReadable();
        dw.BeginWrite("Device.ConvolutionWeightGradient");
        ConvolutionWeightGradientCore(shape, x, dy, dw, accumulate);
    }

    private protected abstract void ConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Finds the largest element of every window and its position.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="positions">For every output element, the flat index of its maximum in the input.</param>
    /// <param name="ties">Which of equal elements is taken, in scan order.</param>
    public void MaxPool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.BeginWrite("Device.MaxPool");
        positions.BeginWrite("Device.MaxPool");
        MaxPoolCore(shape, x, y, positions, ties);
    }

    private protected abstract void MaxPoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>dx += dy at the saved positions.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="positions">The positions that <see cref="MaxPool{T}"/> wrote.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public void MaxPoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        positions.CheckReadable();
        dx.BeginWrite("Device.MaxPoolPullback");
        MaxPoolPullbackCore(shape, dy, positions, dx, accumulate);
    }

    private protected abstract void MaxPoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>dx += dy, split evenly over the elements that tie for the maximum of a window.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public void MaxPoolEvenPullback<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.CheckReadable();
        dy.CheckReadable();
        dx.BeginWrite("Device.MaxPoolEvenPullback");
        MaxPoolEvenPullbackCore(shape, x, y, dy, dx, accumulate);
    }

    private protected abstract void MaxPoolEvenPullbackCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Counts the windows that contain their maximum more than once. NaN equals nothing.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    public long CountMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.CheckReadable();
        return CountMaxPoolTiesCore(shape, x, y);
    }

    private protected abstract long CountMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds <see cref="CountMaxPoolTies"/> to one element of an array of counts, on the device.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">The index of the count.</param>
    public void AddMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.CheckReadable();
        counts.BeginWrite("Device.AddMaxPoolTies");
        AddMaxPoolTiesCore(shape, x, y, counts, place);
    }

    private protected abstract void AddMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Marks windows: 1 for every window that contains its maximum more than once, 0 for the others.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="marks">One mark per output element.</param>
    public void MarkMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.CheckReadable();
        marks.BeginWrite("Device.MarkMaxPoolTies");
        MarkMaxPoolTiesCore(shape, x, y, marks);
    }

    private protected abstract void MarkMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Max pooling along a direction: of the elements that tie for a window's maximum, takes the one with the largest tangent.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="dx">The tangent of the input.</param>
    /// <param name="positions">For every output element, the flat index of the element in the whole input.</param>
    /// <param name="dy">Receives the tangent of the output, which is that of the element; the default value if it is not needed.</param>
    public void MaxPoolAlong<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions,
        in NDArray<T> dy = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.CheckReadable();
        dx.CheckReadable();
        positions.BeginWrite("Device.MaxPoolAlong");
        dy.BeginWrite("Device.MaxPoolAlong");
        MaxPoolAlongCore(shape, x, y, dx, positions, dy);
    }

    private protected abstract void MaxPoolAlongCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions,
        in NDArray<T> dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The mean of every window.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="countPadding">Whether padding counts as zeros; otherwise it is ignored.</param>
    public void AveragePool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        y.BeginWrite("Device.AveragePool");
        AveragePoolCore(shape, x, y, countPadding);
    }

    private protected abstract void AveragePoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="AveragePool{T}"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="countPadding">As in the forward pass.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public void AveragePoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding = true, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        dx.BeginWrite("Device.AveragePoolPullback");
        AveragePoolPullbackCore(shape, dy, dx, countPadding, accumulate);
    }

    private protected abstract void AveragePoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
