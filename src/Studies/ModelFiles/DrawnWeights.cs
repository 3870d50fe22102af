using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>
/// How the weights of a model of ONNX are drawn anew: as PyTorch initialises its layers, which is the procedure of the published experiment. Weights and biases
/// of products and convolutions are uniform in ±1/√fan_in, those of recurrent layers in ±1/√hidden; embeddings are normal; scales of normalisations are 1,
/// shifts 0, running statistics those of the standard normal distribution.
/// </summary>
internal sealed class DrawnWeights
{
    private const double SlopeOfPRelu = 0.25;

    // Operators that give on the numbers of their first input.
    private static readonly string[] Passing = ["Transpose", "Reshape", "Identity", "Cast", "CastLike", "Squeeze", "Unsqueeze", "Flatten"];

    private readonly Dictionary<string, Draw> draws = [];

    private DrawnWeights()
    {
    }

    /// <summary>Whether nothing is drawn.</summary>
    public bool IsEmpty => draws.Count == 0;

    /// <summary>Weights that stay as they are in the file, because what they are for does not say how they are drawn.</summary>
    public IReadOnlyList<string> Kept { get; private set; } = [];

    /// <summary>Finds out from a run of the model what each of its weights is for.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="run">A run of it, which tells the shapes.</param>
    public static DrawnWeights Of<T>(OnnxNetwork<T> network, OnnxRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DrawnWeights drawn = new();
        OnnxModel model = network.Model;
        Dictionary<string, string> roots = model.Initializers.Values.Where(tensor => tensor.Type.IsReal()).ToDictionary(tensor => tensor.Name,
            tensor => tensor.Name);
        // For each value: the fan-in of the product or convolution that made it, which is that of a bias added to it.
        Dictionary<string, int> fans = [];
        foreach (NodeProto node in model.Proto.Graph.Node)
        {
            if (node.Input.Count == 0 || node.Output.Count == 0)
                continue;
            if (Passing.Contains(node.OpType))
            {
                if (roots.TryGetValue(node.Input[0], out string? root))
                    roots[node.Output[0]] = root;
                if (fans.TryGetValue(node.Input[0], out int passed))
                    fans[node.Output[0]] = passed;
                continue;
            }

            bool HasWeight(int place) => place < node.Input.Count && roots.ContainsKey(node.Input[place]);
            int? fan = FanIn(node, HasWeight, place => run[node.Input[place]].Shape);
            if (fan is { } width)
                fans[node.Output[0]] = width;
            for (int place = 0; place < node.Input.Count; place++)
            {
                if (HasWeight(place) && DrawOf(node, place, fan, fans, run) is { } draw)
                    drawn.draws.TryAdd(roots[node.Input[place]], draw);
            }
        }

        drawn.Kept = [.. network.Parameters.Select(parameter => parameter.Name).Where(name => !drawn.draws.ContainsKey(name))];
        return drawn;
    }

    /// <summary>Draws the weights of a network.</summary>
    /// <typeparam name="T">The element type; the numbers are drawn in double and rounded.</typeparam>
    /// <param name="network">The network, of the same model.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="index">Which network of the seed.</param>
    public void DrawInto<T>(OnnxNetwork<T> network, ulong seed, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (uint high, uint low, _, _) = Philox.For(seed, (uint)Streams.ModelWeights, (ulong)index).Block(0);
        Initializer initializer = new(Device.Default, ((ulong)high << 32) | low);
        foreach ((string name, NDArray<T> value) in network.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(network.Buffers))
        {
            if (!draws.TryGetValue(name, out Draw draw) || value.Count == 0)
                continue;
            double[] numbers = new double[value.Count];
            switch (draw.Kind)
            {
                case DrawKind.Uniform:
                    initializer.NextStream().Uniform<double>(numbers, -draw.Size, draw.Size);
                    break;
                case DrawKind.Normal:
                    initializer.NextStream().Normal<double>(numbers, 0, draw.Size);
                    break;
                default:
                    Array.Fill(numbers, draw.Size);
                    break;
            }

            value.CopyFrom(Array.ConvertAll(numbers, T.CreateTruncating));
        }
    }

    // The numbers that one output of a product or convolution sums over; null for other operators, and for products without weights.
    private static int? FanIn(NodeProto node, Func<int, bool> hasWeight, Func<int, Shape> shapeOf) => node.OpType switch
    {
        "Conv" when hasWeight(1) => shapeOf(1).Count / Math.Max(1, shapeOf(1)[0]),
        "ConvTranspose" when hasWeight(1) => shapeOf(1).Count / Math.Max(1, shapeOf(1)[0]),
        "Gemm" when hasWeight(1) => shapeOf(1)[IsSet(node, "transB") ? 1 : 0],
        "Gemm" when hasWeight(0) => shapeOf(0)[IsSet(node, "transA") ? 0 : 1],
        "MatMul" when hasWeight(1) => shapeOf(1)[Math.Max(0, shapeOf(1).Rank - 2)],
        "MatMul" when hasWeight(0) => shapeOf(0)[shapeOf(0).Rank - 1],
        "Einsum" when hasWeight(1) => shapeOf(1).Count / Math.Max(1, shapeOf(1)[0]),
        "LSTM" or "GRU" or "RNN" when hasWeight(2) => shapeOf(2)[2],
        _ => null,
    };

    private static Draw? DrawOf<T>(NodeProto node, int place, int? fan, Dictionary<string, int> fans, OnnxRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (node.OpType)
        {
            case "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "Einsum" when fan is { } width:
                return Uniform(width);
            case "LSTM" or "GRU" or "RNN" when place <= 3 && fan is { } hidden:
                return Uniform(hidden);
            case "Add" or "Sub" when run[node.Input[place]].Shape.Count > 1 && fans.TryGetValue(node.Input[1 - place], out int below):
                return Uniform(below);
            case "BatchNormalization":
                return new Draw(DrawKind.Constant, place is 1 or 4 ? 1 : 0);
            case "InstanceNormalization" or "LayerNormalization" or "GroupNormalization" or "RMSNormalization":
                return new Draw(DrawKind.Constant, place == 1 ? 1 : 0);
            case "PRelu":
                return new Draw(DrawKind.Constant, SlopeOfPRelu);
            case "Gather" when place == 0:
                return new Draw(DrawKind.Normal, 1);
            default:
                return null;
        }
    }

    private static Draw Uniform(int fan) => new(DrawKind.Uniform, 1 / Math.Sqrt(Math.Max(1, fan)));

    private static bool IsSet(NodeProto node, string attribute) => node.Attribute.Any(one => one.Name == attribute && one.I != 0);

    private enum DrawKind
    {
        Constant,
        Uniform,
        Normal,
    }

    private readonly record struct Draw(DrawKind Kind, double Size);
}
