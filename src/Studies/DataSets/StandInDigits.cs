using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// Digits drawn by the program, 28 × 28 as those of MNIST: strokes under a random affine distortion, with random thickness and noise. An image
/// depends on (seed, index) alone.
/// </summary>
internal static class StandInDigits
{
    public const int TrainCount = 10_000;
    public const int TestCount = 2_000;

    private const int Side = 28;
    private const int Classes = 10;
    private const ulong Seed = 20210601;

    // Test images read the streams above those of the training images.
    private const ulong FirstTestStream = 1ul << 32;

    // The strokes of each digit as lines through points, in a square from (−1, −1) top left to (1, 1).
    private static readonly (double X, double Y)[][] Strokes =
    [
        [(0, -1), (-0.5, -0.7), (-0.65, 0), (-0.5, 0.7), (0, 1), (0.5, 0.7), (0.65, 0), (0.5, -0.7), (0, -1)],
        [(-0.35, -0.6), (0.1, -1), (0.1, 1)],
        [(-0.6, -0.6), (-0.2, -1), (0.3, -0.95), (0.6, -0.5), (0.4, 0), (-0.6, 1), (0.65, 1)],
        [(-0.55, -0.8), (0, -1), (0.5, -0.75), (0.45, -0.25), (0, -0.05), (0.55, 0.25), (0.55, 0.75), (0, 1), (-0.6, 0.8)],
        [(0.3, 1), (0.3, -1), (-0.65, 0.35), (0.7, 0.35)],
        [(0.55, -1), (-0.45, -1), (-0.5, -0.1), (0.1, -0.25), (0.6, 0.2), (0.5, 0.8), (-0.1, 1), (-0.6, 0.8)],
        [(0.45, -1), (-0.2, -0.6), (-0.6, 0.2), (-0.4, 0.85), (0.1, 1), (0.55, 0.65), (0.4, 0.1), (-0.1, 0), (-0.55, 0.4)],
        [(-0.65, -1), (0.6, -1), (0.1, 0), (-0.15, 1)],
        [(0, -0.05), (-0.5, -0.4), (-0.4, -0.85), (0, -1), (0.4, -0.85), (0.5, -0.4), (0, -0.05), (-0.55, 0.4), (-0.5, 0.85), (0, 1), (0.5, 0.85), (0.55, 0.4), (0, -0.05)],
        [(0.5, -0.45), (0.1, -0.05), (-0.45, -0.25), (-0.5, -0.75), (0, -1), (0.45, -0.8), (0.5, -0.45), (0.4, 0.4), (0.15, 1)],
    ];

    public static ImageSet Train(int count) => Draw(count, 0);

    public static ImageSet Test(int count) => Draw(count, FirstTestStream);

    private static ImageSet Draw(int count, ulong firstStream)
    {
        byte[] pixels = new byte[count * Side * Side];
        int[] labels = new int[count];
        Parallel.For(0, count, image => labels[image] = Draw(new Philox(Seed, firstStream + (ulong)image), pixels.AsSpan(image * Side * Side, Side * Side)));
        return new ImageSet("stand-in digits", true, 1, Side, Classes, pixels, labels);
    }

    private static int Draw(Philox random, Span<byte> image)
    {
        // Six numbers for the distortion, one for the thickness, one for the class; noise follows.
        Span<double> u = stackalloc double[8];
        random.Uniform(u, -1.0, 1.0);
        int digit = Math.Min(Classes - 1, (int)((u[7] + 1) / 2 * Classes));
        double size = 8.5 + u[0], slant = 0.3 * u[1], turn = 0.2 * u[2], squeeze = 0.85 + (0.12 * u[3]);
        double centreX = 13.5 + (1.5 * u[4]), centreY = 13.5 + (1.5 * u[5]), thickness = 1.15 + (0.35 * u[6]);
        (double sine, double cosine) = Math.SinCos(turn);
        (double X, double Y)[] strokes = Strokes[digit];
        Span<(double X, double Y)> points = stackalloc (double, double)[strokes.Length];
        for (int i = 0; i < points.Length; i++)
        {
            double x = size * squeeze * (strokes[i].X - (slant * strokes[i].Y)), y = size * strokes[i].Y;
            points[i] = (centreX + (cosine * x) - (sine * y), centreY + (sine * x) + (cosine * y));
        }

        Span<float> noise = stackalloc float[Side * Side];
        random.Uniform(noise, -0.12f, 0.12f, 64);
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
            {
                double ink = Math.Clamp(thickness + 0.7 - Distance(points, column, row), 0, 1);
                // Paper is exactly 0, as in MNIST; noise is in the ink.
                if (ink > 0)
                    image[(row * Side) + column] = (byte)Math.Clamp(255 * (ink + noise[(row * Side) + column]), 0, 255);
            }
        }

        return digit;
    }

    private static double Distance(ReadOnlySpan<(double X, double Y)> points, double x, double y)
    {
        double least = double.PositiveInfinity;
        for (int i = 0; i + 1 < points.Length; i++)
        {
            double dx = points[i + 1].X - points[i].X, dy = points[i + 1].Y - points[i].Y;
            double along = Math.Clamp((((x - points[i].X) * dx) + ((y - points[i].Y) * dy)) / ((dx * dx) + (dy * dy)), 0, 1);
            double ex = points[i].X + (along * dx) - x, ey = points[i].Y + (along * dy) - y;
            least = Math.Min(least, (ex * ex) + (ey * ey));
        }

        return Math.Sqrt(least);
    }
}
