using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Layer normalisation.</content>
public static partial class Operations
{
    /// <summary>Layer normalisation (Ba, Kiros, Hinton 2016): standardises every example over its last axes, without scale and shift.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, with at least as many axes as are normalised.</param>
    /// <param name="axes">The number of last axes to normalise over; at least 1.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    public static Var<T> LayerNorm<T>(this Var<T> x, int axes = 1, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape statistics = x.Shape;
        if (axes < 1 || axes > statistics.Rank)
            throw new ArgumentOutOfRangeException(nameof(axes), axes,
                $"layer normalisation over {axes} axes was requested for shape {statistics}; it takes 1 to {statistics.Rank}.");
        Standardization.CheckEpsilon(epsilon);
        for (int axis = 1; axis <= axes; axis++)
            statistics = statistics.With(-axis, 1);
        return x.Apply(new Standardize<T>(statistics, epsilon, default, default));
    }

    /// <summary>Layer normalisation with scale and shift.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="scale">The scale; its shape is that of the last axes, which are normalised.</param>
    /// <param name="shift">The shift, of the same shape.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">The shape of scale or shift differs from that of the last axes.</exception>
    public static Var<T> LayerNorm<T>(this Var<T> x, Var<T> scale, Var<T> shift, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = scale.Shape, input = x.Shape;
        bool fits = shape.Rank >= 1 && shape.Rank <= input.Rank && shift.Shape == shape;
        for (int axis = 1; fits && axis <= shape.Rank; axis++)
            fits = shape[-axis] == input[-axis];
        if (!fits)
            throw new ArgumentException(
                $"layer normalisation: scale {shape} and shift {shift.Shape} do not fit an input of shape {input}; both must have the shape of its last axes.");
        Standardization.CheckEpsilon(epsilon);
        Shape statistics = input;
        for (int axis = 1; axis <= shape.Rank; axis++)
            statistics = statistics.With(-axis, 1);
        NormalizationShape groups = new(1, statistics.Count, shape.Count, false);
        return x.Tape.Record(new Normalize<T>(groups, statistics, shape, epsilon, default, default), x, scale, shift);
    }
}
