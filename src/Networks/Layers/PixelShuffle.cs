using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>
/// Puts factor² channels of every pixel side by side: [batch, channels·factor², height, width] to [batch, channels, height·factor, width·factor].
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="factor">The side of the square of pixels.</param>
public sealed class PixelShuffle<T>(int factor) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.PixelShuffle(factor);
}
