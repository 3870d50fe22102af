using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Convolution and pooling of images laid out as [batch, channels, height, width]; every array is contiguous.</content>
public abstract partial class Device
{
    /// <summary>How convolutions on this device are computed; to begin with <see cref="ConvolutionMethod.Automatic"/>.</summary>
    /// <remarks>
    /// Set <see cref="ConvolutionMethod.Products"/> where every output must be the sum of its own taps, whatever stands beside them: Winograd's
    /// filtering rounds sums of neighbouring inputs, so that cancellations need not be exact, and an input that is not finite reaches every
    /// output of its tile. Not to be changed while kernels run.
    /// </remarks>
    public ConvolutionMethod ConvolutionMethod { get; set; }

    /// <summary>y = x ∗ w + bias.</summary>
    /// <typeparam name="T">float, double or Half; Half is summed in float and rounded once.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="weights">[output channels, input channels / groups, kernel height, kernel width].</param>
    /// <param name="bias">One number per output channel, or the default value for none.</param>
    /// <param name="y">The output.</param>
    public abstract void Convolution<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of a convolution to its input.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public abstract void ConvolutionDataGradient<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of a convolution to its weights.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dw">The weights' cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public abstract void ConvolutionWeightGradient<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The largest element of every window, and where it stands.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="positions">For every output element, the flat index of its maximum in the input.</param>
    /// <param name="ties">Which of equal elements is taken, in scan order.</param>
    public abstract void MaxPool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>dx += dy at the saved positions.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="positions">As <see cref="MaxPool{T}"/> left them.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public abstract void MaxPoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>dx += dy, split evenly over the elements that tie for the maximum of a window.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public abstract void MaxPoolEvenPullback<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>How many windows have their maximum more than once. NaN equal nothing.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    public abstract long CountMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds <see cref="CountMaxPoolTies"/> to one of several counts, on the device.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">Which of them.</param>
    public abstract void AddMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>1 for every window that has its maximum more than once, 0 for the others.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="marks">One mark per output element.</param>
    public abstract void MarkMaxPoolTies<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Along a direction: of the elements that tie for a window's maximum, the one whose tangent is largest.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="dx">The tangent of the input.</param>
    /// <param name="positions">For every output element, the flat index of the element in the whole input.</param>
    /// <param name="dy">The tangent of the output: that of the element; not wanted if it is the default value.</param>
    public abstract void MaxPoolAlong<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions, in NDArray<T> dy = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The mean of every window.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="countPadding">Whether padding counts as zeros, instead of not at all.</param>
    public abstract void AveragePool<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="AveragePool{T}"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent.</param>
    /// <param name="dx">The input's cotangent.</param>
    /// <param name="countPadding">As in the forward pass.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public abstract void AveragePoolPullback<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding = true, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
