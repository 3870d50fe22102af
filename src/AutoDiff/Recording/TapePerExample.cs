using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Gradients of each example's loss.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The gradient of each element of a vector of losses: a row per element, in which the leaves stand one after another, each in row-major order. One reverse pass per row over the one recording, so
    /// that nothing is recorded again.
    /// </summary>
    /// <param name="losses">The losses, one per example: [batch].</param>
    /// <param name="leaves">The leaves, in the order of the columns; if none is named, every leaf recorded before the losses that needs a gradient, in the order of recording.</param>
    /// <returns>[batch, parameters], in memory that lasts until the tape is reset.</returns>
    /// <exception cref="InvalidOperationException">The losses depend on nothing that needs a gradient, or a leaf needs none.</exception>
    /// <exception cref="ArgumentException">The losses are not a vector.</exception>
    public NDArray<T> PerExampleGradients(Var<T> losses, params ReadOnlySpan<Var<T>> leaves)
    {
        NeedEveryValue();
        Check(losses);
        if (losses.Shape.Rank != 1)
            throw new ArgumentException($"Losses of shape {losses.Shape} were given; there must be one per example, in a vector (LossReduction.None leaves them so).", nameof(losses));
        Var<T>[] columnsOf = leaves.IsEmpty ? [.. LeavesOf(losses)] : leaves.ToArray();
        int batch = losses.Shape[0], width = columnsOf.Sum(leaf => leaf.Shape.Count);
        NDArray<T> rows = RentUntilReset(Shape.Of(batch, width)), one = Device.Allocate<T>(losses.Shape);
        Device.Fill(one, T.Zero);
        for (int example = 0; example < batch; example++)
        {
            NDArray<T> place = one.Slice(0, example, 1);
            Device.Fill(place, T.One);
            Gradients<T> gradients = Backward(losses, one);
            Device.Fill(place, T.Zero);
            int start = 0;
            foreach (Var<T> leaf in columnsOf)
            {
                NDArray<T> gradient = gradients[leaf];
                Device.Copy(gradient.Reshape(Shape.Of(1, gradient.Count)), rows.Slice(0, example, 1).Slice(1, start, gradient.Count));
                start += gradient.Count;
            }
        }

        Device.Return(one.Storage);
        return rows;
    }
}
