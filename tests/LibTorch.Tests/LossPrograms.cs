using ConservativeAD.Kernels;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.LibTorch.Tests;

/// <summary>Losses that are composed of several operations, as rows like those of the table.</summary>
internal static class LossPrograms
{
    private static readonly int[] Labels = [1, 3, 0];
    private static readonly int[] Signs = [1, -1, 1];
    private static readonly double[] ClassWeights = [0.5, 2, 1, 0.25];

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new L1 { Ordinary = Two }, new SmoothL1 { Ordinary = Two }, new HuberLoss { Ordinary = Two }, new BinaryCrossEntropy { Ordinary = Two, Range = (0, 1) },
        new Nll(), new Kl { Ordinary = Two, Range = (0.05, 1) }, new KlOfLogarithms { Ordinary = Two }, new WeightedCrossEntropy(), new SmoothedCrossEntropy(),
        new IgnoringCrossEntropy(), new SoftLabels { Ordinary = Two, Range = (0, 1) }, new MultiMargin(), new SquaredMultiMargin(),
        new Triplet { Ordinary = [[[3, 4], [3, 4], [3, 4]]] }, new CosineEmbedding { Ordinary = Two }, new CosineSimilarity { Ordinary = Two },
    ];

    private static Shape[][] Two => [[[3, 4], [3, 4]]];

    private sealed class L1() : OperationCase("L1 loss", typeof(Rules.Abs))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MeanAbsoluteError(x[1]); }

    private sealed class SmoothL1() : OperationCase("smooth L1 loss", typeof(Rules.Huber))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].SmoothL1Loss(x[1], 0.75); }

    private sealed class HuberLoss() : OperationCase("Huber loss", typeof(Rules.Huber))
    { public override Var<T> Apply<T>(Var<T>[] x) => (x[0] - x[1]).Huber(0.75).Sum(); }

    private sealed class BinaryCrossEntropy() : OperationCase("binary cross-entropy with logits", typeof(Rules.Softplus))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].BinaryCrossEntropy(x[1]); }

    private sealed class Nll() : OperationCase("negative log-likelihood", typeof(Rules.Gather<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].NegativeLogLikelihood(Labels); }

    private sealed class Kl() : OperationCase("KL divergence", typeof(Rules.XLogY))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].KlDivergence(x[1]); }

    private sealed class KlOfLogarithms() : OperationCase("KL divergence of logarithms", typeof(Rules.Exp))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].KlDivergence(x[1], true, LossReduction.Sum); }

    private sealed class WeightedCrossEntropy() : OperationCase("cross-entropy with class weights", typeof(Rules.LogSoftmax<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CrossEntropy(Labels, new CrossEntropyOptions { ClassWeights = ClassWeights }); }

    private sealed class SmoothedCrossEntropy() : OperationCase("cross-entropy with smoothing and weights", typeof(Rules.LogSoftmax<>))
    {
        public override Var<T> Apply<T>(Var<T>[] x) =>
            x[0].CrossEntropy(Labels, new CrossEntropyOptions { ClassWeights = ClassWeights, LabelSmoothing = 0.25 });
    }

    private sealed class IgnoringCrossEntropy() : OperationCase("cross-entropy with an ignored label", typeof(Rules.LogSoftmax<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CrossEntropy(Labels, new CrossEntropyOptions { IgnoredLabel = 3 }); }

    private sealed class SoftLabels() : OperationCase("cross-entropy with soft labels", typeof(Rules.LogSoftmax<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CrossEntropy(x[1], new CrossEntropyOptions { ClassWeights = ClassWeights, LabelSmoothing = 0.25 }); }

    private sealed class MultiMargin() : OperationCase("multi-margin loss", typeof(Rules.Relu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MultiMarginLoss(Labels, 1, 0.5, ClassWeights); }

    private sealed class SquaredMultiMargin() : OperationCase("multi-margin loss, squared", typeof(Rules.Relu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].MultiMarginLoss(Labels, 2); }

    private sealed class Triplet() : OperationCase("triplet loss", typeof(Rules.Norm2<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].TripletMarginLoss(x[1], x[2], 1.5); }

    private sealed class CosineEmbedding() : OperationCase("cosine embedding loss", typeof(Rules.Relu))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CosineEmbeddingLoss(x[1], Signs, 0.1); }

    private sealed class CosineSimilarity() : OperationCase("cosine similarity", typeof(Rules.Norm2<>))
    { public override Var<T> Apply<T>(Var<T>[] x) => x[0].CosineSimilarity(x[1]); }
}
