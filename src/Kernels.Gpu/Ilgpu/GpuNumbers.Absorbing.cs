using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void CarriedProduct(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried, bool accumulate);

    public abstract void CarriedConvolution(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y, CarriedOperand carried);

    public abstract void CarriedConvolutionDataGradient(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate,
        CarriedOperand carried);

    public abstract void CarriedConvolutionWeightGradient(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate,
        CarriedOperand carried);
}

/// <content>
/// Sums of products in which a carried zero times any factor is 0: plain products, then a pass over the result that recomputes NaN elements. A previous value
/// is added afterwards, because a NaN would hide it. </content>
internal sealed partial class GpuNumbers<T, E, L>
{
    public override void CarriedProduct(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried, bool accumulate)
    {
        NDArray<T> result = accumulate ? device.Allocate<T>(destination.Shape) : destination;
        MatrixProduct(default(Identity), left, right, result, false, default);
        int batch = destination.Shape.Rank == 3 ? destination.Shape[0] : 1;
        Absorb(batch, Of(left, StackStep(left)), Of(right, StackStep(right)), Of(result, StackStep(result)), destination.Shape[-2], destination.Shape[-1],
            left.Shape[-1], carried);
        AddAndReturn(accumulate, result, destination);
    }

    public override void CarriedConvolution(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y, CarriedOperand carried)
    {
        Convolution(shape, x, weights, default, y);
        ConvolutionWalk walk = new(shape);

        // In that product the weights are the left operand.
        Absorb(shape.Groups, walk.OutputChannels, shape.Batch * walk.OutputPlane, walk.InputChannels * walk.KernelPlane, Swapped(carried),
            new ConvolutionOperands<E, L>(walk, Flat(x), Flat(weights), Flat(weights), 0, Flat(y)));
    }

    public override void CarriedConvolutionDataGradient(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate,
        CarriedOperand carried)
    {
        NDArray<T> result = accumulate ? device.Allocate<T>(dx.Shape) : dx;
        ConvolutionDataGradient(shape, dy, weights, result, false);
        ConvolutionWalk walk = new(shape);
        Absorb(shape.Groups, walk.InputChannels, shape.Batch * walk.InputPlane, walk.OutputChannels * walk.KernelPlane, Swapped(carried),
            new DataGradientOperands<E, L>(walk, Flat(dy), Flat(weights), Flat(result), 0));
        AddAndReturn(accumulate, result, dx);
    }

    public override void CarriedConvolutionWeightGradient(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate,
        CarriedOperand carried)
    {
        NDArray<T> result = accumulate ? device.Allocate<T>(dw.Shape) : dw;
        ConvolutionWeightGradient(shape, x, dy, result, false);
        ConvolutionWalk walk = new(shape);
        Absorb(shape.Groups, walk.OutputChannels, walk.InputChannels * walk.KernelPlane, shape.Batch * walk.OutputPlane, Swapped(carried),
            new WeightGradientOperands<E, L>(walk, Flat(x), Flat(dy), Flat(result), 0));
        AddAndReturn(accumulate, result, dw);
    }

    // The same for matrices of heads: [batch, heads, rows, columns].
    private void HeadProduct(int heads, Matrices<E> left, Matrices<E> right, in NDArray<T> destination, int rows, int columns, int inner,
        CarriedOperand carried, bool accumulate)
    {
        NDArray<T> result = accumulate ? device.Allocate<T>(destination.Shape) : destination;
        Product(heads, left, right, Heads(result), rows, columns, inner, default, false, 1, default(Identity));
        Absorb(heads, left, right, Heads(result), rows, columns, inner, carried);
        AddAndReturn(accumulate, result, destination);
    }

    // Row i reads inner indices up to i only: elements behind a causal mask have probability 0, and 0 times NaN would be NaN.
    private void AbsorbUnseen(int heads, Matrices<E> left, Matrices<E> right, Matrices<E> destination, int rows, int columns, int inner) =>
        device.ForEach(heads * rows * columns,
            new AbsorbingProductBody<L, MatrixOperands<E, L, Identity>>(rows, columns, inner, 0, 0, 1,
                new MatrixOperands<E, L, Identity>(left, right, destination, default, 0, 0, 1, default)));

    private static CarriedOperand Swapped(CarriedOperand carried) => carried switch
    {
        CarriedOperand.First => CarriedOperand.Second,
        CarriedOperand.Second => CarriedOperand.First,
        _ => carried,
    };

    private void AddAndReturn(bool accumulate, in NDArray<T> result, in NDArray<T> destination)
    {
        if (!accumulate)
            return;
        Map(new UnaryBody<Identity>(default), result, result, result, result, destination, true);
        device.Return(result);
    }

    private void Absorb(int batch, Matrices<E> left, Matrices<E> right, Matrices<E> destination, int rows, int columns, int inner, CarriedOperand carried) =>
        Absorb(batch, rows, columns, inner, carried, new MatrixOperands<E, L, Identity>(left, right, destination, default, 0, 0, 1, default));

    private void Absorb<TOperands>(int batch, int rows, int columns, int inner, CarriedOperand carried, TOperands operands)
        where TOperands : struct, IProductOperands<L>
    {
        int isLeft = carried == CarriedOperand.Second ? 0 : 1, isRight = carried == CarriedOperand.First ? 0 : 1;
        device.ForEach(batch * rows * columns, new AbsorbingProductBody<L, TOperands>(rows, columns, inner, isLeft, isRight, 0, operands));
    }
}
