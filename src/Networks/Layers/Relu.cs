using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>max(x, 0).</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="slopeAtZero">relu'(0); that of the selections if null.</param>
public sealed class Relu<T>(double? slopeAtZero = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.Relu(slopeAtZero);
}
