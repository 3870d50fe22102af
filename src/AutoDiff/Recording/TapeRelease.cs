using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>A reverse pass that gives values up as it consumes them.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool isReleased;

    /// <summary>
    /// As <see cref="Backward(Var{T}, Selections?)"/>, but each value's memory goes back to the device once no pullback needs it any more, and serves the cotangents that are still to come.
    /// Only the output and the leaves can be read afterwards, and no second reverse pass, census or tangent can be asked of the record.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="selections">What to return at kinks in this pass; the tape's own if null.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public Gradients<T> BackwardAndRelease(Var<T> output, Selections? selections = null)
    {
        Seed(output);
        isReleased = true;
        return Sweep(output.Node, selections, releases: true);
    }

    // What an operation made is read by its own pullback and by those of later operations, all of which have run by now. The output stays readable.
    private void ReleaseValue(int node, Storage<T>? kept)
    {
        (int begin, int end) = ownedBy[node];
        for (int i = begin; i < end; i++)
        {
            if (owned[i] is not Storage<T> storage || ReferenceEquals(storage, kept))
                continue;
            Device.Return(storage);
            owned[i] = null;
        }

        (begin, end) = ownedIndicesBy[node];
        for (int i = begin; i < end; i++)
        {
            if (ownedIndices[i] is Storage<int> storage)
                Device.Return(storage);
            ownedIndices[i] = null;
        }

        if (kept is null || !ReferenceEquals(values[node].Storage, kept))
            values[node] = default;
    }

    private void CheckNotReleased()
    {
        if (isReleased)
            throw new InvalidOperationException("The values of this record were released by BackwardAndRelease; reset the tape and record the program again, or use Backward, which keeps them.");
    }
}
