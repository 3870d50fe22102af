using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Stacks every square of pixels as channels: [batch, channels, height·factor, width·factor] to [batch, channels·factor², height, width].</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="factor">The side of the square of pixels.</param>
public sealed class PixelUnshuffle<T>(int factor) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.PixelUnshuffle(factor);
}
