using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The mean of every window of images.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Rows and columns of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions on each side; 0 if null.</param>
/// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
/// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the input.</param>
public sealed class AveragePool2d<T>(Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool countPadding = true, bool roundUp = false)
    : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AveragePool2d(kernel, stride, padding, countPadding, roundUp);
}
