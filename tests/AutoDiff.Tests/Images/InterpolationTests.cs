using ConservativeAD.Kernels;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Images;

/// <summary>Interpolation against its definition and published examples; channels as pixels; padding with elements of the array.</summary>
public class InterpolationTests
{
    [Fact]
    public void ValuesLieOnTheLinesAndCurvesThroughTheirNeighbours()
    {
        foreach (InterpolationMode mode in Enum.GetValues<InterpolationMode>())
        {
            foreach (bool aligned in mode is InterpolationMode.Linear or InterpolationMode.Cubic ? new[] { false, true } : [false])
            {
                foreach ((int input, int output) in ((int, int)[])[(1, 1), (1, 4), (4, 1), (3, 8), (8, 3), (5, 5), (7, 10)])
                {
                    double[] values = Evaluation.Random(input, 3, (ulong)input);
                    using Tape<double> tape = new();
                    double[] found = tape.Variable([1, 1, input], values).Interpolate([output], mode, aligned).ToArray();
                    for (int o = 0; o < output; o++)
                        Assert.Equal(Naive(values, o, output, mode, aligned), found[o], 1e-13);
                }
            }
        }
    }

    [Fact]
    public void PublishedExamplesAreMet()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 2, 2], [1, 2, 3, 4]);
        Assert.Equal([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], x.InterpolateBy([2, 2]).ToArray());
        Assert.Equal([1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4], x.InterpolateBy([2, 2], InterpolationMode.Linear)
            .ToArray());
        double[] aligned = x.InterpolateBy([2, 2], InterpolationMode.Linear, true).ToArray();
        Assert.Equal(4 / 3.0, aligned[1], 1e-13);
        Assert.Equal(5 / 3.0, aligned[2], 1e-13);
        Assert.Equal(4, aligned[15]);
    }

    [Fact]
    public void AFactorMovesPositionsByItselfEvenWhereTheExtentIsRounded()
    {
        using Tape<double> tape = new();
        double[] y = tape.Variable([1, 1, 3], [0, 1, 2]).InterpolateBy([1.5], InterpolationMode.Linear).ToArray();
        double[] expected = [0, (1.5 / 1.5) - 0.5, (2.5 / 1.5) - 0.5, (3.5 / 1.5) - 0.5];
        Assert.Equal(expected.Length, y.Length);
        for (int i = 0; i < y.Length; i++)
            Assert.Equal(expected[i], y[i], 1e-13);
    }

    [Fact]
    public void WhatHasNoWeightIsNotRead()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 3], [1, double.PositiveInfinity, 3]);
        Assert.Equal([1, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, 3], x.Interpolate([5], InterpolationMode.Linear, true)
            .ToArray());
    }

    [Fact]
    public void HalfKeepsConstantImagesAndLargeNumbers()
    {
        using Tape<Half> tape = new();
        Half large = (Half)60000;
        Var<Half> x = tape.Variable([1, 1, 3], [large, large, large]);
        foreach (InterpolationMode mode in Enum.GetValues<InterpolationMode>())
            Assert.All(x.Interpolate([7], mode).ToArray(), value => Assert.Equal(large, value));
    }

    [Fact]
    public void PixelsAreShuffledAndUnshuffled()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 4, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7]), y = x.PixelShuffle(2);
        Assert.Equal([1, 1, 2, 4], y.Shape);
        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7], y.ToArray());
        Assert.Equal(x.ToArray(), y.PixelUnshuffle(2).ToArray());
        Assert.Equal(x.Shape, y.PixelUnshuffle(2).Shape);
    }

    [Fact]
    public void PaddingContinuesTheArray()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 3], [1, 2, 3, 4, 5, 6]);
        Assert.Equal([3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5], x.PadReflected([2], [1]).ToArray());
        Assert.Equal([1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6], x.PadReplicated([2], [1]).ToArray());
        Assert.Equal([2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4], x.PadCircular([2], [1]).ToArray());
        Assert.Equal([4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3], x.PadReflected([1, 0], [1, 0]).ToArray());
        Assert.Equal(x, x.PadReflected([0], [0]));
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        using Tape<double> tape = new();
        Var<double> Ones(params int[] shape) => tape.Variable(new Shape(shape), [.. Enumerable.Repeat(1.0, new Shape(shape).Count)]);
        Refused(() => Ones(1, 2, 3).Interpolate([2, 2]), "[1, 2, 3]", "2 number(s)");
        Refused(() => Ones(1, 2).Interpolate([]), "[1, 2]");
        Refused(() => Ones(1, 2, 3).Interpolate([0]), "size of 0", "[1, 2, 3]");
        Refused(() => Ones(1, 2, 0).Interpolate([2]), "[1, 2, 0]", "empty");
        Refused(() => Ones(1, 2, 3).InterpolateBy([0.2]), "factor of 0.2");
        Refused(() => Ones(1, 2, 3).InterpolateBy([double.NaN]), "factor of NaN");
        Refused(() => Ones(1, 2, 3).InterpolateBy([-1]), "factor of -1");
        Refused(() => Ones(1, 2, 3).Interpolate([2], alignCorners: true), "corners");
        Refused(() => Ones(1, 2, 3).Interpolate([2], (InterpolationMode)9), "9");
        Refused(() => Ones(1, 3, 2, 2).PixelShuffle(2), "[1, 3, 2, 2]", "factor of 2");
        Refused(() => Ones(1, 4, 2, 2).PixelShuffle(0), "factor of 0");
        Refused(() => Ones(1, 4, 2, 3).PixelUnshuffle(2), "[1, 4, 2, 3]");
        Refused(() => Ones(2, 3).PadReflected([3], [0]), "[2, 3]", "from 0 to 2");
        Refused(() => Ones(2, 3).PadCircular([0], [4]), "from 0 to 3");
        Refused(() => Ones(2, 3).PadReplicated([-1], [0]), "-1");
        Refused(() => Ones(2, 0).PadReplicated([1], [0]), "[2, 0]");
        Refused(() => Ones(2, 3).PadReplicated([1], []), "1 widths before and 0 after");
        Assert.Equal([0, 2, 5], Ones(0, 2, 3).Interpolate([5], InterpolationMode.Cubic).Shape);
        Assert.Equal([0, 1, 4, 4], Ones(0, 4, 2, 2).PixelShuffle(2).Shape);
    }

    private static void Refused(Func<Var<double>> program, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => program()).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static double Naive(double[] values, int o, int output, InterpolationMode mode, bool aligned)
    {
        int n = values.Length;
        double At(int position) => values[Math.Clamp(position, 0, n - 1)];
        if (mode == InterpolationMode.Nearest)
            return At(o * n / output);
        if (mode == InterpolationMode.NearestExact)
            return At(((2 * o) + 1) * n / (2 * output));
        double at = aligned ? output == 1 ? 0 : o * (n - 1.0) / (output - 1) : ((o + 0.5) * n / output) - 0.5;
        int floor = (int)Math.Floor(at);
        double t = at - floor, p = At(floor - 1), q = At(floor), r = At(floor + 1), s = At(floor + 2);
        if (mode == InterpolationMode.Linear)
            return q + (t * (r - q));

        // The cubic of Hermite through q and r with slopes of ¾ times the differences around.
        double left = 0.75 * (r - p), right = 0.75 * (s - q);
        return (((2 * t * t * t) - (3 * t * t) + 1) * q) + (((t * t * t) - (2 * t * t) + t) * left) + (((-2 * t * t * t) + (3 * t * t)) * r)
            + (((t * t * t) - (t * t)) * right);
    }
}
