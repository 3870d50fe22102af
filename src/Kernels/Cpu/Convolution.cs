using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Convolutions of images in the layout [batch, channels, height, width] and their two gradients, as matrix products whose panels are
/// cut straight out of zero-bordered images.
/// </summary>
/// <remarks>
/// Forward pass and data gradient are divided among threads by image and group. The weight gradient sums over images: it cuts the batch into blocks whose
/// number depends only on the sizes, and adds their sums in order, so its bits do not depend on the number of threads.
/// </remarks>
internal static unsafe class Convolution
{
    // The number of blocks of images in a weight gradient: enough to divide the work evenly among that many threads.
    private const int MaximumBlocks = 16;

    // The most memory for the sums of all blocks: about half of a second-level cache for each of a few threads.
    private const int MaximumBlockElements = 1 << 20;

    // With few output channels, writing panels costs more than it saves, so they are read from the image itself.
    private const int FewChannels = 24;

    // The direct method sums all taps in one chain; longer sums go to the matrix product, which sums in blocks.
    private const int MaximumDirectTaps = 2048;

    // Images with fewer positions are joined in one product, so that its panels are full and packed weights serve several images.
    private const int PositionsTogether = 512;

    // Images with few positions are joined until k reaches this, so that C is not read and written for little work.
    private const int MinimumPositions = 768;

    /// <summary>y = f(conv(x, w) + bias).</summary>
    /// <typeparam name="T">float, double or Half; Half is summed in float and rounded once.</typeparam>
    /// <typeparam name="TEpilogue">The function f.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes, validated.</param>
    /// <param name="x">Input.</param>
    /// <param name="w">Weights.</param>
    /// <param name="bias">One number per output channel, or null.</param>
    /// <param name="y">Output; it may not overlap the rest.</param>
    /// <param name="epilogue">The function f.</param>
    /// <param name="method">The method.</param>
    public static void Forward<T, TEpilogue>(WorkerPool pool, in ConvolutionShape shape, T* x, T* w, T* bias, T* y, TEpilogue epilogue,
        ConvolutionMethod method = ConvolutionMethod.Automatic)
        where T : unmanaged
        where TEpilogue : struct, IUnaryMap
    {
        if (typeof(T) == typeof(float))
            Forward<float, float, TEpilogue>(pool, shape, (float*)x, (float*)w, (float*)bias, (float*)y, epilogue, method);
        else if (typeof(T) == typeof(double))
            Forward<double, double, TEpilogue>(pool, shape, (double*)x, (double*)w, (double*)bias, (double*)y, epilogue, method);
        else if (typeof(T) == typeof(Half))
            Forward<Half, float, TEpilogue>(pool, shape, (Half*)x, (Half*)w, (Half*)bias, (Half*)y, epilogue, method);
        else
            throw Unsupported<T>();
    }

    /// <summary>y = conv(x, w) + bias.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes, validated.</param>
    /// <param name="x">Input.</param>
    /// <param name="w">Weights.</param>
    /// <param name="bias">One number per output channel, or null.</param>
    /// <param name="y">Output.</param>
    /// <param name="method">The method.</param>
    public static void Forward<T>(WorkerPool pool, in ConvolutionShape shape, T* x, T* w, T* bias, T* y, ConvolutionMethod method = ConvolutionMethod.Automatic)
        where T : unmanaged => Forward(pool, shape, x, w, bias, y, default(Identity), method);

