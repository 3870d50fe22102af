using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of each of a given number of windows that divide images.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="output">The number of windows along each axis.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
public sealed class AdaptiveMaxPool2d<T>(Size2d output, TieSelection? ties = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AdaptiveMaxPool2d(output, ties);
}
