namespace ConservativeAD.Tests.Images;

/// <summary>Convolutions of volumes by their definition; images have a depth of 1, sequences a height of 1 too.</summary>
internal sealed record NaiveConvolution(int[] Stride, int[] Before, int[] Dilation, int Groups)
{
    /// <summary>Every element of the output with every element of the input and of the weights that it multiplies.</summary>
    /// <param name="x">[batch, channels, depth, height, width].</param>
    /// <param name="w">[out, channels / groups, depth, height, width].</param>
    /// <param name="y">[batch, out, depth, height, width].</param>
    public IEnumerable<(int Output, int Input, int Weight)> Products(int[] x, int[] w, int[] y)
    {
        for (int output = 0; output < Count(y); output++)
        {
            int[] place = Place(output, y);
            for (int weight = 0; weight < Count(w); weight++)
            {
                int[] tap = Place(weight, w);
                if (tap[0] != place[1])
                    continue;
                int[] from = [place[0], (place[1] / (w[0] / Groups) * w[1]) + tap[1], 0, 0, 0];
                bool isInside = true;
                for (int axis = 0; axis < 3; axis++)
                {
                    from[axis + 2] = (place[axis + 2] * Stride[axis]) + (tap[axis + 2] * Dilation[axis]) - Before[axis];
                    isInside &= from[axis + 2] >= 0 && from[axis + 2] < x[axis + 2];
                }

                if (isInside)
                    yield return (output, Index(from, x), weight);
            }
        }
    }

    public double[] Forward(int[] x, int[] w, int[] y, double[] values, double[] weights)
    {
        double[] sums = new double[Count(y)];
        foreach ((int output, int input, int weight) in Products(x, w, y))
            sums[output] += values[input] * weights[weight];
        return sums;
    }

    public double[] Transposed(int[] x, int[] w, int[] y, double[] values, double[] weights)
    {
        double[] sums = new double[Count(x)];
        foreach ((int output, int input, int weight) in Products(x, w, y))
            sums[input] += values[output] * weights[weight];
        return sums;
    }

    public static int Count(int[] shape) => shape.Aggregate(1, (product, extent) => product * extent);

    private static int[] Place(int index, int[] shape)
    {
        int[] place = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            place[axis] = index % shape[axis];
            index /= shape[axis];
        }

        return place;
    }

    private static int Index(int[] place, int[] shape) => place.Zip(shape).Aggregate(0, (index, axis) => (index * axis.Second) + axis.First);
}
