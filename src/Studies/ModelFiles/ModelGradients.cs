using System.Numerics;
using ConservativeAD.Studies.Gradients;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>The gradients of a model's loss.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Weights">Those of the weights.</param>
/// <param name="Input">That of the images.</param>
internal sealed record ModelGradients<T>(T[][] Weights, T[] Input)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether other gradients have the same bits.</summary>
    /// <param name="other">The others.</param>
    public bool HasBitsOf(ModelGradients<T> other) =>
        GradientDifference.SameBits([Input], [other.Input]) && GradientDifference.SameBits(Weights, other.Weights);

    /// <summary>How far apart other gradients are.</summary>
    /// <param name="other">The others.</param>
    public GradientDistance DistanceTo(ModelGradients<T> other) => new(Relative(Weights, other.Weights), Relative([Input], [other.Input]));

    /// <summary>How far they are from the convex hull of some others, relative to the length of its nearest point.</summary>
    /// <param name="others">The others.</param>
    public GradientDistance DistanceToHull(IReadOnlyList<ModelGradients<T>> others) => new(
        Finite(HullDistance.Relative(Weights, [.. others.Select(other => other.Weights)])),
        Finite(HullDistance.Relative([Input], [.. others.Select(other => (T[][])[other.Input])])));

    private static double? Relative(T[][] one, T[][] other) => Finite(GradientDifference.Of(one, other).Relative);

    private static double? Finite(double relative) => double.IsFinite(relative) ? relative : null;
}

/// <summary>A distance of gradients, relative to the length of one of them.</summary>
/// <param name="OfWeights">That of the weights; null if that length is 0 and the distance is not, or one is no number.</param>
/// <param name="OfInput">That of the images.</param>
internal sealed record GradientDistance(double? OfWeights, double? OfInput)
{
    /// <summary>Whether both can be distances. A unit that was read from a file may hold anything.</summary>
    public bool IsPossible => OfWeights is null or >= 0 && OfInput is null or >= 0;
}
