using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// Handwritten-like digits, 28 × 28, for machines without MNIST: strokes per digit in a few styles, under a random affine distortion, with random thickness,
/// wobble and a little noise. An image depends only on its index.
/// </summary>
internal static class StandInDigits
{
    /// <summary>The most training images, which take 750 MB.</summary>
    public const int MaximumTrainCount = 1_000_000;

    private const int Side = 28;
    private const int DrawsPerImage = 96;

    private static readonly StandInImages Images = new("stand-in digits", 1, Side, 20210601);

    // Strokes as polylines in the unit square, with y downwards and curves given by enough points. Each digit has several styles.
    private static readonly (double X, double Y)[][][][] Styles =
    [
        [[Arc(0.5, 0.5, 0.26, 0.38, 0, 360)], [Arc(0.5, 0.5, 0.2, 0.4, 20, 370)]],
        [[[(0.5, 0.1), (0.5, 0.9)]], [[(0.34, 0.28), (0.54, 0.1), (0.54, 0.9)]], [[(0.36, 0.26), (0.52, 0.1), (0.52, 0.9)], [(0.34, 0.9), (0.7, 0.9)]]],
        [[[.. Arc(0.5, 0.32, 0.24, 0.21, 190, 395), (0.26, 0.88), (0.78, 0.88)]],
            [[.. Arc(0.48, 0.3, 0.22, 0.2, 200, 410), (0.34, 0.8), .. Arc(0.32, 0.82, 0.07, 0.06, 270, 30), (0.8, 0.86)]]],
        [[Arc(0.47, 0.3, 0.23, 0.2, 200, 450), Arc(0.47, 0.69, 0.26, 0.2, 270, 510)],
            [[(0.27, 0.12), (0.72, 0.12), (0.46, 0.44)], Arc(0.46, 0.66, 0.25, 0.22, 270, 510)]],
        [[[(0.62, 0.1), (0.22, 0.62), (0.8, 0.62)], [(0.62, 0.1), (0.62, 0.92)]], [[(0.3, 0.1), (0.27, 0.52), (0.72, 0.52)], [(0.7, 0.12), (0.66, 0.92)]]],
        [[[(0.74, 0.12), (0.34, 0.12), (0.31, 0.46)], Arc(0.46, 0.65, 0.24, 0.22, 235, 500)],
            [[(0.72, 0.1), (0.36, 0.12), (0.32, 0.44), .. Arc(0.47, 0.64, 0.22, 0.21, 240, 490)]]],
        [[[(0.66, 0.1), (0.42, 0.34), .. Arc(0.48, 0.67, 0.21, 0.21, 190, 545)]],
            [[.. Arc(0.6, 0.5, 0.32, 0.4, 260, 150), .. Arc(0.5, 0.7, 0.2, 0.19, 150, 500)]]],
        [[[(0.24, 0.13), (0.76, 0.13), (0.42, 0.9)]], [[(0.24, 0.15), (0.75, 0.13), (0.46, 0.9)], [(0.36, 0.5), (0.7, 0.5)]]],
        [[Arc(0.5, 0.3, 0.19, 0.19, 0, 360), Arc(0.5, 0.69, 0.23, 0.21, 0, 360)],
            [[.. Arc(0.52, 0.29, 0.18, 0.18, 330, 90), .. Arc(0.47, 0.68, 0.21, 0.21, 270, 620), .. Arc(0.52, 0.29, 0.18, 0.18, 90, -30)]]],
        [[Arc(0.48, 0.32, 0.21, 0.21, 0, 360), [(0.69, 0.32), (0.66, 0.62), (0.6, 0.9)]],
            [[.. Arc(0.49, 0.31, 0.2, 0.2, 350, 0), .. Arc(0.49, 0.31, 0.2, 0.2, 0, -340), (0.69, 0.34), (0.7, 0.7), .. Arc(0.5, 0.7, 0.2, 0.18, 0, 120)]]],
    ];

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

