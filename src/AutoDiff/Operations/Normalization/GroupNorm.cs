using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Group and instance normalisation.</content>
public static partial class Operations
{
    /// <summary>Group normalisation (Wu, He 2018): standardises neighbouring channels of every example together, without scale and shift.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="groups">The number of groups, which divides the channels.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or a group has fewer than two elements.</exception>
    public static Var<T> GroupNorm<T>(this Var<T> x, int groups, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Standardized("group normalisation", x, groups, epsilon);

    /// <summary>Group normalisation, then scaled and shifted channel by channel.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="groups">The number of groups, which divides the channels.</param>
    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, the groups do not divide the channels, or a group has fewer than two elements.</exception>
    public static Var<T> GroupNorm<T>(this Var<T> x, int groups, Var<T> scale, Var<T> shift, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Normalized("group normalisation", x, groups, scale, shift, epsilon);

    /// <summary>Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016): standardises every channel of every example, without scale and shift.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">There are no channels, or a channel has fewer than two elements.</exception>
    public static Var<T> InstanceNorm<T>(this Var<T> x, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Standardized("instance normalisation", x, x.Shape.Rank < 2 ? 0 : x.Shape[1], epsilon);

    /// <summary>Instance normalisation, then scaled and shifted channel by channel.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a channel has fewer than two elements.</exception>
    public static Var<T> InstanceNorm<T>(this Var<T> x, Var<T> scale, Var<T> shift, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Normalized("instance normalisation", x, x.Shape.Rank < 2 ? 0 : x.Shape[1], scale, shift, epsilon);

    private static Var<T> Standardized<T>(string operation, Var<T> x, int groups, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape, parts = PartsOf(operation, shape, groups);
        Standardization.CheckEpsilon(epsilon);
        Var<T> grouped = x.Apply(new Reshape<T>(Shape.Of(parts[0], parts[1], parts[2] * parts[3])));
        return grouped.Apply(new Standardize<T>(Shape.Of(parts[0], parts[1], 1), epsilon, default, default)).Apply(new Reshape<T>(shape));
    }

    private static Var<T> Normalized<T>(string operation, Var<T> x, int groups, Var<T> scale, Var<T> shift, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape, parts = PartsOf(operation, shape, groups);
        if (scale.Shape != Shape.Of(shape[1]) || shift.Shape != scale.Shape)
            throw new ArgumentException(
                $"{operation}: scale {scale.Shape} and shift {shift.Shape} do not fit an input of shape {shape}; both must be [{shape[1]}].");
        Standardization.CheckEpsilon(epsilon);
        NormalizationShape sizes = new(1, parts[0] * parts[1], parts[2] * parts[3], false, parts[3], parts[1]);
        Normalize<T> rule = new(sizes, Shape.Of(parts[0], parts[1], 1, 1), Shape.Of(parts[1], parts[2], 1), epsilon, default, default);
        return x.Tape.Record(rule, x.Apply(new Reshape<T>(parts)), scale, shift).Apply(new Reshape<T>(shape));
    }

    // [batch, groups, channels of a group, positions].
    private static Shape PartsOf(string operation, in Shape x, int groups)
    {
        if (x.Rank < 2 || groups < 1 || x[1] % groups != 0)
            throw new ArgumentException(
                $"{operation}: {groups} group(s) were asked of an input of shape {x}; it must be [batch, channels, …], and groups divide the channels.");
        long positions = 1;
        for (int axis = 2; axis < x.Rank; axis++)
            positions *= x[axis];
        if (x.Count == 0)
            throw new ArgumentException($"{operation}: an input of shape {x} is empty; mean and variance need at least one element.");
        if (x[1] / groups * positions < 2)
            throw new ArgumentException($"{operation}: with {groups} group(s), a group of shape {x} has one element, which has no variance.");
        return Shape.Of(x[0], groups, x[1] / groups, (int)positions);
    }
}
