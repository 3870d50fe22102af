using System.Numerics;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>Images in the shape that a model takes: [batch, channels, height, width], [batch, height, width, channels], or [batch, numbers].</summary>
internal sealed class ModelImages
{
    private const int OpenBatch = 8;

    private const int ShadesOfGray = byte.MaxValue;

    private readonly ImageSet images;
    private readonly int channels;
    private readonly int rows;
    private readonly int columns;
    private readonly bool isChannelsLast;

    private ModelImages(ImageSet images, int[] shape, int channels, int rows, int columns, bool isChannelsLast)
    {
        this.images = images;
        Shape = shape;
        (this.channels, this.rows, this.columns, this.isChannelsLast) = (channels, rows, columns, isChannelsLast);
    }

    /// <summary>The kinds of images: those of the data, a black one, and gray ones of one shade each.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["images", "black", "constant"];

    /// <summary>The shape of a batch.</summary>
    public int[] Shape { get; }

    /// <summary>Images of a batch.</summary>
    public int BatchSize => Shape[0];

    /// <summary>Whether a model takes images in colour: three channels.</summary>
    /// <param name="model">The model.</param>
    public static bool AreInColour(OnnxModel model) =>
        model.Inputs is [{ Extents: { Count: 4 } extents }] && (IsChannelsLast(extents) ? extents[3] : extents[1]) == 3;

    /// <summary>Fits images to a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The images, whose size replaces what the model leaves open.</param>
    /// <param name="batch">Images of a batch; what the model says if null.</param>
    /// <param name="openBatch">Images of a batch where neither says it.</param>
    /// <exception cref="UsageException">The model takes no images, other ones, or other batches.</exception>
    public static ModelImages For(OnnxModel model, ImageSet images, int? batch = null, int openBatch = OpenBatch)
    {
        if (model.Inputs is not [{ Extents.Count: 2 or 4 } input])
            throw new UsageException(
                $"{model.File} has the inputs {string.Join(", ", model.Inputs)}; models of one input [batch, channels, height, width] or [batch, numbers] can "
                    + $"be studied.");
        if (input.Type is not (OnnxType.Float or OnnxType.Double or OnnxType.Half or OnnxType.BFloat16 or OnnxType.Undefined))
            throw new UsageException($"{model.File} takes numbers of type {input.Type} as {Excerpt.Of(input.Name)}; images are numbers of floating point.");
        IReadOnlyList<int?> extents = input.Extents!;
        if (extents.Any(extent => extent == 0))
            throw new UsageException($"{model.File} takes {input}, an empty array; no image fits.");
        if (batch is { } asked && extents[0] is { } stated && asked != stated)
            throw new UsageException($"{model.File} takes batches of {stated}, and --batch {asked} was given; give --batch {stated} or leave it out.");
        int size = extents[0] ?? batch ?? openBatch;
        return extents.Count == 2 ? OfNumbers(model, images, size, extents[1] ?? images.ImageSize) : OfPixels(model, images, size, extents);
    }

    /// <summary>Batches of a kind in one pass: all images of the data, one black one, and at most one for each shade of gray.</summary>
    /// <param name="kind">The kind.</param>
    public int BatchesOf(string kind)
    {
        int count = kind == "black" ? 1 : kind == "constant" ? Math.Min(images.Count, ShadesOfGray) : images.Count;
        return (count + BatchSize - 1) / BatchSize;
    }

