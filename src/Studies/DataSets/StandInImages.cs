using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>What sets of drawn images share: ten classes in equal numbers, and a stream of random numbers of its own for every image.</summary>
/// <param name="Name">The description of the images.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Side">Its rows and columns.</param>
/// <param name="Seed">The seed of the set; an image depends only on it and on the image's index.</param>
internal sealed record StandInImages(string Name, int Channels, int Side, ulong Seed)
{
    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    /// <summary>The default number of training images.</summary>
    public const int TrainCount = 10_000;

    /// <summary>The number of test images.</summary>
    public const int TestCount = 2_000;

    // Test images use the streams above those of the training images, and labels those above both.

    /// <summary>Draws images.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="isTest">Whether they are test images.</param>
    /// <param name="draw">Draws one.</param>
    /// <param name="cancellation">Stops it.</param>
    public ImageSet Draw(int count, bool isTest, DrawImage draw, CancellationToken cancellation)
    {
        uint stream = (uint)(isTest ? Streams.TestImages : Streams.TrainImages);
        int size = Channels * Side * Side;
        byte[] pixels = new byte[count * size];
        int[] labels = new int[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, image =>
        {
            // Every ten images contain each class once, starting at a random class.
            uint start = Philox.For(Seed, (uint)Streams.Labels + stream).Block((ulong)(image / Classes)).Word0 % Classes;
            labels[image] = (int)((start + (uint)image) % Classes);
            draw(labels[image], Philox.For(Seed, stream, (ulong)image), pixels.AsSpan(image * size, size));
        });
        return new ImageSet(Name, true, Channels, Side, Classes, pixels, labels);
    }

    /// <summary>Random bytes of an image.</summary>
    /// <param name="random">Its random numbers.</param>
    /// <param name="offset">The number of words that were drawn before.</param>
    /// <param name="noise">Receives them; a multiple of four.</param>
    public static void Noise(Philox random, ulong offset, Span<byte> noise)
    {
        Span<uint> words = stackalloc uint[noise.Length / 4];
        random.Words(words, offset);
        for (int i = 0; i < noise.Length; i++)
            noise[i] = (byte)(words[i / 4] >> (8 * (i % 4)));
    }

    /// <summary>Draws an image.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="random">Its random numbers.</param>
    /// <param name="image">Receives the pixels, all 0 before.</param>
    internal delegate void DrawImage(int label, Philox random, Span<byte> image);

    // A stream of the set's own seed.
    private enum Streams : uint
    {
        TrainImages = 0,
        TestImages = 1,

        // One stream for the training images, the next for the test images.
        Labels = 256,
    }
}
