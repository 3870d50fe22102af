using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Where along an axis the values of an interpolation come from, and with which weights.</summary>
/// <param name="Input">The extent of the input's axis.</param>
/// <param name="Output">The extent of the output's axis.</param>
/// <param name="Scale">Positions of the input from one position of the output to the next.</param>
/// <param name="Mode">How values are interpolated.</param>
/// <param name="AlignsCorners">Whether the first and last positions of both axes coincide, instead of their outer borders.</param>
internal readonly record struct InterpolationAxis(int Input, int Output, double Scale, InterpolationMode Mode, bool AlignsCorners)
{
    private const double CubicSlope = -0.75;

    /// <summary>The number of positions that a value comes from.</summary>
    public int Taps => Mode switch { InterpolationMode.Linear => 2, InterpolationMode.Cubic => 4, _ => 1 };

    /// <summary>Whether every value stays what it is.</summary>
    public bool IsIdentity => Input == Output && (Scale == 1 || Input == 1);

    /// <summary>The axis for a given extent of the output.</summary>
    /// <param name="input">The extent of the input's axis.</param>
    /// <param name="output">The extent of the output's axis.</param>
    /// <param name="factor">The factor from the input's positions to the output's; that of the extents if null.</param>
    /// <param name="mode">How values are interpolated.</param>
    /// <param name="alignsCorners">Whether the corners coincide.</param>
    public static InterpolationAxis Of(int input, int output, double? factor, InterpolationMode mode, bool alignsCorners)
    {
        double scale = alignsCorners ? output > 1 ? (input - 1.0) / (output - 1) : 0 : factor is { } by ? 1 / by : (double)input / output;
        return new InterpolationAxis(input, output, scale, mode, alignsCorners);
    }

    /// <summary>One of the positions that a value comes from, and its weight.</summary>
    /// <param name="output">The position of the value.</param>
    /// <param name="tap">Which of them.</param>
    public (int Position, double Weight) Tap(int output, int tap)
    {
        if (Mode is InterpolationMode.Nearest or InterpolationMode.NearestExact)
        {
            double offset = Mode == InterpolationMode.Nearest ? 0 : 0.5;
            return (Math.Clamp((int)Math.Floor((output + offset) * Scale), 0, Input - 1), 1);
        }

        double at = AlignsCorners ? output * Scale : ((output + 0.5) * Scale) - 0.5;
        if (Mode == InterpolationMode.Linear)
            at = Math.Clamp(at, 0, Input - 1);
        int below = (int)Math.Floor(at);
        double beyond = at - below;
        if (Mode == InterpolationMode.Linear)
            return (Math.Min(below + tap, Input - 1), tap == 0 ? 1 - beyond : beyond);
        return (Math.Clamp(below - 1 + tap, 0, Input - 1), CubicWeight(Math.Abs(beyond + 1 - tap)));
    }

    // The kernel of cubic convolution at a distance of up to 2.
    private static double CubicWeight(double distance) => distance <= 1
        ? (((CubicSlope + 2) * distance) - (CubicSlope + 3)) * distance * distance + 1
        : (((((CubicSlope * distance) - (5 * CubicSlope)) * distance) + (8 * CubicSlope)) * distance) - (4 * CubicSlope);
}
