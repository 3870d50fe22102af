using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The mean of every window.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Rows and columns of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions around the image.</param>
/// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
public sealed class AveragePool2d<T>(int kernel, int? stride = null, int padding = 0, bool countPadding = true) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AveragePool2d(kernel, stride, padding, countPadding);
}
