using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// The gradient of a scalar function as values of the program around it, so that a loss can contain it. The function is on a tape of its own, which keeps its
/// record but not its memory. Pullback and tangent are products with the function's Hessian (Pearlmutter, Neural Computation 1994).
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">The tape of the function.</param>
/// <param name="leaves">Its leaves, in the order of this operation's inputs.</param>
/// <param name="count">The number of leaves, from the first, whose gradient is the value; its elements stand one after another.</param>
/// <param name="output">The function's output.</param>
internal struct InnerGradient<T>(Tape<T> tape, Var<T>[] leaves, int count, Var<T> output) : IRule<T>, IMarksObstacles<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool wasRun;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("inner gradient", TameClass.NotTame)
    {
        IsSmooth = false,
        IsLocallyLipschitz = false,
        IsContinuous = false,
    };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        // The first run is the recording itself; every later run is a replay.
        if (wasRun)
        {
            for (int index = 0; index < leaves.Length; index++)
                tape.Contents.Value(leaves[index].Node) = recording.Input(index);
            if (!tape.TryReplay(recording.IsRecomputation))
                throw new BranchChangedException();
        }

        wasRun = true;
        NDArray<T> y = recording.Rent(Shape.Of(leaves.Take(count).Sum(leaf => leaf.Shape.Count)));
        if (tape.Contents.NeedsGradient(output.Node))
            CopyParts(recording.Device, tape.Backward(output), y);
        else
            recording.Device.Fill(y, T.Zero);
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
        tape.Tangents.Release();
        int start = 0;
        foreach (Var<T> leaf in leaves.AsSpan(0, count))
        {
            NDArray<T> part = context.Cotangent.Slice(0, start, leaf.Shape.Count).Reshape(leaf.Shape);
            context.Device.Copy(part, tape.Tangents.Into(leaf.Node));
            start += leaf.Shape.Count;
        }

        Gradients<T> product = tape.HessianVectorProduct(output).Product;
        for (int index = 0; index < leaves.Length; index++)
        {
            if (!context.Needs(index))
                continue;
            NDArray<T> target = context.InputCotangent(index, out bool accumulate);
            context.Device.Copy(product[leaves[index]], target, accumulate);
        }

        tape.ReleaseValues();
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        if (!tape.Contents.NeedsGradient(output.Node))
        {
            context.Device.Fill(context.OutputTangent, T.Zero);
            return;
        }

        for (int index = 0; index < leaves.Length; index++)
            tape.Contents.Value(leaves[index].Node) = context.Input(index);
        tape.TryReplay(recomputes: true);
        tape.Tangents.Release();
        for (int index = 0; index < leaves.Length; index++)
        {
            if (context.Moves(index))
                context.Device.Copy(context.Tangent(index), tape.Tangents.Into(leaves[index].Node));
        }

        if (tape.Tangents.Any)
            CopyParts(context.Device, tape.HessianVectorProduct(output).Product, context.OutputTangent);
        else
            context.Device.Fill(context.OutputTangent, T.Zero);
        tape.ReleaseValues();
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(Shape.Scalar);
        context.Device.Fill(marks, Found() == ObstacleKind.None ? T.Zero : T.One);
        return marks;
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(Shape.Scalar);
        context.Device.Fill(marks, T.CreateTruncating((int)Found()));
        return marks;
    }

    private readonly ObstacleKind Found()
    {
        tape.TryReplay(recomputes: true);
        IReadOnlyList<Obstacle> obstacles = tape.Search.Look(output).Obstacles;
        ObstacleKind found = obstacles.Count > 0 ? obstacles[0].Kind
            : tape.CountKinks() > 0 || !tape.SecondOrderKinks(output).IsEmpty ? ObstacleKind.KinkWithinGradient : ObstacleKind.None;
        tape.ReleaseValues();
        return found;
    }

    private readonly void CopyParts(Device device, Gradients<T> gradients, NDArray<T> flat)
    {
        int start = 0;
        foreach (Var<T> leaf in leaves.AsSpan(0, count))
        {
            device.Copy(gradients[leaf], flat.Slice(0, start, leaf.Shape.Count).Reshape(leaf.Shape));
            start += leaf.Shape.Count;
        }
    }
}
