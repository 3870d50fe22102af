using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Losses of classes.</summary>
internal static class Losses
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Real("NegativeLogLikelihoodLoss", node => NegativeLogLikelihood(node, node.Real(0)));
        rows.Several("SoftmaxCrossEntropyLoss", node =>
        {
            Var<T> logarithms = node.Real(0).LogSoftmax(1);
            return [node.Result(NegativeLogLikelihood(node, logarithms)), node.Result(logarithms)];
        });
    }

    private static Var<T> NegativeLogLikelihood<T>(NodeContext<T> node, Var<T> logarithms)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string reduction = node.Choice("reduction", "mean", "mean", "sum", "none");
        Shape shape = logarithms.Shape.Rank >= 2 ? logarithms.Shape
            : throw node.Wrong($"its input has the shape {logarithms.Shape}; batch and classes are needed");
        HostTensor labels = node.Host(1);
        if (labels.Shape != shape.Without(1))
            throw node.Wrong($"labels of {labels.Shape} were given for {shape}; {shape.Without(1)} is allowed");
        long? ignored = node.HasAttribute("ignore_index") ? node.Int("ignore_index") : null;
        bool[] counts = Array.ConvertAll(labels.Elements, label => label != ignored);
        int[] classes = [.. labels.Elements.Select((label, i) => counts[i] ? Indexing.Inside(node, [label], shape[1])[0] : 0)];
        int[] strides = IndexMaps.Strides(shape), without = [strides[0], .. strides[2..]], places = IndexMaps.Along(labels.Shape, 0, without);
        for (int i = 0; i < places.Length; i++)
            places[i] += classes[i] * strides[1];
        Var<T> ones = logarithms.Tape.Constant(labels.Shape, Array.ConvertAll(counts, isCounted => isCounted ? T.One : T.Zero));
        Var<T> weights = node.OptionalReal(2) is { } given ? given.Take(labels.Shape, classes) * ones : ones;
        Var<T> picked = Operations.Where(ones.Value, logarithms.Take(labels.Shape, places), logarithms.Tape.Constant(T.Zero)).Negate() * weights;
        return reduction switch
        {
            "none" => picked,
            "sum" => picked.Sum(),
            _ => picked.Sum() / weights.Sum(),
        };
    }
}