    /// <summary>dx = the pullback of dy to the input, or dx += it.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes, validated.</param>
    /// <param name="dy">Cotangent of the output.</param>
    /// <param name="w">Weights.</param>
    /// <param name="dx">Cotangent of the input.</param>
    /// <param name="accumulate">Whether to add to what dx holds.</param>
    /// <param name="method">The method.</param>
    public static void DataGradient<T>(WorkerPool pool, in ConvolutionShape shape, T* dy, T* w, T* dx, bool accumulate,
        ConvolutionMethod method = ConvolutionMethod.Automatic)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            DataGradient<float, float>(pool, shape, (float*)dy, (float*)w, (float*)dx, accumulate, method);
        else if (typeof(T) == typeof(double))
            DataGradient<double, double>(pool, shape, (double*)dy, (double*)w, (double*)dx, accumulate, method);
        else if (typeof(T) == typeof(Half))
            DataGradient<Half, float>(pool, shape, (Half*)dy, (Half*)w, (Half*)dx, accumulate, method);
        else
            throw Unsupported<T>();
    }

    /// <summary>dw = the pullback of dy to the weights, or dw += it.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="pool">The threads.</param>
    /// <param name="shape">The sizes, validated.</param>
    /// <param name="x">Input.</param>
    /// <param name="dy">Cotangent of the output.</param>
    /// <param name="dw">Cotangent of the weights.</param>
    /// <param name="accumulate">Whether to add to what dw holds.</param>
    /// <param name="method">The method.</param>
    public static void WeightGradient<T>(WorkerPool pool, in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate,
        ConvolutionMethod method = ConvolutionMethod.Automatic)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            WeightGradient<float, float>(pool, shape, (float*)x, (float*)dy, (float*)dw, accumulate, method);
        else if (typeof(T) == typeof(double))
            WeightGradient<double, double>(pool, shape, (double*)x, (double*)dy, (double*)dw, accumulate, method);
        else if (typeof(T) == typeof(Half))
            WeightGradient<Half, float>(pool, shape, (Half*)x, (Half*)dy, (Half*)dw, accumulate, method);
        else
            throw Unsupported<T>();
    }

    private static NotSupportedException Unsupported<T>() =>
        new($"A convolution takes float, double or Half; these elements are of type {typeof(T).Name}.");

    private static bool Chooses(ConvolutionMethod method, in ConvolutionShape shape, bool pays) =>
        method != ConvolutionMethod.Products && Winograd.Applies(shape) && (pays || method == ConvolutionMethod.Winograd);

    private static PaddedImages Padded(in ConvolutionShape shape) => new(
        shape.InputChannels / shape.Groups,
        shape.InputHeight + (2 * shape.PaddingHeight),
        shape.InputWidth + (2 * shape.PaddingWidth),
        shape.PaddingHeight,
        shape.PaddingWidth);

    // The offset of each tap from the first tap in a padded image.
    private static int* TapOffsets(in PaddedImages images, int kernelHeight, int kernelWidth, int dilationHeight, int dilationWidth)
    {
        int* offsets = ScratchMemory.Rent<int>(ScratchUse.Offsets, (long)images.Channels * kernelHeight * kernelWidth);
        int* next = offsets;
        for (int channel = 0; channel < images.Channels; channel++)
        {
            for (int y = 0; y < kernelHeight; y++)
            {
                for (int x = 0; x < kernelWidth; x++)
                    *next++ = (((channel * images.Height) + (y * dilationHeight)) * images.Width) + (x * dilationWidth);
            }
        }

        return offsets;
    }

    private static void Forward<T, U, TEpilogue>(WorkerPool pool, in ConvolutionShape shape, T* x, T* w, T* bias, T* y, TEpilogue epilogue,
        ConvolutionMethod method)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TEpilogue : struct, IUnaryMap
    {
        int inputs = shape.InputChannels / shape.Groups, outputs = shape.OutputChannels / shape.Groups, taps = shape.Taps;
        PaddedImages images = Padded(shape);

        // Weights with the output channels of one tap next to each other, which is the layout of the product's panels.
        U* panels = ScratchMemory.Rent<U>(ScratchUse.Weights, ((long)taps * shape.OutputChannels) + DirectConvolution.Slack);
        for (int group = 0; group < shape.Groups; group++)
            PanelPacking.Transpose(w + ((nint)group * outputs * taps), taps, outputs, outputs, taps, panels + ((nint)group * outputs * taps));

        if (typeof(T) == typeof(float) && Chooses(method, shape, Winograd.Pays(shape.Batch, inputs, outputs, shape.OutputHeight, shape.OutputWidth)))
        {
            Winograd.Run(pool, shape.Batch, (float*)x, shape.InputChannels, shape.InputHeight, shape.InputWidth, shape.PaddingHeight, shape.PaddingWidth,
                (float*)panels, (float*)bias, (float*)y, outputs, shape.OutputHeight, shape.OutputWidth, false, epilogue);
            return;
        }

        ImageBody<T, U, TEpilogue> body = default;
        body.Groups = shape.Groups;
        body.Source = x;
        body.SourceHeight = shape.InputHeight;
        body.SourceWidth = shape.InputWidth;
        body.Images = images;
        body.Offsets = TapOffsets(images, shape.KernelHeight, shape.KernelWidth, shape.DilationHeight, shape.DilationWidth);
        body.Taps = taps;
        body.Panels = panels;
        body.Bias = bias;
        body.Destination = y;
        body.Channels = outputs;
        body.Height = shape.OutputHeight;
        body.Width = shape.OutputWidth;
        body.StrideHeight = shape.StrideHeight;
        body.StrideWidth = shape.StrideWidth;
        body.Epilogue = epilogue;
        Share(pool, shape.Batch, body);
    }

    private static void DataGradient<T, U>(WorkerPool pool, in ConvolutionShape shape, T* dy, T* w, T* dx, bool accumulate, ConvolutionMethod method)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int inputs = shape.InputChannels / shape.Groups, outputs = shape.OutputChannels / shape.Groups;
        if (shape.StrideHeight != 1 || shape.StrideWidth != 1)
        {
            ScatterBody<T, U> scatter = default;
            scatter.Shape = shape;
            scatter.Images = Padded(shape);
            scatter.Offsets = TapOffsets(scatter.Images, shape.KernelHeight, shape.KernelWidth, shape.DilationHeight, shape.DilationWidth);
            scatter.Dy = dy;
            scatter.W = w;
            scatter.Dx = dx;
            scatter.Accumulate = accumulate;
            pool.For(shape.Batch * shape.Groups, scatter);
            return;
        }

        // With stride 1 the pullback is itself a convolution: of dy with the kernel rotated by 180°, with inputs and outputs exchanged.
        int kernel = shape.KernelHeight * shape.KernelWidth;
        PaddedImages images = new(
            outputs,
            shape.InputHeight + ((shape.KernelHeight - 1) * shape.DilationHeight),
            shape.InputWidth + ((shape.KernelWidth - 1) * shape.DilationWidth),
            ((shape.KernelHeight - 1) * shape.DilationHeight) - shape.PaddingHeight,
            ((shape.KernelWidth - 1) * shape.DilationWidth) - shape.PaddingWidth);
        U* panels = ScratchMemory.Rent<U>(ScratchUse.Weights, ((long)outputs * kernel * shape.InputChannels) + DirectConvolution.Slack);
        U* turned = panels;
        for (int group = 0; group < shape.Groups; group++)
        {
            for (int output = 0; output < outputs; output++)
            {
                T* from = w + ((((nint)group * outputs) + output) * inputs * kernel);
                for (int tap = kernel - 1; tap >= 0; tap--)
                {
                    Widening.Load(from + tap, kernel, turned, inputs);
                    turned += inputs;
                }
            }
        }

        if (typeof(T) == typeof(float) && Chooses(method, shape, Winograd.Pays(shape.Batch, outputs, inputs, shape.InputHeight, shape.InputWidth)))
        {
            Winograd.Run(pool, shape.Batch, (float*)dy, outputs, shape.OutputHeight, shape.OutputWidth, 2 - shape.PaddingHeight, 2 - shape.PaddingWidth,
                (float*)panels, null, (float*)dx, inputs, shape.InputHeight, shape.InputWidth, accumulate, default(Identity));
            return;
        }

        ImageBody<T, U, Identity> body = default;
        body.Groups = shape.Groups;
        body.Source = dy;
        body.SourceHeight = shape.OutputHeight;
        body.SourceWidth = shape.OutputWidth;
        body.Images = images;
        body.Offsets = TapOffsets(images, shape.KernelHeight, shape.KernelWidth, shape.DilationHeight, shape.DilationWidth);
        body.Taps = outputs * kernel;
        body.Panels = panels;
        body.Destination = dx;
        body.Channels = inputs;
        body.Height = shape.InputHeight;
        body.Width = shape.InputWidth;
        body.StrideHeight = 1;
        body.StrideWidth = 1;
        body.Accumulate = accumulate;
        Share(pool, shape.Batch, body);
    }

    // Divides the work by images if there are enough, and otherwise within the images.
    private static void Share<T, U, TEpilogue>(WorkerPool pool, int batch, ImageBody<T, U, TEpilogue> body)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TEpilogue : struct, IUnaryMap
    {
        // How images are grouped does not change the bits, so it may depend on the number of threads.
        int positions = body.Height * body.Width;
        int together = body.IsDirect ? 1 : Math.Min(Partition.Count(PositionsTogether, positions), batch * body.Groups / pool.Threads);
        body.Batch = batch;
        body.PerProduct = Math.Clamp(together, 1, Math.Max(1, batch));
        int items = Partition.Count(batch, body.PerProduct) * body.Groups;
        if (items >= pool.Threads)
        {
            pool.For(items, body);
            return;
        }

        for (int item = 0; item < items; item++)
            body.Run(pool, item);
    }

    private static void WeightGradient<T, U>(WorkerPool pool, in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate, ConvolutionMethod method)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        if (typeof(T) == typeof(float) && Chooses(method, shape, Winograd.PaysForWeights(shape)))
        {
            Winograd.WeightGradient(pool, shape, (float*)x, (float*)dy, (float*)dw, accumulate);
            return;
        }

        int positions = shape.OutputHeight * shape.OutputWidth;
        int perProduct = Math.Clamp(Partition.Count(MinimumPositions, positions), 1, Math.Max(1, shape.Batch));
        int products = Partition.Count(shape.Batch, perProduct);
        int blocks = Math.Clamp(Math.Min(products, MaximumBlockElements / shape.WeightLength), 1, MaximumBlocks);

        WeightBody<T, U> body = default;
        body.Shape = shape;
        body.Images = Padded(shape);
        body.Offsets = TapOffsets(body.Images, shape.KernelHeight, shape.KernelWidth, shape.DilationHeight, shape.DilationWidth);
        body.PerProduct = perProduct;
        body.Products = products;
        body.Blocks = blocks;
        body.X = x;
        body.Dy = dy;
        body.Sums = ScratchMemory.Rent<U>(ScratchUse.Outputs, (long)blocks * shape.WeightLength);
        if (blocks == 1)
            body.Run(pool, 0);
        else
            pool.For(blocks, body);

        CombineBody<T, U> combine = default;
        combine.Sums = body.Sums;
        combine.Blocks = blocks;
        combine.Length = shape.WeightLength;
        combine.Dw = dw;
        combine.Accumulate = accumulate;
        int parts = Partition.Count(shape.WeightLength, CombineBody<T, U>.PartLength);
        pool.For(parts, combine);
    }

    // One group of one or several images: weights times the taps at every position.
    private struct ImageBody<T, U, TEpilogue> : IParallelBody
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TEpilogue : struct, IUnaryMap
    {
        public int Batch;
        public int PerProduct;
        public int Groups;
        public T* Source;
        public int SourceHeight;
        public int SourceWidth;
        public PaddedImages Images;
        public int* Offsets;
        public int Taps;
        public U* Panels;
        public T* Bias;
        public T* Destination;
        public int Channels;
        public int Height;
        public int Width;
        public int StrideHeight;
        public int StrideWidth;
        public bool Accumulate;
        public TEpilogue Epilogue;

        public readonly bool IsDirect => StrideWidth == 1 && StrideHeight == 1 && Channels <= FewChannels && Taps <= MaximumDirectTaps;

        public void Run(int part) => Run(null, part);

        public readonly void Run(WorkerPool? pool, int item)
        {
            int group = item % Groups, firstImage = item / Groups * PerProduct;
            int count = Math.Min(PerProduct, Batch - firstImage), positions = Height * Width;
            nint groupOfSource = (nint)Images.Channels * SourceHeight * SourceWidth, groupOfDestination = (nint)Channels * positions;
            T* source = Source + ((((nint)firstImage * Groups) + group) * groupOfSource);
            T* destination = Destination + ((((nint)firstImage * Groups) + group) * groupOfDestination);
            T* bias = Bias == null ? null : Bias + (group * Channels);
            U* weights = Panels + ((nint)group * Taps * Channels);
            U* images = ScratchMemory.Rent<U>(ScratchUse.Image, Images.LengthOf(count));
            for (int i = 0; i < count; i++)
                Images.Write(source + (i * Groups * groupOfSource), SourceHeight, SourceWidth, images + (i * Images.Length));
            if (IsDirect)
            {
                DirectConvolution<T, U, TEpilogue> direct = default;
                direct.Taps = Taps;
                direct.Weights = weights;
                direct.Offsets = Offsets;
                direct.Image = images;
                direct.ImageWidth = Images.Width;
                direct.Bias = bias;
                direct.Destination = destination;
                direct.Channels = Channels;
                direct.Height = Height;
                direct.Width = Width;
                direct.Accumulate = Accumulate;
                direct.Epilogue = Epilogue;
                RegisterTiles.Dispatch<U, DirectConvolution<T, U, TEpilogue>>(direct);
                return;
            }

            MatrixSource<U, U> left = new(weights, Channels, false);
            PositionPanels<U> right = new(images, Images.Length, Images.Width, Height, Width, StrideHeight, StrideWidth, Offsets);
            if (count == 1 && typeof(T) == typeof(U))
            {
                MatrixProduct.Blocked<U, MatrixSource<U, U>, PositionPanels<U>, BiasAndMap<U, TEpilogue>>(
                    pool, Channels, positions, Taps, left, right, (U*)destination, positions, Accumulate, new((U*)bias, true, Epilogue));
            }
            else
            {
                MatrixProduct.Blocked<U, MatrixSource<U, U>, PositionPanels<U>, ToImages<T, U, TEpilogue>>(
                    pool, Channels, count * positions, Taps, left, right, null, 0, false,
                        new(destination, Groups * groupOfDestination, positions, Accumulate, bias, Epilogue));
            }
        }
    }

    // One group of one image, for strides above 1: adds the product of every tap and position to the element that the tap read.
    private struct ScatterBody<T, U> : IParallelBody
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public ConvolutionShape Shape;
        public PaddedImages Images;
        public int* Offsets;
        public T* Dy;
        public T* W;
        public T* Dx;
        public bool Accumulate;

        [SkipLocalsInit]
        public readonly void Run(int part)
        {
            int group = part % Shape.Groups;
            int outputs = Shape.OutputChannels / Shape.Groups;
            int height = Shape.OutputHeight, width = Shape.OutputWidth, positions = height * width;
            U* image = ScratchMemory.Rent<U>(ScratchUse.Image, Images.LengthOf(1));
            new Span<byte>(image, checked((int)(Images.Length * sizeof(U)))).Clear();
            U* columns = ScratchMemory.Rent<U>(ScratchUse.Columns, (long)Shape.Taps * positions);
            MatrixSource<T, U> weights = new(W + ((nint)group * outputs * Shape.Taps), Shape.Taps, false);
            MatrixSource<T, U> gradients = new(Dy + ((nint)part * outputs * positions), positions, false);
            MatrixProduct.Blocked<U, MatrixSource<T, U>, MatrixSource<T, U>, BiasAndMap<U, Identity>>(
                null, Shape.Taps, positions, outputs, weights, gradients, columns, positions, false, default);
            for (int tap = 0; tap < Shape.Taps; tap++)
            {
                for (int y = 0; y < height; y++)
                {
                    U* to = image + Offsets[tap] + ((nint)y * Shape.StrideHeight * Images.Width);
                    for (int x = 0; x < width; x++, to += Shape.StrideWidth)
                        *to += *columns++;
                }
            }

            T* destination = Dx + ((nint)part * Images.Channels * Shape.InputHeight * Shape.InputWidth);
            for (int channel = 0; channel < Images.Channels; channel++)
            {
                for (int y = 0; y < Shape.InputHeight; y++, destination += Shape.InputWidth)
                {
                    U* row = image + ((((nint)channel * Images.Height) + y + Shape.PaddingHeight) * Images.Width) + Shape.PaddingWidth;
                    Put(row, destination, Shape.InputWidth, Accumulate);
                }
            }
        }
    }

    // One block of images.
    private struct WeightBody<T, U> : IParallelBody
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public ConvolutionShape Shape;
        public PaddedImages Images;
        public int* Offsets;
        public int PerProduct;
        public int Products;
        public int Blocks;
        public T* X;
        public T* Dy;
        public U* Sums;

        public void Run(int part) => Run(null, part);

        public readonly void Run(WorkerPool? pool, int block)
        {
            int outputs = Shape.OutputChannels / Shape.Groups;
            int width = Shape.OutputWidth, positions = Shape.OutputHeight * width;
            nint imageOfX = (nint)Shape.InputChannels * Shape.InputHeight * Shape.InputWidth;
            nint groupOfX = imageOfX / Shape.Groups;
            nint imageOfDy = (nint)Shape.OutputChannels * positions;
            U* sums = Sums + ((nint)block * Shape.WeightLength);
            U* images = ScratchMemory.Rent<U>(ScratchUse.Image, Images.LengthOf(PerProduct));
            int first = (int)((long)Products * block / Blocks), end = (int)((long)Products * (block + 1) / Blocks);
            if (first == end)
                new Span<U>(sums, Shape.WeightLength).Clear();
            for (int product = first; product < end; product++)
            {
                int firstImage = product * PerProduct, count = Math.Min(PerProduct, Shape.Batch - firstImage);
                for (int group = 0; group < Shape.Groups; group++)
                {
                    for (int i = 0; i < count; i++)
                        Images.Write(X + ((firstImage + i) * imageOfX) + (group * groupOfX), Shape.InputHeight, Shape.InputWidth, images + (i * Images.Length));
                    ChannelPanels<T, U> gradients = new(Dy + (firstImage * imageOfDy) + ((nint)group * outputs * positions), imageOfDy, positions);
                    TapPanels<U> taps = new(images, Images.Length, Images.Width, Shape.OutputHeight, width, Shape.StrideHeight, Shape.StrideWidth, Offsets);
                    MatrixProduct.Blocked<U, ChannelPanels<T, U>, TapPanels<U>, BiasAndMap<U, Identity>>(
                        pool, outputs, Shape.Taps, count * positions, gradients, taps, sums + ((nint)group * outputs * Shape.Taps), Shape.Taps, product > first,
                            default);
                }
            }
        }
    }

    // Adds the sums of the blocks in order.
    private struct CombineBody<T, U> : IParallelBody
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public const int PartLength = 8192;

        public U* Sums;
        public int Blocks;
        public int Length;
        public T* Dw;
        public bool Accumulate;

        public readonly void Run(int part)
        {
            int first = part * PartLength, count = Math.Min(PartLength, Length - first);
            U* total = Sums + first;
            for (int block = 1; block < Blocks; block++)
                Add(total, Sums + ((nint)block * Length) + first, count);
            Put(total, Dw + first, count, Accumulate);
        }
    }

    private static void Add<U>(U* total, U* term, int count)
        where U : unmanaged, IBinaryFloatingPointIeee754<U> =>
        TensorPrimitives.Add(new ReadOnlySpan<U>(total, count), new ReadOnlySpan<U>(term, count), new Span<U>(total, count));

    // destination = values, or += values; the values may be changed.
    [SkipLocalsInit]
    private static void Put<T, U>(U* values, T* destination, int count, bool accumulate)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        U* before = stackalloc U[Widening.ChunkLength];
        for (int start = 0; start < count; start += Widening.ChunkLength)
        {
            int n = Math.Min(Widening.ChunkLength, count - start);
            if (accumulate)
            {
                Widening.Load(destination + start, 1, before, n);
                Add(values + start, before, n);
            }

            Widening.Store(values + start, destination + start, 1, n);
        }
    }
}
