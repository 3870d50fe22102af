using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// One element of unfolded images: the input that a tap multiplies at a position. The layout is [taps, images·positions], or [images, taps, positions] image by
/// image.
/// </summary>
internal readonly struct UnfoldBody<E, L>(ConvolutionWalk walk, ArrayView<E> x, ArrayView<E> unfolded, int taps, int positions, int images, int isByImage)
    : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int row = index / positions, position = index - (row * positions), tap, image;
        if (isByImage != 0)
        {
            image = row / taps;
            tap = row - (image * taps);
        }
        else
        {
            tap = row / images;
            image = row - (tap * images);
        }

        int at = walk.InputAt(0, tap, (image * positions) + position);
        unfolded[index] = at < 0 ? E.Store(L.Constant(0)) : x[at];
    }
}

/// <summary>One element of images, folded back from [images, taps, positions]: the sum, in order, over the taps that read it.</summary>
internal readonly struct FoldBody<E, L>(ConvolutionWalk walk, ArrayView<E> unfolded, ArrayView<E> dx, int taps, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    public void Run(int index)
    {
        int plane = walk.InputPlane, channel = index / plane % walk.InputChannels, image = index / (plane * walk.InputChannels),
            place = (image * plane) + (index % plane);
        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0);
        for (int i = 0; i < walk.KernelPlane; i++)
        {
            // Treated as an output with one channel, so that its index is image and position.
            int position = walk.PositionAt(i, place);
            if (position >= 0)
                sum += E.Load(unfolded[(((image * taps) + (channel * walk.KernelPlane) + i) * walk.OutputPlane) + position]);
        }

        dx[index] = E.Store(sum);
    }
}
