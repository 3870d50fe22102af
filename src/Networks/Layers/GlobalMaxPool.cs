using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of every channel: [batch, channels, …] to [batch, channels].</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
public sealed class GlobalMaxPool<T>(TieSelection? ties = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.GlobalMaxPool(ties);
}
