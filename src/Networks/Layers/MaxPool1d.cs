using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of every window of sequences.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Positions of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions on each side, which are never the maximum.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
/// <param name="dilation">Positions from one position of a window to the next.</param>
/// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the input.</param>
public sealed class MaxPool1d<T>(int kernel, int? stride = null, int padding = 0, TieSelection? ties = null, int dilation = 1,
    bool roundUp = false) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.MaxPool1d(kernel, stride, padding, ties, dilation, roundUp);
}
