using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Joins the axes from one on.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="firstAxis">The first axis joined.</param>
public sealed class Flatten<T>(int firstAxis = 1) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.Flatten(firstAxis);
}
