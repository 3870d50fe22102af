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

    private static double? Relative(T[][] one, T[][] other) =>
        GradientDifference.Of(one, other).Relative is { } relative && double.IsFinite(relative) ? relative : null;
}

/// <summary>A distance of two gradients, relative to the length of the first.</summary>
/// <param name="OfWeights">That of the weights; null if the first is 0 and the other is not, or one is no number.</param>
/// <param name="OfInput">That of the images.</param>
internal sealed record GradientDistance(double? OfWeights, double? OfInput)
{
    /// <summary>Whether both can be distances. A unit that was read from a file may hold anything.</summary>
    public bool IsPossible => OfWeights is null or >= 0 && OfInput is null or >= 0;
}
