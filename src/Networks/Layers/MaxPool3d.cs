using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of every window of volumes.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Slices, rows and columns of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions on each side, which are never the maximum; 0 if null.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
/// <param name="dilation">Positions from one position of a window to the next; 1 if null.</param>
/// <param name="roundUp">Whether a last window that extends past the padded border is kept if it begins before the end of the input.</param>
public sealed class MaxPool3d<T>(Size3d kernel, Size3d? stride = null, Size3d? padding = null, TieSelection? ties = null, Size3d? dilation = null,
    bool roundUp = false) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.MaxPool3d(kernel, stride, padding, ties, dilation, roundUp);
}
