using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>One element of unfolded images: the input that a tap multiplies at a position. Laid out [taps, images·positions], or image by image [images, taps, positions].</summary>
internal readonly struct UnfoldBody<E, L>(ConvolutionWalk walk, ArrayView<E> x, ArrayView<E> unfolded, int taps, int positions, int images, int isByImage) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ConvolutionWalk walk = walk;
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> unfolded = unfolded;
    private readonly int taps = taps;
    private readonly int positions = positions;
    private readonly int images = images;
    private readonly int isByImage = isByImage;

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

/// <summary>One element of images from what was unfolded, [images, taps, positions]: the sum over the taps that read it, in their order.</summary>
internal readonly struct FoldBody<E, L>(ConvolutionWalk walk, ArrayView<E> unfolded, ArrayView<E> dx, int taps, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ConvolutionWalk walk = walk;
    private readonly ArrayView<E> unfolded = unfolded;
    private readonly ArrayView<E> dx = dx;
    private readonly int taps = taps;
    private readonly int accumulate = accumulate;

    public void Run(int index)
    {
        int plane = walk.InputPlane, channel = index / plane % walk.InputChannels, image = index / (plane * walk.InputChannels), place = (image * plane) + (index % plane);
        L sum = accumulate != 0 ? E.Load(dx[index]) : L.Constant(0);
        for (int i = 0; i < walk.KernelPlane; i++)
        {
            // As an output of one channel, whose index is then image and position.
            int position = walk.PositionAt(i, place);
            if (position >= 0)
                sum += E.Load(unfolded[(((image * taps) + (channel * walk.KernelPlane) + i) * walk.OutputPlane) + position]);
        }

        dx[index] = E.Store(sum);
    }
}