    /// <summary>A batch of one kind, with numbers in [0, 1].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="kind">The kind.</param>
    /// <param name="index">The index of the batch; after the last image they begin again.</param>
    public T[] Batch<T>(string kind, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Batch<T>(kind, Places(index));

    /// <summary>Some images of the data, with numbers in [0, 1].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="places">Their indices, as many as a batch has.</param>
    public T[] Batch<T>(ReadOnlySpan<int> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Batch<T>("images", places);

    /// <summary>The labels of a batch of the data, below a number of classes.</summary>
    /// <param name="index">The index of the batch.</param>
    /// <param name="classes">The classes.</param>
    public int[] Labels(int index, int classes) => Labels(Places(index), classes);

    /// <summary>The labels of some images, below a number of classes.</summary>
    /// <param name="places">Their indices.</param>
    /// <param name="classes">The classes.</param>
    public int[] Labels(ReadOnlySpan<int> places, int classes)
    {
        int[] labels = new int[places.Length];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = images.Labels[places[i] % images.Count] % classes;
        return labels;
    }

    private static bool IsChannelsLast(IReadOnlyList<int?> extents) => extents[3] is 1 or 3 && extents[1] is not (1 or 3);

    private static ModelImages OfPixels(OnnxModel model, ImageSet images, int batch, IReadOnlyList<int?> extents)
    {
        bool isLast = IsChannelsLast(extents);
        int channels = (isLast ? extents[3] : extents[1]) ?? images.Channels;
        int rows = (isLast ? extents[1] : extents[2]) ?? images.Side, columns = (isLast ? extents[2] : extents[3]) ?? images.Side;
        if (channels != images.Channels && images.Channels != 1)
            throw new UsageException(
                $"{model.File} takes images of {channels} channel{(channels == 1 ? "" : "s")}; those of {images.Name} have {images.Channels}. Give another "
                    + $"--data-set.");
        return new ModelImages(images, isLast ? [batch, rows, columns, channels] : [batch, channels, rows, columns], channels, rows, columns, isLast);
    }

    private static ModelImages OfNumbers(OnnxModel model, ImageSet images, int batch, int numbers)
    {
        int side = (int)Math.Round(Math.Sqrt(numbers / (double)images.Channels));
        if (numbers != images.Channels * side * side)
            throw new UsageException(
                $"{model.File} takes {numbers} numbers; an image of {images.Name} has {images.Channels} × {images.Side} × {images.Side}, and resized to "
                    + $"another square it has never as many. Give another --data-set.");
        return new ModelImages(images, [batch, numbers], images.Channels, side, side, false);
    }

    private int[] Places(int index) => [.. Enumerable.Range(index * BatchSize, BatchSize)];

    private T[] Batch<T>(string kind, ReadOnlySpan<int> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int size = channels * rows * columns;
        T[] batch = new T[BatchSize * size];
        for (int i = 0; i < BatchSize; i++)
        {
            Span<T> image = batch.AsSpan(i * size, size);
            if (kind == "constant")
                image.Fill(T.CreateTruncating((places[i] + 1) % (byte.MaxValue + 1) / (double)byte.MaxValue));
            else if (kind == "images")
                Fill(image, places[i] % images.Count);
        }

        return batch;
    }

    private void Fill<T>(Span<T> image, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int plane = images.Side * images.Side, size = rows * columns;
        ReadOnlySpan<byte> pixels = images.Pixels.AsSpan(index * images.ImageSize, images.ImageSize);
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<byte> from = pixels.Slice(channel % images.Channels * plane, plane);
            for (int i = 0; i < size; i++)
                image[isChannelsLast ? (i * channels) + channel : (channel * size) + i] = T.CreateTruncating(Sample(from, i / columns, i % columns));
        }
    }

    // Bilinear, between centres of pixels; an image of the same size stays as it is.
    private double Sample(ReadOnlySpan<byte> pixels, int row, int column)
    {
        int side = images.Side;
        double y = Math.Clamp(((row + 0.5) * side / rows) - 0.5, 0, side - 1), x = Math.Clamp(((column + 0.5) * side / columns) - 0.5, 0, side - 1);
        int top = (int)y, left = (int)x, bottom = Math.Min(top + 1, side - 1), right = Math.Min(left + 1, side - 1);
        double down = y - top, across = x - left;
        double above = (pixels[(top * side) + left] * (1 - across)) + (pixels[(top * side) + right] * across);
        double below = (pixels[(bottom * side) + left] * (1 - across)) + (pixels[(bottom * side) + right] * across);
        return ((above * (1 - down)) + (below * down)) / byte.MaxValue;
    }
}
