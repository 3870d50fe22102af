using System.Runtime.Intrinsics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Convolutions of float images by kernels of three by three with stride 1, and their gradients, by minimal filtering F(4×4, 3×3): a tile of 4 × 4 outputs
/// takes 36 multiplications per pair of channels instead of 144.
/// </summary>
/// <remarks>
/// y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, summed over input channels by matrix products in the transformed domain, one for each of the 36
/// elements: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4. The gradient to the weights
/// is the adjoint, dw = Gᵀ[Σ (A dy Aᵀ) ⊙ (Bᵀ d B)]G over all tiles.
/// A non-finite input makes all outputs of its tile NaN, including those that do not depend on it.
/// </remarks>
internal static unsafe class Winograd
{
    // The size of a part's transforms, on both sides of the products. Together with the weights they stay in the second-level cache.
    private const int TilesPerPart = 48;

    // The number of tiles that a register tile sums over at once: a panel of their transforms stays in the first-level cache.
    private const int TilesPerSum = 128;

    // The measured costs that decide between filtering and sums of products, with 16 floats per register, in multiply-adds per element of a transform.
    // CostOfTransform is the cost per channel of a tile. CostOfKernel is the cost per pair of channels, whose kernel is transformed, written and read again; it
    // rises by 1 for every PairsPerExtraCost pairs, because of the memory that all pairs take. SumsByKernels is the factor on that cost for a weight gradient,
    // because every part reads and writes its sums.
    private const double CostOfTransform = 10;
    private const double CostOfKernel = 16;
    private const double PairsPerExtraCost = 4800;
    private const double SumsByKernels = 1.5;

    // The gain must exceed this factor, because a smaller one is not worth the larger rounding error.
    private const double MinimumGain = 1.15;

    /// <summary>Whether a convolution can be computed this way.</summary>
    public static bool Applies(in ConvolutionShape shape) =>
        shape is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1 };

    /// <summary>Whether filtering is faster than sums of products for an image convolution.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
    public static bool Pays(int batch, int inputs, int outputs, int height, int width) =>
        Pays(batch, inputs, outputs, height, width, 1);

    /// <summary>Whether filtering is faster for a weight gradient.</summary>
    /// <param name="shape">The sizes.</param>
    public static bool PaysForWeights(in ConvolutionShape shape) =>
        Pays(shape.Batch, shape.InputChannels, shape.OutputChannels, shape.OutputHeight, shape.OutputWidth, SumsByKernels);

    private static bool Pays(int batch, int inputs, int outputs, int height, int width, double kernels)
    {
        double tiles = (double)batch * Partition.Count(height, WinogradTiling.Side) * Partition.Count(width, WinogradTiling.Side);
        double pairs = (double)inputs * outputs;
        double wholeInputs = WinogradPlanes.Rounded(inputs, 16), wholeOutputs = WinogradPlanes.Rounded(outputs, 16);
        double winograd = (tiles * ((inputs * wholeOutputs) + (CostOfTransform * (wholeInputs + wholeOutputs))))
            + (kernels * pairs * (CostOfKernel + (pairs / PairsPerExtraCost)));
        return 9 * pairs * batch * height * width > MinimumGain * WinogradTiling.Elements * winograd;
    }

    /// <summary>y = f(conv(x, w) + bias), or y += conv(x, w).</summary>
    /// <typeparam name="TEpilogue">The function f.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="batch">Images.</param>
    /// <param name="source">Input.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="sourceHeight">Rows of the input.</param>
    /// <param name="sourceWidth">Columns of the input.</param>
    /// <param name="top">Rows of zeros above; if negative, rows of the input to leave out.</param>
    /// <param name="left">Columns of zeros to the left; if negative, columns to leave out.</param>
    /// <param name="taps">For each input channel and element of the kernel, the weights of all output channels next to each other, readable a register past the
    /// end.</param>
    /// <param name="bias">One number per output channel, or null.</param>
    /// <param name="destination">Output.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="height">Rows of the output.</param>
    /// <param name="width">Columns of the output.</param>
    /// <param name="accumulate">Whether to add to what the output holds.</param>
    /// <param name="epilogue">The function f.</param>
    public static void Run<TEpilogue>(WorkerPool pool, int batch, float* source, int inputs, int sourceHeight, int sourceWidth, int top, int left, float* taps,
        float* bias, float* destination, int outputs, int height, int width, bool accumulate, TEpilogue epilogue)
        where TEpilogue : struct, IUnaryMap
    {
        WinogradImages<TEpilogue> images = default;
        images.Tiling = new(batch, height, width, TilesPerPart);
        images.Source = new(source, inputs, sourceHeight, sourceWidth);
        images.Inputs = inputs;
        images.Top = top;
        images.Left = left;
        images.Destination = destination;
        images.Outputs = outputs;
        images.Bias = bias;
        images.Accumulate = accumulate;
        images.Epilogue = epilogue;
        if (Vector512.IsHardwareAccelerated)
            WinogradConvolution<Vector512<float>, Single512, TallTile<Vector512<float>, float, Single512>>.Run(pool, images, taps);
        else if (Vector256.IsHardwareAccelerated)
            WinogradConvolution<Vector256<float>, Single256, ShortTile<Vector256<float>, float, Single256>>.Run(pool, images, taps);
        else
            WinogradConvolution<Vector128<float>, Single128, ShortTile<Vector128<float>, float, Single128>>.Run(pool, images, taps);
    }

    /// <summary>dw = the pullback of dy to the weights, or dw += it.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">Input.</param>
    /// <param name="dy">Cotangent of the output.</param>
    /// <param name="dw">Cotangent of the weights.</param>
    /// <param name="accumulate">Whether to add to what dw holds.</param>
    public static void WeightGradient(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dw, bool accumulate)
    {
        WinogradTiling tiling = new(shape.Batch, shape.OutputHeight, shape.OutputWidth, TilesPerSum);
        if (Vector512.IsHardwareAccelerated)
            WinogradWeightGradient<Vector512<float>, Single512, TallTile<Vector512<float>, float, Single512>>.Run(pool, shape, tiling, x, dy, dw, accumulate);
        else if (Vector256.IsHardwareAccelerated)
            WinogradWeightGradient<Vector256<float>, Single256, ShortTile<Vector256<float>, float, Single256>>.Run(pool, shape, tiling, x, dy, dw, accumulate);
        else
            WinogradWeightGradient<Vector128<float>, Single128, ShortTile<Vector128<float>, float, Single128>>.Run(pool, shape, tiling, x, dy, dw, accumulate);
    }
}
