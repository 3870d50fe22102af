using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// A segment of a program whose intermediate values are released and recomputed in the reverse pass (rematerialisation; Chen, Xu, Zhang and Guestrin, arXiv
/// 1604.06174, 2016). Its operations are on a separate tape, which keeps its record but not its memory.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">The tape of the segment.</param>
/// <param name="leaves">Its leaves, in the order of this operation's inputs.</param>
/// <param name="output">Its output.</param>
internal struct Checkpoint<T>(Tape<T> tape, Var<T>[] leaves, Var<T> output) : IRule<T>, ICountsKinks<T>, ICountsTrouble<T>, IMarksObstacles<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool wasRun;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("segment", TameClass.NotTame) { HasFiniteSlopes = true, PassesOnNonFinite = true, IsSmooth = false };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        // The first run is the recording itself, just before this operation is put on the outer tape; every later run is a replay.
        if (wasRun)
        {
            for (int index = 0; index < leaves.Length; index++)
                tape.Contents.Value(leaves[index].Node) = recording.Input(index);
            if (!tape.TryReplay(recording.IsRecomputation))
                throw new BranchChangedException();
        }

        wasRun = true;
        NDArray<T> y = recording.Rent(output.Shape);
        recording.Device.Copy(tape.Contents.Value(output.Node), y);
        tape.ReleaseValues();
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!tape.Contents.NeedsGradient(output.Node))
            return;
        for (int index = 0; index < leaves.Length; index++)
            tape.Contents.Value(leaves[index].Node) = context.Input(index);
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
            tape.Contents.Value(leaves[index].Node) = context.Input(index);
            if (context.Moves(index))
                context.Device.Copy(context.Tangent(index), tape.Tangents.Into(leaves[index].Node));
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

    readonly void ICountsTrouble<T>.CountTrouble(in KinkContext<T> context)
    {
        tape.TryReplay(recomputes: true);
        context.Add(tape.Search.Trouble(output));
        tape.ReleaseValues();
    }

    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        tape.TryReplay(recomputes: true);
        int found = tape.Search.Look(output).Obstacles.Count;
        tape.ReleaseValues();
        NDArray<T> marks = context.Rent(Shape.Scalar);
        context.Device.Fill(marks, found > 0 ? T.CreateTruncating((int)ObstacleKind.WithinCheckpoint) : T.Zero);
        return marks;
    }

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
