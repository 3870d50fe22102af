using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of each of a given number of windows that divide volumes.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="output">The number of windows along each axis.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
public sealed class AdaptiveMaxPool3d<T>(Size3d output, TieSelection? ties = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AdaptiveMaxPool3d(output, ties);
}
