namespace ConservativeAD.Networks.Operators;

/// <summary>The weights with which the positions of an axis make one of its resized form, as ONNX defines the operator Resize.</summary>
/// <param name="Mode">nearest, linear, bilinear or cubic.</param>
/// <param name="Mapping">How a position of the result is carried to the source.</param>
/// <param name="Rounding">How nearest rounds.</param>
/// <param name="From">Positions of the source.</param>
/// <param name="To">Positions of the result.</param>
/// <param name="Scale">The factor.</param>
/// <param name="CubicCoefficient">a in the kernel of Keys (1981).</param>
/// <param name="ExcludesOutside">Whether weights outside are left out and the others scaled to sum to 1; otherwise the border is repeated.</param>
/// <param name="RegionStart">The start of the region of a crop, of the length of the axis.</param>
/// <param name="RegionEnd">The end of the region of a crop.</param>
internal sealed record InterpolationRow(string Mode, string Mapping, string Rounding, int From, int To, double Scale, double CubicCoefficient,
    bool ExcludesOutside,
    double RegionStart, double RegionEnd)
{
    /// <summary>The weights of a position; null where it lies outside a crop.</summary>
    public double[]? Weights(int position)
    {
        double at = Source(position);
        if (Mapping == "tf_crop_and_resize" && (at < 0 || at > From - 1))
            return null;
        double[] weights = new double[From];
        if (Mode == "nearest")
        {
            weights[(int)Math.Clamp(Nearest(at), 0, From - 1)] = 1;
            return weights;
        }

        double first = Math.Floor(at), rest = at - first;
        if (Mode == "cubic")
        {
            for (int offset = -1; offset <= 2; offset++)
                Add(weights, first + offset, Cubic(Math.Abs(offset - rest)));
        }
        else
        {
            Add(weights, first, 1 - rest);
            Add(weights, first + 1, rest);
        }

        if (ExcludesOutside && weights.Sum() is var sum and not 0)
        {
            for (int i = 0; i < From; i++)
                weights[i] /= sum;
        }

        return weights;
    }

    // The length of the result before rounding down, which is what the scale means.
    private double Length => From * Scale;

    private double Source(int position) => Mapping switch
    {
        "half_pixel" => ((position + 0.5) / Scale) - 0.5,
        "half_pixel_symmetric" => ((From / 2.0) * (1 - (To / Length))) + ((position + 0.5) / Scale) - 0.5,
        "tf_half_pixel_for_nn" => (position + 0.5) / Scale,
        "pytorch_half_pixel" => To > 1 ? ((position + 0.5) / Scale) - 0.5 : 0,
        "align_corners" => Length == 1 || To == 1 ? 0 : position * (From - 1.0) / (Length - 1),
        "tf_crop_and_resize" => To > 1
            ? (RegionStart * (From - 1)) + (position * (RegionEnd - RegionStart) * (From - 1) / (To - 1))
            : 0.5 * (RegionStart + RegionEnd) * (From - 1),
        _ => position / Scale,
    };

    private double Nearest(double at) => Rounding switch
    {
        "floor" => Math.Floor(at),
        "ceil" => Math.Ceiling(at),
        "round_prefer_ceil" => Math.Floor(at + 0.5),
        _ => Math.Ceiling(at - 0.5),
    };

    private double Cubic(double distance)
    {
        double a = CubicCoefficient;
        return distance <= 1 ? ((a + 2) * distance * distance * distance) - ((a + 3) * distance * distance) + 1
            : distance < 2 ? (a * distance * distance * distance) - (5 * a * distance * distance) + (8 * a * distance) - (4 * a)
            : 0;
    }

    private void Add(double[] weights, double place, double weight)
    {
        if (ExcludesOutside && (place < 0 || place >= From))
            return;
        weights[(int)Math.Clamp(place, 0, From - 1)] += weight;
    }
}
