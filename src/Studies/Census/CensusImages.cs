using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Census;

/// <summary>Images in the shape that a model takes: [batch, channels, height, width], or [batch, numbers].</summary>
/// <param name="images">The images.</param>
/// <param name="shape">The shape of a batch.</param>
internal sealed class CensusImages(ImageSet images, int[] shape)
{
    // Extents that a model leaves open.
    private const int OpenBatch = 8;

    /// <summary>The kinds of images: those of the data, a black one, and gray ones of one shade each.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["images", "black", "constant"];

    /// <summary>Whether a model takes images in colour: three channels.</summary>
    /// <param name="model">The model.</param>
    public static bool AreInColour(OnnxModel model) => model.Inputs is [{ Extents: { Count: 4 } extents }] && extents[1] == 3;

    /// <summary>The shape of a batch that a model takes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The images, whose size replaces what the model leaves open.</param>
    /// <exception cref="UsageException">The model takes no images.</exception>
    public static int[] ShapeOf(OnnxModel model, ImageSet images)
    {
        if (model.Inputs is not [{ Extents.Count: 2 or 4 } input])
            throw new UsageException(
                $"{model.File} has the inputs {string.Join(", ", model.Inputs)}; models of one input [batch, channels, height, width] "
                    + "or [batch, numbers] can be counted.");
        int batch = input.Extents[0] ?? OpenBatch;
        return input.Extents.Count == 2
            ? [batch, input.Extents[1] ?? images.ImageSize]
            : [batch, input.Extents[1] ?? images.Channels, input.Extents[2] ?? images.Side, input.Extents[3] ?? images.Side];
    }

    /// <summary>A batch of one kind, with numbers in [0, 1].</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="first">The first image; after the last one they begin again.</param>
    public float[] Batch(string kind, int first)
    {
        int size = shape[1..].Aggregate(1, (product, extent) => product * extent);
        float[] batch = new float[shape[0] * size];
        for (int i = 0; i < shape[0]; i++)
        {
            Span<float> image = batch.AsSpan(i * size, size);
            if (kind == "constant")
                image.Fill((first + i + 1) % (byte.MaxValue + 1) / (float)byte.MaxValue);
            else if (kind == "images")
                Fill(image, (first + i) % images.Count);
        }

        return batch;
    }

    /// <summary>The labels of a batch, below a number of classes.</summary>
    public int[] Labels(int first, int classes) => [.. Enumerable.Range(first, shape[0]).Select(i => images.Labels[i % images.Count] % classes)];

    private void Fill(Span<float> image, int index)
    {
        int side = images.Side, plane = side * side;
        ReadOnlySpan<byte> pixels = images.Pixels.AsSpan(index * images.ImageSize, images.ImageSize);
        if (shape.Length == 2)
        {
            // A model of numbers takes the image as it is, or resized to a square.
            int edge = (int)Math.Sqrt(image.Length);
            for (int i = 0; i < image.Length; i++)
                image[i] = image.Length == pixels.Length ? pixels[i] / (float)byte.MaxValue : Sample(pixels[..plane], i / edge, i % edge, edge, edge);
            return;
        }

        for (int channel = 0; channel < shape[1]; channel++)
        {
            ReadOnlySpan<byte> from = pixels.Slice(channel % images.Channels * plane, plane);
            for (int i = 0; i < shape[2] * shape[3]; i++)
                image[(channel * shape[2] * shape[3]) + i] = Sample(from, i / shape[3], i % shape[3], shape[2], shape[3]);
        }
    }

    // Bilinear, between centres of pixels.
    private float Sample(ReadOnlySpan<byte> pixels, int row, int column, int rows, int columns)
    {
        int side = images.Side;
        double y = Math.Clamp(((row + 0.5) * side / rows) - 0.5, 0, side - 1), x = Math.Clamp(((column + 0.5) * side / columns) - 0.5, 0, side - 1);
        int top = (int)y, left = (int)x, bottom = Math.Min(top + 1, side - 1), right = Math.Min(left + 1, side - 1);
        double down = y - top, across = x - left;
        double above = (pixels[(top * side) + left] * (1 - across)) + (pixels[(top * side) + right] * across);
        double below = (pixels[(bottom * side) + left] * (1 - across)) + (pixels[(bottom * side) + right] * across);
        return (float)(((above * (1 - down)) + (below * down)) / byte.MaxValue);
    }
}
