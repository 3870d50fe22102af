using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Networks.Writing;

/// <summary>The form in ONNX of operations on whole arrays.</summary>
[RequiresUnreferencedCode("The fields of rules are read by reflection.")]
internal static class ArrayForms
{
    /// <summary>Writes an operation; null if it is none of these.</summary>
    public static string? Write<T>(OperationWriter<T> node, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
        {
            "Attention" => Attention(node),
            "AttentionWeights" => AttentionWeights(node),
            "AveragePool" => Pool(node, "AveragePool", "ReduceMean"),
            "BroadcastTo" => node.Emit("Expand", node.X, Extents(node, node.Output)),
            "Concatenate" => node.Same("Concat", OperationWriter<T>.Int("axis", node.Get<int>("axis"))),
            "Conv2d" => Convolution(node),
            "ConvTranspose2d" => Transposed(node),
            "Gather" => node.Graph.Emit("GatherElements", [node.X, Indices(node)], OperationWriter<T>.Int("axis", node.Get<ReducedAxes>("axes").Axis)),
            "GatherRows" => node.Graph.Emit("Gather", [node.X, Indices(node)], OperationWriter<T>.Int("axis", 0)),
            "Linear" => Linear(node),
            "MaxPool" => Pool(node, "MaxPool", "ReduceMax"),
            "Normalize" => Normalize(node),
            "Pad" => node.Emit("Pad", node.X, node.Graph.Integers([.. Longs(node.Get<Shape>("before")), .. Longs(node.Get<Shape>("after"))]),
                node.Graph.Number(node.Get<double>("value"))),
            "Permute" => node.Same("Transpose", OperationWriter<T>.Ints("perm", node.Get<Shape>("order").ToArray())),
            "Reshape" => node.Reshape(node.X, node.Output),
            "ScatterAdd" when node.Graph.Opset >= 18 => node.Graph.Emit("ScatterElements", [node.X, Indices(node), node.Inputs[1]],
                OperationWriter<T>.Int("axis", node.Get<ReducedAxes>("axes").Axis), OperationWriter<T>.Text("reduction", "add")),
            "ScatterAdd" => throw node.Refused("before version 18 it does not add several values to one place."),
            "Slice" => Slice(node),
            "Sort" => Largest(node, node.Shapes[0].Rank == 0 ? 1 : node.Shapes[0][-1], !node.Get<bool>("descending")),
            "Standardize" => Standardize(node, node.Get<Shape>("statistics"), node.Get<double>("epsilon"), node.Get<bool>("isCentred")),
            "Variance" => Variance(node),
            "WeightedRows" when node.Shapes[0][1] == node.Shapes[1][1] => node.Same("MatMul"),
            "WeightedRows" => throw node.Refused("its MatMul does not share heads of keys."),
            "TopK" => Largest(node, node.Get<int>("k"), node.Get<bool>("smallest")),
            _ => null,
        };

    private static long[] Longs(Shape shape) => [.. shape.ToArray().Select(extent => (long)extent)];

    private static string Extents<T>(OperationWriter<T> node, Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node.Graph.Integers(Longs(shape));

    private static string Indices<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<int> indices = node.Get<NDArray<int>>("indices");
        return node.Graph.Integers(indices.Shape, Array.ConvertAll(indices.ToArray(), index => (long)index));
    }

    private static string Largest<T>(OperationWriter<T> node, int k, bool smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (node.Shapes[0].Rank == 0)
            return node.Emit("Identity", node.X);
        return node.Graph.Emit("TopK", [node.X, node.Graph.Integers(k)], OperationWriter<T>.Int("axis", -1),
            OperationWriter<T>.Int("largest", smallest ? 0 : 1));
    }

    private static string Slice<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int axis = node.Get<int>("axis"), start = node.Get<int>("start");
        return node.Emit("Slice", node.X, node.Graph.Integers(start), node.Graph.Integers(start + node.Get<int>("length")), node.Graph.Integers(axis));
    }

    private static string Linear<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (node.Shapes[0].Rank == 2)
            return node.Same("Gemm", OperationWriter<T>.Int("transB", 1));

