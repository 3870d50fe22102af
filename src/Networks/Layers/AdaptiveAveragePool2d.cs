using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The mean of each of a given number of windows that divide images.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="output">The number of windows along each axis.</param>
public sealed class AdaptiveAveragePool2d<T>(Size2d output) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AdaptiveAveragePool2d(output);
}
