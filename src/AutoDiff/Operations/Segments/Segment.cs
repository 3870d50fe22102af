using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// A part of a program whose intermediate values are given up and computed again in the reverse pass (rematerialisation; Chen, Xu, Zhang and Guestrin, arXiv 1604.06174, 2016). Its operations stand on a
/// tape of their own, whose record stays while its memory does not.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">The tape of the part.</param>
/// <param name="leaves">Its leaves, in the order of this operation's inputs.</param>
/// <param name="output">Its output.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
internal struct Segment<T>(Tape<T> tape, Var<T>[] leaves, Var<T> output) : IRule<T>, ICountsKinks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape = tape;
    private readonly Var<T>[] leaves = leaves;
    private readonly Var<T> output = output;
    private bool wasRun;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("segment", TameClass.NotTame) { IsSmooth = false };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        // Recorded just before it is put on the outer tape; from the second time on this is a replay.
        if (wasRun && !tape.TryReplay(recording.IsRecomputation))
            throw new BranchChangedException();
        wasRun = true;
        NDArray<T> y = recording.Rent(output.Shape);
        recording.Device.Copy(tape.ValueOf(output.Node), y);
        tape.ReleaseValues();
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!tape.NeedsGradient(output))
            return;
        tape.TryReplay(recomputes: true);
        Gradients<T> gradients = tape.Backward(output, context.Cotangent, context.Selections);
        for (int index = 0; index < leaves.Length; index++)
        {
            if (!context.Needs(index))
                continue;
            NDArray<T> target = context.InputCotangent(index, out bool accumulate);
            context.Device.Copy(gradients[leaves[index]], target, accumulate);
        }

        tape.ReleaseValues();
    }

    /// <inheritdoc/>
    public readonly void LockedPullback(in PullbackContext<T> context) => throw Hidden();

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        for (int index = 0; index < leaves.Length; index++)
        {
            if (context.Moves(index))
                tape.CopyTangent(leaves[index], context.Tangent(index));
        }

        tape.TryReplay(recomputes: true);
        context.Device.Copy(tape.TangentOf(output), context.OutputTangent);
        tape.ReleaseValues();
    }

    /// <inheritdoc/>
    public readonly void SwitchingForms(in SwitchingContext<T> context)
    {
        if (CountWithin() > 0)
            throw Hidden();
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(Shape.Scalar);
        context.Device.Fill(marks, CountWithin() > 0 ? T.One : T.Zero);
        return marks;
    }

    /// <inheritdoc/>
    public readonly void CountKinks(in KinkContext<T> context) => context.Add(CountWithin());

    private readonly long CountWithin()
    {
        tape.TryReplay(recomputes: true);
        long kinks = tape.CountKinks();
        tape.ReleaseValues();
        return kinks;
    }

    private static NotSupportedException Hidden() =>
        new("A checkpointed segment hides which of its operations sit at kinks; record the program without tape.Checkpoint to lock them along a direction.");
}
