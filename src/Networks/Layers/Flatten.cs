using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Joins all axes from a given one on into one.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="firstAxis">The first axis to join.</param>
public sealed class Flatten<T>(int firstAxis = 1) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.Flatten(firstAxis);
}