    private static void Draw(int digit, Philox random, Span<byte> image)
    {
        Span<double> u = stackalloc double[DrawsPerImage];
        random.Uniform(u, 0.0, 1.0);
        (double X, double Y)[][] strokes = Styles[digit][(int)(u[0] * Styles[digit].Length)];

        double angle = (u[1] - 0.5) * 0.6, shear = (u[2] - 0.5) * 0.6;
        double width = 20 * (0.72 + (0.4 * u[3])), height = 20 * (0.8 + (0.3 * u[4]));
        double centerX = 14 + ((u[5] - 0.5) * 4), centerY = 14 + ((u[6] - 0.5) * 4);
        double thickness = 0.75 + (1.0 * u[7]), ink = 200 + (55 * u[8]);
        double bendX = (u[9] - 0.5) * 0.16, bendY = (u[10] - 0.5) * 0.16;
        (double sin, double cos) = Math.SinCos(angle);

        Span<float> distance = stackalloc float[Side * Side];
        distance.Fill(float.MaxValue);
        int wobble = 11;
        foreach ((double X, double Y)[] stroke in strokes)
        {
            double shiftX = (u[wobble++] - 0.5) * 0.06, shiftY = (u[wobble++] - 0.5) * 0.06;
            (double X, double Y) previous = default;
            for (int i = 0; i < stroke.Length; i++)
            {
                double x = stroke[i].X - 0.5 + shiftX, y = stroke[i].Y - 0.5 + shiftY;
                x += bendX * Math.Sin(Math.PI * 2 * y);
                y += bendY * Math.Sin(Math.PI * 2 * x);
                x += shear * y;
                (double X, double Y) point = (centerX + (width * ((cos * x) - (sin * y))), centerY + (height * ((sin * x) + (cos * y))));
                if (i > 0)
                    Near(distance, previous, point);
                previous = point;
            }
        }

        Span<byte> noise = stackalloc byte[Side * Side];
        StandInImages.Noise(random, 4 * DrawsPerImage, noise);
        for (int i = 0; i < image.Length; i++)
        {
            // The edge fades over one pixel; the background is exactly 0, as in cleaned scans of digits.
            double coverage = Math.Clamp(thickness + 0.5 - distance[i], 0, 1);
            image[i] = coverage == 0 ? (byte)0 : (byte)Math.Clamp((coverage * ink) + ((noise[i] - 127.5) * 0.16), 0, 255);
        }
    }

    // Lowers each pixel's distance to that from the segment, for pixels close enough to matter.
    private static void Near(Span<float> distance, (double X, double Y) a, (double X, double Y) b)
    {
        const double Reach = 3;
        int left = (int)Math.Max(0, Math.Min(a.X, b.X) - Reach), right = (int)Math.Min(Side - 1, Math.Max(a.X, b.X) + Reach);
        int top = (int)Math.Max(0, Math.Min(a.Y, b.Y) - Reach), bottom = (int)Math.Min(Side - 1, Math.Max(a.Y, b.Y) + Reach);
        double dx = b.X - a.X, dy = b.Y - a.Y, square = (dx * dx) + (dy * dy);
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                double px = column + 0.5 - a.X, py = row + 0.5 - a.Y;
                double along = square == 0 ? 0 : Math.Clamp(((px * dx) + (py * dy)) / square, 0, 1);
                double ex = px - (along * dx), ey = py - (along * dy);
                float d = (float)Math.Sqrt((ex * ex) + (ey * ey));
                ref float nearest = ref distance[(row * Side) + column];
                nearest = Math.Min(nearest, d);
            }
        }
    }

    // Points of an ellipse from one angle to another, in degrees, clockwise from the right; y points down.
    private static (double X, double Y)[] Arc(double x, double y, double radiusX, double radiusY, double from, double to)
    {
        int points = Math.Max(2, (int)(Math.Abs(to - from) / 15) + 1);
        (double X, double Y)[] arc = new (double, double)[points];
        for (int i = 0; i < points; i++)
        {
            double angle = (from + ((to - from) * i / (points - 1))) * Math.PI / 180;
            arc[i] = (x + (radiusX * Math.Cos(angle)), y + (radiusY * Math.Sin(angle)));
        }

        return arc;
    }
}
