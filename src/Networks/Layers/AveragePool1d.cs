using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The mean of every window of sequences.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Positions of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions on each side.</param>
/// <param name="countPadding">Whether padding counts as zeros; otherwise it is left out of the mean.</param>
/// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the input.</param>
public sealed class AveragePool1d<T>(int kernel, int? stride = null, int padding = 0, bool countPadding = true, bool roundUp = false)
    : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.AveragePool1d(kernel, stride, padding, countPadding, roundUp);
}
