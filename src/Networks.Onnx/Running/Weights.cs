using ConservativeAD.Networks.Format;

namespace ConservativeAD.Networks.Running;

/// <summary>Which initializers of a model are weights.</summary>
internal static class Weights
{
    // Inputs of operators that are weights, by their places.
    private static readonly Dictionary<string, int[]> Places = new()
    {
        ["Conv"] = [1, 2],
        ["ConvTranspose"] = [1, 2],
        ["Gemm"] = [0, 1, 2],
        ["MatMul"] = [0, 1],
        ["BatchNormalization"] = [1, 2],
        ["InstanceNormalization"] = [1, 2],
        ["LayerNormalization"] = [1, 2],
        ["GroupNormalization"] = [1, 2],
        ["RMSNormalization"] = [1],
        ["PRelu"] = [1],
        ["Gather"] = [0],
        ["LSTM"] = [1, 2, 3, 5, 6, 7],
        ["GRU"] = [1, 2, 3, 5],
        ["RNN"] = [1, 2, 3, 5],
        ["Einsum"] = [0, 1, 2, 3],
        ["Transpose"] = [0],
        ["Reshape"] = [0],
        ["Identity"] = [0],
    };

    private static readonly string[] Arithmetic = ["Add", "Sub", "Mul", "Div", "Expand", "Concat"];

    /// <summary>The names of the floating-point initializers that are weights.</summary>
    public static HashSet<string> Of(OnnxModel model)
    {
        HashSet<string> weights = [];
        foreach (NodeProto node in model.Proto.Graph.Node)
        {
            for (int place = 0; place < node.Input.Count; place++)
            {
                if (!model.Initializers.TryGetValue(node.Input[place], out OnnxTensor? tensor) || !tensor.Type.IsReal())
                    continue;
                bool isWeight = Arithmetic.Contains(node.OpType)
                    ? tensor.Shape.Count > 1
                    : Places.TryGetValue(node.OpType, out int[]? places) && places.Contains(place);
                if (isWeight)
                    weights.Add(node.Input[place]);
            }
        }

        return weights;
    }
}
