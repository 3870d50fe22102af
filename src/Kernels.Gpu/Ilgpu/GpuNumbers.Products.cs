using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void MatrixProduct<TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate, in NDArray<T> bias)
        where TMap : struct, IUnaryMap;

    public abstract void Convolution(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y);

    public abstract void ConvolutionDataGradient(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate);

    public abstract void ConvolutionWeightGradient(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate);
}

/// <content>Matrix products, and convolutions as products whose operands are read from images.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    // The number of tiles that keep a large GPU busy, and the fewest inner indices worth a slice of their own.
    private const int BusyTiles = 264;
    private const int InnerOfSlice = 64;
    private const int MaximumProductSlices = 64;

    public override void MatrixProduct<TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate, in NDArray<T> bias)
    {
        int rank = ArgumentChecks.MatrixProduct(left, right, destination, bias);
        if (destination.Count == 0)
            return;
        int batch = rank == 3 ? destination.Shape[0] : 1;
        if (device.Products is { } library && library.TryProduct(left, right, destination, accumulate, device.AllowsTensorFloat))
        {
            if (!bias.IsNone)
                Map(new BinaryBody<BiasedMap<TMap>>(new BiasedMap<TMap>(map)), destination, bias, destination, destination, destination, false);
            else if (typeof(TMap) != typeof(Identity))
                Map(new UnaryBody<TMap>(map), destination, destination, destination, destination, destination, false);
            return;
        }

        Product(batch, Of(left, StackStep(left)), Of(right, StackStep(right)), Of(destination, StackStep(destination)), destination.Shape[-2],
            destination.Shape[-1], left.Shape[-1], bias, accumulate, 1, map);
    }

    public override void Convolution(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y)
    {
        shape.Validate();
        ArrayView<E> input = Flat(x), output = Flat(y), kernel = Flat(weights), added = bias.IsNone ? kernel : Flat(bias);
        ConvolutionWalk walk = new(shape);
        if (Unfolds(shape))
        {
            Unfolded(shape, walk, x, weights, bias, y);
            return;
        }

        Run(shape.Groups, walk.OutputChannels, shape.Batch * walk.OutputPlane, walk.InputChannels * walk.KernelPlane, 1, 0,
            new ConvolutionOperands<E, L>(walk, input, kernel, added, bias.IsNone ? 0 : 1, output));
    }

    public override void ConvolutionDataGradient(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx, bool accumulate)
    {
        shape.Validate();
        ConvolutionWalk walk = new(shape);
        if (Unfolds(shape))
        {
            UnfoldedDataGradient(shape, walk, dy, weights, dx, accumulate);
            return;
        }

        Run(shape.Groups, walk.InputChannels, shape.Batch * walk.InputPlane, walk.OutputChannels * walk.KernelPlane, 0, 0,
            new DataGradientOperands<E, L>(walk, Flat(dy), Flat(weights), Flat(dx), accumulate ? 1 : 0));
    }

    public override void ConvolutionWeightGradient(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate)
    {
        shape.Validate();
        ConvolutionWalk walk = new(shape);
        if (Unfolds(shape))
        {
            UnfoldedWeightGradient(shape, walk, x, dy, dw, accumulate);
            return;
        }

        Run(shape.Groups, walk.OutputChannels, walk.InputChannels * walk.KernelPlane, shape.Batch * walk.OutputPlane, 1, 1,
            new WeightGradientOperands<E, L>(walk, Flat(x), Flat(dy), Flat(dw), accumulate ? 1 : 0));
    }

    private static int StackStep(in NDArray<T> array) => array.Shape.Rank == 3 ? array.Stride(0) : 0;

    // The matrices of the last two axes, or their transposes, stacked along an outer axis and an inner axis of a given length.
    private static Matrices<E> Of(in NDArray<T> array, int outerStep, int stackStep = 0, int stackLength = 1, bool isTurned = false)
    {
        int rows = array.Stride(-2), columns = array.Stride(-1);
        return new(View(array), stackLength, outerStep, stackStep, isTurned ? columns : rows, isTurned ? rows : columns);
    }

    private void Product<TMap>(int batch, Matrices<E> left, Matrices<E> right, Matrices<E> destination, int rows, int columns, int inner, in NDArray<T> bias,
        bool accumulate, double scale, TMap map)
        where TMap : struct, IUnaryMap
    {
        ArrayView<E> added = bias.IsNone ? default : View(bias);
        Run(batch, rows, columns, inner, left.IsRowFirst, 1 - right.IsRowFirst, new MatrixOperands<E, L, TMap>(left, right, destination, added, bias.IsNone
            ? 0
            : 1, accumulate ? 1 : 0, scale, map));
    }

    private void Run<TOperands>(int batch, int rows, int columns, int inner, int leftIsInnerFirst, int rightIsInnerFirst, TOperands operands)
        where TOperands : struct, IProductOperands<L>
    {
        if (batch == 0 || rows == 0 || columns == 0)
            return;
        int side = (int)Math.Sqrt(device.GroupSize);
        ProductShape shape = new(batch, rows, columns, inner, 1, side, leftIsInnerFirst, rightIsInnerFirst);
        int tiles = batch * shape.Tiles;
        // Depends only on the extents, so that a sum is the same on every GPU.
        int slices = Math.Clamp(BusyTiles
            / Math.Max(1,
                batch * ((rows + TileProduct.MaximumSide - 1) / TileProduct.MaximumSide) * ((columns + TileProduct.MaximumSide - 1) / TileProduct.MaximumSide)),
                    1, Math.Clamp(inner / InnerOfSlice, 1, MaximumProductSlices));
        shape = shape with { Slices = slices };
        if (slices == 1)
        {
            device.ForEachPart(tiles, new TileProductBody<L, TOperands>(shape, operands, default));
            return;
        }

        NDArray<double> scratch = Scratch((long)batch * slices * rows * columns);
        ArrayView<L> partial = ScratchView(scratch);
        device.ForEachPart(tiles * slices, new TileProductBody<L, TOperands>(shape, operands, partial));
        device.ForEach(batch * rows * columns, new ProductSlicesBody<L, TOperands>(shape, operands, partial));
        device.Return(scratch);
    }
}
