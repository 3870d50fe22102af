using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The sizes of a pooling and the shape of its output, from what the caller gave.</summary>
/// <param name="Shape">The sizes.</param>
/// <param name="Output">The output's shape.</param>
internal readonly record struct PoolingArguments(PoolingShape Shape, Shape Output)
{
    /// <summary>A pooling of [batch, channels, length].</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="x">The input's shape.</param>
    /// <param name="windows">The windows, without the extent.</param>
    public static PoolingArguments OfSequences(string operation, in Shape x, PoolingAxis windows)
    {
        CheckRank(operation, x, 3, "length");
        return Along(operation, x, PoolingAxis.Single, PoolingAxis.Single, windows with { Input = x[2] });
    }

    /// <summary>A pooling of [batch, channels, height, width].</summary>
    public static PoolingArguments OfImages(string operation, in Shape x, Size2d kernel, Size2d stride, Size2d padding, Size2d dilation, bool roundUp)
    {
        CheckRank(operation, x, 4, "height, width");
        return Along(operation, x, PoolingAxis.Single, new PoolingAxis(x[2], kernel.Height, stride.Height, padding.Height, dilation.Height, roundUp),
            new PoolingAxis(x[3], kernel.Width, stride.Width, padding.Width, dilation.Width, roundUp));
    }

    /// <summary>A pooling of [batch, channels, depth, height, width].</summary>
    public static PoolingArguments OfVolumes(string operation, in Shape x, Size3d kernel, Size3d stride, Size3d padding, Size3d dilation, bool roundUp)
    {
        CheckRank(operation, x, 5, "depth, height, width");
        return Along(operation, x, new PoolingAxis(x[2], kernel.Depth, stride.Depth, padding.Depth, dilation.Depth, roundUp),
            new PoolingAxis(x[3], kernel.Height, stride.Height, padding.Height, dilation.Height, roundUp),
            new PoolingAxis(x[4], kernel.Width, stride.Width, padding.Width, dilation.Width, roundUp));
    }

    /// <summary>A pooling of [batch, channels, length] into a given number of windows.</summary>
    public static PoolingArguments DividingSequences(string operation, in Shape x, int output)
    {
        CheckRank(operation, x, 3, "length");
        return Along(operation, x, PoolingAxis.Single, PoolingAxis.Single, PoolingAxis.Adaptive(x[2], output));
    }

    /// <summary>A pooling of [batch, channels, height, width] into a given number of windows.</summary>
    public static PoolingArguments DividingImages(string operation, in Shape x, Size2d output)
    {
        CheckRank(operation, x, 4, "height, width");
        return Along(operation, x, PoolingAxis.Single, PoolingAxis.Adaptive(x[2], output.Height), PoolingAxis.Adaptive(x[3], output.Width));
    }

    /// <summary>A pooling of [batch, channels, depth, height, width] into a given number of windows.</summary>
    public static PoolingArguments DividingVolumes(string operation, in Shape x, Size3d output)
    {
        CheckRank(operation, x, 5, "depth, height, width");
        return Along(operation, x, PoolingAxis.Adaptive(x[2], output.Depth), PoolingAxis.Adaptive(x[3], output.Height),
            PoolingAxis.Adaptive(x[4], output.Width));
    }

    /// <summary>The elements of the windows that a pooling's outputs depend on.</summary>
    /// <param name="windows">The sizes.</param>
    /// <param name="input">The input's shape.</param>
    public static Dependence DependenceOn(in PoolingShape windows, in Shape input)
    {
        List<int[]> places = [];
        for (int output = 0; output < windows.OutputLength; output++)
        {
            int place = 0;
            foreach (int element in windows.WindowOf(output))
            {
                if (place == places.Count)
                {
                    places.Add(new int[windows.OutputLength]);
                    Array.Fill(places[place], -1);
                }

                places[place++][output] = element;
            }
        }

        return new Dependence(Dependence.Counted(input.Count), [.. places]);
    }

    /// <summary>A pooling of each channel of [batch, channels, …] to one number.</summary>
    public static PoolingArguments OfChannels(string operation, in Shape x)
    {
        if (x.Rank < 3)
            throw new ArgumentException($"{operation}: an input of shape {x} was given; it must be [batch, channels, …] with at least one more axis.");
        long elements = 1;
        for (int axis = 2; axis < x.Rank; axis++)
            elements *= x[axis];
        PoolingShape shape = new(x[0], x[1], PoolingAxis.Single, PoolingAxis.Single, PoolingAxis.Adaptive(checked((int)elements), 1));
        Validate(operation, x, shape);
        return new PoolingArguments(shape, ConservativeAD.Kernels.Shape.Of(x[0], x[1]));
    }

    /// <summary>Records max pooling.</summary>
    public Var<T> MaxPool<T>(Var<T> x, TieSelection? ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new MaxPool<T>(Shape, Output, ties));

    /// <summary>Records average pooling.</summary>
    public Var<T> AveragePool<T>(Var<T> x, bool countPadding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new AveragePool<T>(Shape, Output, countPadding));

    /// <summary>Checks that an input and an output have the sizes of a pooling.</summary>
    /// <exception cref="ArgumentException">They have not.</exception>
    public static void Check(string operation, in PoolingShape shape, in Shape x, in Shape output)
    {
        Validate(operation, x, shape);
        if (x.Count != shape.InputLength || output.Count != shape.OutputLength)
            throw new ArgumentException($"{operation}: an input of shape {x} and an output of shape {output} do not fit the pooling {shape}.");
    }

    private static PoolingArguments Along(string operation, in Shape x, PoolingAxis depth, PoolingAxis height, PoolingAxis width)
    {
        PoolingShape shape = new(x[0], x[1], depth, height, width);
        Validate(operation, x, shape);
        Shape output = x.With(-1, width.Output);
        if (x.Rank > 3)
            output = output.With(-2, height.Output);
        return new PoolingArguments(shape, x.Rank > 4 ? output.With(-3, depth.Output) : output);
    }

    private static void Validate(string operation, in Shape x, in PoolingShape shape)
    {
        try
        {
            shape.Validate();
        }
        catch (ArgumentException refused)
        {
            throw new ArgumentException($"{operation} of shape {x}: {refused.Message}", refused);
        }
    }

    private static void CheckRank(string operation, in Shape x, int rank, string extents)
    {
        if (x.Rank != rank)
            throw new ArgumentException($"{operation}: an input of shape {x} was given; it must be [batch, channels, {extents}].");
    }
}
