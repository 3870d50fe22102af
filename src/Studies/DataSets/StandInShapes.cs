using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// Coloured shapes and textures, 3 × 32 × 32, for machines without CIFAR-10: discs, squares, triangles, crosses, rings, stars, stripes along and across, boards
/// and dots, in two random colours under a random affine distortion, on a background that changes from corner to corner, with noise. An image depends only on
/// its index.
/// </summary>
internal static class StandInShapes
{
    public const string Name = "stand-in shapes";

    /// <summary>The most training images, which take 600 MB.</summary>
    public const int MaximumTrainCount = 200_000;

    private const int Channels = 3;
    private const int Side = 32;
    private const int Pixels = Side * Side;
    private const int DrawsPerImage = 16;
    private const double NoiseLevel = 0.35;

    private static readonly StandInImages Images = new(Name, Channels, Side, 20210602);

    /// <summary>Training images.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more than can be drawn.</exception>
    public static ImageSet Train(int count, CancellationToken cancellation = default) => count <= MaximumTrainCount
        ? Images.Draw(count, false, Draw, cancellation)
        : throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} images were asked for; at most {MaximumTrainCount} are drawn.");

    /// <summary>Test images, which differ from the training images but are of the same kind.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ImageSet Test(int count, CancellationToken cancellation = default) => Images.Draw(count, true, Draw, cancellation);

    private static void Draw(int shape, Philox random, Span<byte> image)
    {
        Span<double> u = stackalloc double[DrawsPerImage];
        random.Uniform(u, 0.0, 1.0);
        Span<byte> noise = stackalloc byte[Channels * Pixels];
        StandInImages.Noise(random, 4 * DrawsPerImage, noise);
        (double sin, double cos) = Math.SinCos((u[0] - 0.5) * 0.9);
        double shear = (u[1] - 0.5) * 0.5, width = 9 + (4 * u[2]), height = 9 + (4 * u[3]);
        double centerX = 16 + ((u[4] - 0.5) * 7), centerY = 16 + ((u[5] - 0.5) * 7), frequency = 2 + u[6];
        // The colours of shape and background lie on opposite sides of grey in each channel, at random distances.
        Span<double> front = [0, 0, 0], back = [0, 0, 0];
        for (int channel = 0; channel < Channels; channel++)
        {
            double side = u[7 + channel] < 0.5 ? -1 : 1, distance = 25 + (75 * u[10 + channel]);
            front[channel] = 128 + (side * distance);
            back[channel] = 128 - (side * distance * u[13]);
        }

        for (int i = 0; i < Pixels; i++)
        {
            int row = i / Side, column = i % Side;
            double dx = column + 0.5 - centerX, dy = row + 0.5 - centerY;
            double y = ((cos * dy) - (sin * dx)) / height, x = (((cos * dx) + (sin * dy)) / width) - (shear * y);
            // Depth is in units of the shape; the edge fades over one pixel.
            double coverage = Math.Clamp((Depth(shape, x, y, frequency) * 0.5 * (width + height)) + 0.5, 0, 1);
            double slope = ((row - 15.5) * (u[14] - 0.5)) + ((column - 15.5) * (u[15] - 0.5));
            for (int channel = 0; channel < Channels; channel++)
            {
                double value = (coverage * front[channel]) + ((1 - coverage) * (back[channel] + (2 * slope)));
                image[(channel * Pixels) + i] = (byte)Math.Clamp(value + ((noise[(channel * Pixels) + i] - 127.5) * NoiseLevel), 0, 255);
            }
        }
    }

    // How far a point lies inside a shape of radius about 1; negative outside.
    private static double Depth(int shape, double x, double y, double frequency)
    {
        double radius = Math.Sqrt((x * x) + (y * y)), square = Math.Max(Math.Abs(x), Math.Abs(y));
        return shape switch
        {
            0 => 0.9 - radius,
            1 => 0.8 - square,
            2 => Math.Min(0.7 - y, 0.5 + (0.5 * y) - (0.9 * Math.Abs(x))),
            3 => Math.Min(1 - square, 0.3 - Math.Min(Math.Abs(x), Math.Abs(y))),
            4 => 0.25 - Math.Abs(radius - 0.75),
            5 => 0.6 + (0.35 * Math.Cos(5 * Math.Atan2(x, -y))) - radius,
            6 => Math.Min(1.1 - square, Wave(y, frequency)),
            7 => Math.Min(1.1 - square, Wave(x, frequency)),
            8 => Math.Min(1.1 - square, 2 * frequency * Wave(x, 0.5 * frequency) * Wave(y, 0.5 * frequency)),
            _ => Math.Min(1.1 - square, Math.Min(Wave(x, frequency), Wave(y, frequency))),
        };
    }

    // Stripes: how far a number lies inside one of them, with a given number of periods in two units.
    private static double Wave(double x, double frequency) => Math.Sin(Math.PI * frequency * x) / (Math.PI * frequency);
}
