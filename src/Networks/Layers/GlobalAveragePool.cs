using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The mean of every channel: [batch, channels, …] to [batch, channels].</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class GlobalAveragePool<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.GlobalAveragePool();
}
