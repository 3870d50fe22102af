using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <content>
/// Convolutions by unfolded images, which a library of matrix products multiplies with its tensor cores. The number of images unfolded at a time is limited by
/// the size of the matrices. </content>
internal sealed partial class GpuNumbers<T, E, L>
{
    // The most elements of unfolded images at a time.
    private const long MaximumUnfolded = 1 << 26;

    // Below these sizes a product is too narrow to gain from a library.
    private const int FewestChannels = 16;
    private const int FewestTaps = 64;

    private bool Unfolds(in ConvolutionShape shape) =>
        device.UnfoldsConvolutions && device.ConvolutionMethod != ConvolutionMethod.Products && shape.Groups == 1 && shape.OutputChannels >= FewestChannels
        && shape.Taps >= FewestTaps && shape.Batch > 0;

    private static int ImagesAtATime(in ConvolutionShape shape) =>
        (int)Math.Clamp(MaximumUnfolded / Math.Max(1L, (long)shape.Taps * shape.OutputHeight * shape.OutputWidth), 1, shape.Batch);

    private void Unfolded(in ConvolutionShape shape, ConvolutionWalk walk, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias, in NDArray<T> y)
    {
        int taps = shape.Taps, positions = walk.OutputPlane, channels = shape.OutputChannels, most = ImagesAtATime(shape);
        NDArray<T> input = x.Reshape([shape.Batch, shape.InputLength / shape.Batch]), output = y.Reshape([shape.Batch, channels, positions]),
            unfolded = device.Allocate<T>([most, taps, positions]);
        for (int first = 0; first < shape.Batch; first += most)
        {
            int images = Math.Min(most, shape.Batch - first);
            NDArray<T> result = output.Slice(0, first, images), matrices = unfolded.Slice(0, 0, images);
            device.ForEach(matrices.Count, new UnfoldBody<E, L>(walk, View(input.Slice(0, first, images)), View(matrices), taps, positions, images, 1));
            MatrixProduct(default(Identity), weights.Reshape([1, channels, taps]).BroadcastTo([images, channels, taps]), matrices, result, false, default);
            if (!bias.IsNone)
                device.Map2(default(AddedBias), result, bias.Reshape([1, channels, 1]), result, false);
        }

        device.Return(unfolded);
    }

    private void UnfoldedDataGradient(in ConvolutionShape shape, ConvolutionWalk walk, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate)
    {
        int taps = shape.Taps, positions = walk.OutputPlane, channels = shape.OutputChannels, most = ImagesAtATime(shape);
        NDArray<T> cotangent = dy.Reshape([shape.Batch, channels, positions]), target = dx.Reshape([shape.Batch, shape.InputLength / shape.Batch]),
            unfolded = device.Allocate<T>([most, taps, positions]);
        for (int first = 0; first < shape.Batch; first += most)
        {
            int images = Math.Min(most, shape.Batch - first);
            NDArray<T> part = target.Slice(0, first, images), matrices = unfolded.Slice(0, 0, images);
            MatrixProduct(default(Identity), weights.Reshape([1, channels, taps]).BroadcastTo([images, channels, taps])
                .Transpose(1, 2), cotangent.Slice(0, first, images), matrices, false, default);
            device.ForEach(part.Count, new FoldBody<E, L>(walk, View(matrices), View(part), taps, accumulate ? 1 : 0));
        }

        device.Return(unfolded);
    }

    private void UnfoldedWeightGradient(in ConvolutionShape shape, ConvolutionWalk walk, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw, bool accumulate)
    {
        int taps = shape.Taps, positions = walk.OutputPlane, channels = shape.OutputChannels, most = ImagesAtATime(shape);
        NDArray<T> input = x.Reshape([shape.Batch, shape.InputLength / shape.Batch]), cotangent = dy.Reshape([shape.Batch, channels, positions]),
            target = dw.Reshape([channels, taps]);
        NDArray<T> unfolded = device.Allocate<T>([taps, most, positions]), turned = device.Allocate<T>([channels, most, positions]);
        for (int first = 0; first < shape.Batch; first += most)
        {
            int images = Math.Min(most, shape.Batch - first);
            NDArray<T> matrix = new(unfolded.Storage, [taps, images, positions]), rows = new(turned.Storage, [channels, images, positions]);
            device.ForEach(matrix.Count, new UnfoldBody<E, L>(walk, View(input.Slice(0, first, images)), View(matrix), taps, positions, images, 0));
            device.Copy(cotangent.Slice(0, first, images).Transpose(0, 1), rows);
            MatrixProduct(default(Identity), rows.Reshape([channels, images * positions]), matrix.Reshape([taps, images * positions])
                .Transpose(0, 1), target, accumulate || first > 0, default);
        }

        device.Return(unfolded);
        device.Return(turned);
    }

    /// <summary>An element and its channel's bias.</summary>
    internal readonly struct AddedBias : IBinaryMap
    {
        public M Invoke<M>(M x, M y)
            where M : struct, ILane<M> => x + y;
    }
}