        // Rows of all axes are taken together, so that the same product is computed.
        int inputs = node.Shapes[0][-1], outputs = node.Shapes[1][0], rows = inputs == 0 ? node.Output.Count / outputs : node.Shapes[0].Count / inputs;
        string x = node.Reshape(node.X, Shape.Of(rows, inputs));
        string y = node.Graph.Emit("Gemm", [x, .. node.Inputs.Skip(1)], OperationWriter<T>.Int("transB", 1));
        return node.Reshape(y, node.Output);
    }

    private static string Convolution<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Size2d stride, Size2d padding, Size2d dilation) = (node.Get<Size2d>("stride"), node.Get<Size2d>("padding"), node.Get<Size2d>("dilation"));
        return node.Same("Conv", OperationWriter<T>.Ints("strides", stride.Height, stride.Width),
            OperationWriter<T>.Ints("dilations", dilation.Height, dilation.Width),
            OperationWriter<T>.Ints("pads", padding.Height, padding.Width, padding.Height, padding.Width),
                OperationWriter<T>.Int("group", node.Get<int>("groups")));
    }

    private static string Transposed<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Size2d stride, Size2d padding, Size2d dilation) = (node.Get<Size2d>("stride"), node.Get<Size2d>("padding"), node.Get<Size2d>("dilation"));
        Shape x = node.Shapes[0], weight = node.Shapes[1];
        int rows = node.Output[2] - (((x[2] - 1) * stride.Height) - (2 * padding.Height) + ((weight[2] - 1) * dilation.Height) + 1);
        int columns = node.Output[3] - (((x[3] - 1) * stride.Width) - (2 * padding.Width) + ((weight[3] - 1) * dilation.Width) + 1);
        return node.Same("ConvTranspose", OperationWriter<T>.Ints("strides", stride.Height, stride.Width),
            OperationWriter<T>.Ints("dilations", dilation.Height, dilation.Width), OperationWriter<T>.Ints("output_padding", rows, columns),
            OperationWriter<T>.Ints("pads", padding.Height, padding.Width, padding.Height, padding.Width),
                OperationWriter<T>.Int("group", node.Get<int>("groups")));
    }

    private static string Pool<T>(OperationWriter<T> node, string type, string reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PoolingShape shape = node.Get<PoolingShape>("shape");
        int rank = node.Shapes[0].Rank - 2;
        PoolingAxis[] axes = [shape.Depth, shape.Height, shape.Width];
        if (axes.All(axis => axis.IsAdaptive ? axis.Output == 1 : axis == PoolingAxis.Single))
            return node.Reshape(node.Reduce(reduction, node.X, Enumerable.Range(2, rank), false), node.Output);
        axes = axes[^rank..];
        if (axes.Any(axis => axis.IsAdaptive))
            throw node.Refused("it has no pooling into a given number of windows.");
        if (type == "AveragePool" && axes.Any(axis => axis.RoundsUp) && node.Get<bool>("countPadding"))
            throw node.Refused("programs disagree on what windows count that reach beyond the padding.");
        return type == "MaxPool"
            ? node.Same(type, [.. Windows(), OperationWriter<T>.Ints("dilations", axes.Select(axis => axis.Dilation))])
            : node.Same(type, [.. Windows(), OperationWriter<T>.Int("count_include_pad", node.Get<bool>("countPadding") ? 1 : 0)]);

        Format.AttributeProto[] Windows() =>
        [
            OperationWriter<T>.Ints("kernel_shape", axes.Select(axis => axis.Kernel)), OperationWriter<T>.Ints("strides", axes.Select(axis => axis.Stride)),
            OperationWriter<T>.Ints("pads", [.. axes.Select(axis => axis.Padding), .. axes.Select(axis => axis.Padding)]),
            OperationWriter<T>.Int("ceil_mode", axes.Any(axis => axis.RoundsUp) ? 1 : 0),
        ];
    }

    private static string Normalize<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = node.Shapes[0], statistics = node.Get<Shape>("statistics"), affine = node.Get<Shape>("affine");
        double epsilon = node.Get<double>("epsilon");
        int over = x.Rank - affine.Rank;
        bool isOfLayer = statistics.Rank == x.Rank && x.ToArray().AsSpan(over).SequenceEqual(affine.ToArray()) && node.Shapes[1] == affine
            && statistics.ToArray().Select((extent, axis) => axis < over ? extent == x[axis] : extent == 1).All(fits => fits);
        if (isOfLayer)
            return node.Same("LayerNormalization", OperationWriter<T>.Int("axis", over), OperationWriter<T>.Float("epsilon", epsilon));
        string y = Standardize(node, statistics, epsilon, true);
        return node.Emit("Add", node.Emit("Mul", y, node.Reshape(node.Inputs[1], affine)), node.Reshape(node.Inputs[2], affine));
    }

    // (x − μ)/√(σ² + ε) over the axes along which the statistics have one element.
    private static string Standardize<T>(OperationWriter<T> node, Shape statistics, double epsilon, bool isCentred)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape x = node.Shapes[0];
        int missing = x.Rank - statistics.Rank;
        if (missing < 0 || Enumerable.Range(0, statistics.Rank).Any(axis => statistics[axis] != 1 && statistics[axis] != x[missing + axis]))
            throw node.Refused("its groups are no axes of its input.");
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(axis => axis < missing || statistics[axis - missing] == 1)];
        string centred = isCentred ? node.Emit("Sub", node.X, node.Reduce("ReduceMean", node.X, axes, true)) : node.X;
        string variance = node.Reduce("ReduceMean", node.Emit("Mul", centred, centred), axes, true);
        return node.Emit("Div", centred, node.Emit("Sqrt", node.Emit("Add", variance, node.Graph.Number(epsilon))));
    }

    private static string Variance<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = node.Axes.Aggregate(1, (product, axis) => product * node.Shapes[0][axis]);
        int divisor = node.Get<VarianceDivisor>("divisor") == VarianceDivisor.Sample ? count - 1 : count;
        if (node.Shapes[0].Rank == 0 || divisor < 1)
            throw node.Refused("a variance of one element is no mean of squares.");
        string centred = node.Emit("Sub", node.X, node.Reduce("ReduceMean", node.X, node.Axes, true));
        string sum = node.Reduce("ReduceSum", node.Emit("Mul", centred, centred), node.Axes, node.IsKept);
        return node.Emit("Div", sum, node.Graph.Number(divisor));
    }

    private static string AttentionWeights<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!node.Get<NDArray<T>>("mask").IsNone || node.Shapes[0][1] != node.Shapes[1][1])
            throw node.Refused("masks of this operation give 0 where every key is left out, and its heads may share keys.");
        string keys = node.Graph.Emit("Transpose", [node.Inputs[1]], OperationWriter<T>.Ints("perm", 0, 1, 3, 2));
        string scores = node.Emit("Mul", node.Emit("MatMul", node.X, keys), node.Graph.Number(node.Get<double>("scale")));
        if (node.Inputs.Count > 2)
            scores = node.Emit("Add", scores, node.Inputs[2]);
        return node.Graph.Emit("Softmax", [scores], OperationWriter<T>.Int("axis", -1));
    }

    private static string Attention<T>(OperationWriter<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int heads = node.Get<int>("heads"), width = node.Output[2], dimension = width / heads;
        bool isPacked = node.Inputs.Count == 1;
        string q = Heads(0), k = Heads(1), v = Heads(2);
        string scores = node.Emit("Mul", node.Emit("MatMul", q, Permuted(k, 0, 1, 3, 2)), node.Graph.Number(1 / Math.Sqrt(dimension)));
        if (node.Get<bool>("isCausal"))
        {
            int tokens = node.Output[1], keys = node.Shapes[isPacked ? 0 : 1][1];
            T[] mask = [.. Enumerable.Range(0, tokens * keys).Select(i => i % keys > i / keys ? T.NegativeInfinity : T.Zero)];
            scores = node.Emit("Add", scores, node.Graph.Numbers(Shape.Of(tokens, keys), mask));
        }

        string weights = node.Graph.Emit("Softmax", [scores], OperationWriter<T>.Int("axis", -1));
        return node.Reshape(Permuted(node.Emit("MatMul", weights, v), 0, 2, 1, 3), node.Output);

        string Permuted(string x, params int[] order) => node.Graph.Emit("Transpose", [x], OperationWriter<T>.Ints("perm", order));

        string Heads(int part)
        {
            Shape shape = node.Shapes[isPacked ? 0 : part];
            string x = isPacked
                ? node.Emit("Slice", node.X, node.Graph.Integers(part * width), node.Graph.Integers((part + 1) * width), node.Graph.Integers(2))
                : node.Inputs[part];
            return Permuted(node.Reshape(x, Shape.Of(shape[0], shape[1], heads, dimension)), 0, 2, 1, 3);
        }
    }
}
