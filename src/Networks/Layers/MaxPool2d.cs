using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>The largest element of every window.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="kernel">Rows and columns of a window.</param>
/// <param name="stride">Positions from one window to the next; the kernel's size if null.</param>
/// <param name="padding">Positions around the image, which are never the maximum.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
public sealed class MaxPool2d<T>(int kernel, int? stride = null, int padding = 0, TieSelection? ties = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => x.MaxPool2d(kernel, stride, padding, ties);
}
