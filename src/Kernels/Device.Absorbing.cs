using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Sums of products in which a carried zero times any factor is 0, even if the factor is infinite or NaN.</content>
public abstract partial class Device
{
    /// <summary>destination = left · right, where an element of the carried operand that is exactly 0 adds 0 for any other factor.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="left">[m, k], or [batch, m, k].</param>
    /// <param name="right">[k, n], or [batch, k, n].</param>
    /// <param name="destination">[m, n], or [batch, m, n], with contiguous rows; it may not overlap the operands.</param>
    /// <param name="carried">Which operand is carried.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public void CarriedProduct<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        left.CheckReadable();
        right.CheckReadable();
        destination.BeginWrite("Device.CarriedProduct");
        CarriedProductCore(left, right, destination, carried, accumulate);
    }

    private protected abstract void CarriedProductCore<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>As <see cref="Convolution{T}"/> without a bias, where an element of the carried operand that is exactly 0 adds 0 for any other
    /// factor.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input, the first operand; contiguous.</param>
    /// <param name="weights">The weights, the second; contiguous.</param>
    /// <param name="y">The output; contiguous.</param>
    /// <param name="carried">Which operand is carried.</param>
    public void CarriedConvolution<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y, CarriedOperand carried)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        weights.CheckReadable();
        y.BeginWrite("Device.CarriedConvolution");
        CarriedConvolutionCore(shape, x, weights, y, carried);
    }

    private protected abstract void CarriedConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y,
        CarriedOperand carried)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// As <see cref="ConvolutionDataGradient{T}"/>, where an element of the carried operand that is exactly 0 adds 0 for any other factor.
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">The output's cotangent, the first operand; contiguous.</param>
    /// <param name="weights">The weights, the second; contiguous.</param>
    /// <param name="dx">The input's cotangent; contiguous.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <param name="carried">Which operand is carried.</param>
    public void CarriedConvolutionDataGradient<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate = false, CarriedOperand carried = CarriedOperand.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        weights.CheckReadable();
        dx.BeginWrite("Device.CarriedConvolutionDataGradient");
        CarriedConvolutionDataGradientCore(shape, dy, weights, dx, accumulate, carried);
    }

    private protected abstract void CarriedConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate, CarriedOperand carried)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// As <see cref="ConvolutionWeightGradient{T}"/>, where an element of the carried operand that is exactly 0 adds 0 for any other factor.
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input, the first operand; contiguous.</param>
    /// <param name="dy">The output's cotangent, the second; contiguous.</param>
    /// <param name="dw">The weights' cotangent; contiguous.</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <param name="carried">Which operand is carried.</param>
    public void CarriedConvolutionWeightGradient<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate = false,
        CarriedOperand carried = CarriedOperand.Second)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        dy.CheckReadable();
        dw.BeginWrite("Device.CarriedConvolutionWeightGradient");
        CarriedConvolutionWeightGradientCore(shape, x, dy, dw, accumulate, carried);
    }

    private protected abstract void CarriedConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate, CarriedOperand carried)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
