using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Normalisation by root mean squares.</content>
public static partial class Operations
{
    /// <summary>x / √(mean of x² + ε) over the last axes (Zhang, Sennrich 2019), without a scale.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, with at least as many axes as are normalised.</param>
    /// <param name="axes">The number of last axes to normalise over; at least 1.</param>
    /// <param name="epsilon">Added to the mean square; above 0. PyTorch's default is the machine epsilon.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of axes or ε is out of range.</exception>
    public static Var<T> RmsNorm<T>(this Var<T> x, int axes = 1, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape statistics = x.Shape;
        if (axes < 1 || axes > statistics.Rank)
            throw new ArgumentOutOfRangeException(nameof(axes), axes,
                $"root-mean-square normalisation over {axes} axes was requested for shape {statistics}; it takes 1 to {statistics.Rank}.");
        Standardization.CheckEpsilon(epsilon);
        for (int axis = 1; axis <= axes; axis++)
            statistics = statistics.With(-axis, 1);
        return x.Apply(new Standardize<T>(statistics, epsilon, default, default, false));
    }

    /// <summary>Normalisation by root mean squares, times a scale.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="scale">The scale; its shape is that of the last axes, which are normalised.</param>
    /// <param name="epsilon">Added to the mean square; above 0. PyTorch's default is the machine epsilon.</param>
    /// <exception cref="ArgumentException">The shape of the scale differs from that of the last axes.</exception>
    public static Var<T> RmsNorm<T>(this Var<T> x, Var<T> scale, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = scale.Shape, input = x.Shape;
        bool fits = shape.Rank >= 1 && shape.Rank <= input.Rank;
        for (int axis = 1; fits && axis <= shape.Rank; axis++)
            fits = shape[-axis] == input[-axis];
        if (!fits)
            throw new ArgumentException(
                $"root-mean-square normalisation: a scale of {shape} does not fit an input of shape {input}; it must have the shape of its last axes.");
        return x.RmsNorm(shape.Rank, epsilon) * scale;
    }
}
