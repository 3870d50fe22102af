using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void Normalize(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon, in NDArray<T> y,
        in NDArray<T> mean, in NDArray<T> variance);

    public abstract void NormalizePullback(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance, in NDArray<T> scale,
        double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift);

    public abstract void SoftmaxLoss(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses);

    public abstract void SoftmaxLossPullback(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent, double scale,
        in NDArray<T> destination, bool accumulate);

    public abstract void Attention(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal, in NDArray<T> probabilities,
        in NDArray<T> y);

    public abstract void AttentionPullback(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities, in NDArray<T> dy,
        in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate);

    public abstract void Lstm(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells, bool startsAtZero,
        in NDArray<T> gates);

    public abstract void LstmPullback(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments,
        in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell);

    public abstract void Update<TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second,
        in NDArray<T> third, in NDArray<T> fourth)
        where TUpdate : struct, IUpdate;
}

/// <content>Layers made of several steps, and optimiser steps.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    // Up to this many classes, one thread computes a row of a softmax.
    private const int ShortRow = 32;

    public override void Normalize(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon, in NDArray<T> y,
        in NDArray<T> mean, in NDArray<T> variance)
    {
        ArgumentChecks.Normalization(shape, x, scale, shift, y, mean, variance);
        device.ForEachPart(shape.Groups,
            new NormalizeBody<E, L>(new NormalizationWalk(shape), View(x), View(scale), View(shift), epsilon, View(y), View(mean), View(variance)));
    }

    public override void NormalizePullback(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance, in NDArray<T> scale,
        double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift)
    {
        ArgumentChecks.NormalizationPullback(shape, x, mean, variance, scale, dy, dx, dScale, dShift);
        NormalizationWalk walk = new(shape);
        if (shape.IsScaledByGroup || !dx.IsNone)
            device.ForEachPart(shape.Groups,
                new NormalizePullbackBody<E, L>(walk, View(x), View(mean), View(variance), View(scale), epsilon, View(dy), dx.IsNone
                    ? View(dy)
                    : View(dx), dx.IsNone ? 0 : 1, accumulate ? 1 : 0, View(dScale), View(dShift)));
        if (!shape.IsScaledByGroup)
            device.ForEachPart(shape.ScaleCount,
                new NormalizePositionBody<E, L>(walk, View(x), View(mean), View(variance), epsilon, View(dy), View(dScale), View(dShift)));
    }

    public override void SoftmaxLoss(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
    {
        ArgumentChecks.SoftmaxLoss(logits, labels, probabilities, losses);
        int rows = logits.Shape[0], classes = logits.Shape[1];
        if (classes <= ShortRow)
            device.ForEach(rows,
                new ShortSoftmaxLossBody<E, L>(View(logits), Indices(labels), View(probabilities), View(losses), classes, device.Faults.Watch()));
        else
            device.ForEachPart(rows,
                new SoftmaxLossBody<E, L>(View(logits), Indices(labels), View(probabilities), View(losses), classes, device.Faults.Watch()));
    }

    public override void SoftmaxLossPullback(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent, double scale,
        in NDArray<T> destination, bool accumulate)
    {
        ArgumentChecks.SoftmaxLossPullback(probabilities, cotangent, destination);
        device.ForEach(probabilities.Count, new SoftmaxLossPullbackBody<E, L>(Flat(probabilities), FlatIndices(labels), View(cotangent), cotangent.Count == 1
            ? 0
            : 1, scale, View(destination), probabilities.Shape[1], accumulate ? 1 : 0));
    }

    public override void Attention(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal, in NDArray<T> probabilities, in NDArray<T> y)
    {
        ArgumentChecks.Attention(q, k, v, probabilities, y);
        AttentionShape shape = AttentionShape.Of(q, k);
        Product(shape.Heads, Heads(q), Heads(k, isTurned: true), Heads(probabilities), shape.Tokens, shape.Keys, shape.Dimension, default, false, scale,
            default(Identity));
        device.ForEachPart(shape.Heads * shape.Tokens, new ScoreSoftmaxBody<E, L>(View(probabilities), shape.Tokens, shape.Keys, isCausal ? 1 : 0));
        Product(shape.Heads, Heads(probabilities), Heads(v), Heads(y), shape.Tokens, shape.Dimension, shape.Keys, default, false, 1, default(Identity));
        if (isCausal)
            AbsorbUnseen(shape.Heads, Heads(probabilities), Heads(v), Heads(y), shape.Tokens, shape.Dimension, shape.Keys);
    }

    public override void AttentionPullback(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities, in NDArray<T> dy,
        in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate)
    {
        ArgumentChecks.Attention(q, k, v, probabilities, dy);
        ArgumentChecks.Attention(dq, dk, dv, probabilities, dy);
        AttentionShape shape = AttentionShape.Of(q, k);
        NDArray<T> scores = device.Allocate<T>(probabilities.Shape);
        HeadProduct(shape.Heads, Heads(probabilities, isTurned: true), Heads(dy), dv, shape.Keys, shape.Dimension, shape.Tokens, CarriedOperand.Second,
            accumulate);
        HeadProduct(shape.Heads, Heads(dy), Heads(v, isTurned: true), scores, shape.Tokens, shape.Keys, shape.Dimension, CarriedOperand.First, false);
        device.ForEachPart(shape.Heads * shape.Tokens, new ScorePullbackBody<E, L>(View(probabilities), View(scores), shape.Keys, scale));
        HeadProduct(shape.Heads, Heads(scores), Heads(k), dq, shape.Tokens, shape.Dimension, shape.Keys, CarriedOperand.First, accumulate);
        HeadProduct(shape.Heads, Heads(scores, isTurned: true), Heads(q), dk, shape.Keys, shape.Dimension, shape.Tokens, CarriedOperand.First, accumulate);
        device.Return(scores);
    }

    public override void Lstm(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells, bool startsAtZero,
        in NDArray<T> gates)
    {
        LstmShape shape = ArgumentChecks.Lstm(projected, weight, bias, hidden, cells, gates);
        NDArray<T> turned = weight.Transpose(0, 1);
        for (int step = 0; step < shape.Steps; step++)
        {
            NDArray<T> arguments = At(gates, step);
            if (step == 0 && startsAtZero)
                device.Fill(arguments, default);
            else
                MatrixProduct(default(Identity), At(hidden, step), turned, arguments, false, default);
            device.ForEach(shape.Batch * shape.Width,
                new LstmCellBody<E, L>(View(At(projected, step)), View(bias), View(arguments), View(At(cells, step)), View(At(cells, step + 1)),
                    View(At(hidden, step + 1)), shape.Width));
        }
    }

    public override void LstmPullback(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments,
        in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
    {
        LstmShape shape = ArgumentChecks.LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, dCell);
        NDArray<T> fromLater = dFirstHidden.Reshape([shape.Batch, shape.Width]);
        device.Fill(fromLater, default);
        for (int step = shape.Steps - 1; step >= 0; step--)
        {
            NDArray<T> arguments = At(dArguments, step);
            device.ForEach(shape.Batch * shape.Width,
                new LstmCellPullbackBody<E, L>(View(At(gates, step)), View(At(cells, step)), View(At(cells, step + 1)), View(At(dHidden, step)),
                    View(fromLater), View(dCell), View(arguments), shape.Width));
            if (step > 0 || needsFirst)
                CarriedProduct(arguments, weight, fromLater, CarriedOperand.First, false);
        }
    }

    public override void Update<TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second,
        in NDArray<T> third, in NDArray<T> fourth)
    {
        ArgumentChecks.Update<T, TUpdate>(parameter, gradient, first, second, third, fourth);
        ArrayView<E> values = Flat(parameter);
        device.ForEach(parameter.Count, new UpdateBody<E, L, TUpdate>(
            update,
            values,
            Flat(gradient),
            TUpdate.States > 0 ? Flat(first) : values,
            TUpdate.States > 1 ? Flat(second) : values,
            TUpdate.States > 2 ? Flat(third) : values,
            TUpdate.States > 3 ? Flat(fourth) : values));
    }

    // One step of a sequence: the view [batch, n] of [steps, batch, n].
    private static NDArray<T> At(in NDArray<T> sequence, int step) => sequence.Slice(0, step, 1).Reshape([sequence.Shape[1], sequence.Shape[2]]);

    // The matrices of [batch, heads, rows, columns].
    private static Matrices<E> Heads(in NDArray<T> array, bool isTurned = false) => Of(array, array.Stride(0), array.Stride(1), array.Shape[1], isTurned);
}
