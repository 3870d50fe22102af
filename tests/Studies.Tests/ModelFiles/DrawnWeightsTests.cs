using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.ModelFiles;
using Google.Protobuf;

namespace ConservativeAD.Studies.Tests.ModelFiles;

/// <summary>Weights of models of ONNX that are drawn anew.</summary>
public class DrawnWeightsTests
{
    [Fact]
    public void WeightsAndBiasesOfLayersAreUniformInTheBoundOfTheirFanIn()
    {
        Initializer start = new(Device.Default, 3);
        Sequential<float> network = new(
            new Conv2d<float>("conv", 1, 4, 3, start, padding: 1), new Relu<float>(), new Flatten<float>(), new Linear<float>("head", 4 * 28 * 28, 10, start));
        OnnxModel model = OnnxExport.Of(network, [2, 1, 28, 28]);
        ModelSource source = Source(model);
        Assert.Empty(source.Kept);
        OnnxNetwork<double> drawn = source.Make<double>(Device.Default, 0), next = source.Make<double>(Device.Default, 1);
        OnnxNetwork<float> rounded = source.Make<float>(Device.Default, 0);
        HashSet<double> firsts = [];
        foreach (Parameter<double> parameter in drawn.Parameters)
        {
            int fan = parameter.Name.StartsWith("conv", StringComparison.Ordinal) ? 9 : 4 * 28 * 28;
            double[] values = parameter.Value.ToArray();
            Assert.All(values, value => Assert.InRange(value, -1 / Math.Sqrt(fan), 1 / Math.Sqrt(fan)));
            if (values.Length > 30)
                Assert.InRange(values.Max() * Math.Sqrt(fan), 0.8, 1);
            // Every array has random numbers of its own.
            Assert.True(firsts.Add(values[0] * Math.Sqrt(fan)));
            Assert.Equal(values.Select(value => (float)value), rounded.Parameters.Single(other => other.Name == parameter.Name).Value.ToArray());
            Assert.NotEqual(values, next.Parameters.Single(other => other.Name == parameter.Name).Value.ToArray());
        }

        Assert.Equal(4, firsts.Count);
    }

    [Fact]
    public void NormalisationsStartAsTheIdentityAndUnknownWeightsAreKeptAndNamed()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([2, 1, 2, 2], new float[8]);
        Parameter<float> position = Of("position", [1, 1, 2, 2], 5, 6, 7, 8), weight = Of("weight", [3, 4], 1), bias = Of("bias", [3], 1);
        Var<float> y = (x * tape.Parameter(position)).Reshape(2, 4).MatMul(tape.Parameter(weight).Transpose()) + tape.Parameter(bias);
        ModelProto proto = OnnxExport.Of([("x", x)], [("y", y)]).Proto;
        NodeProto product = proto.Graph.Node.First(node => node.OpType == "Mul"), normalisation = new() { OpType = "BatchNormalization" };
        normalisation.Input.AddRange(["product", "scale", "shift", "mean", "variance"]);
        normalisation.Output.Add(product.Output[0]);
        product.Output[0] = "product";
        proto.Graph.Node.Insert(proto.Graph.Node.IndexOf(product) + 1, normalisation);
        foreach ((string name, float value) in new[] { ("scale", 3f), ("shift", 4), ("mean", 2), ("variance", 9) })
        {
            TensorProto tensor = new() { Name = name, DataType = (int)OnnxType.Float };
            tensor.Dims.Add(1);
            tensor.FloatData.Add(value);
            proto.Graph.Initializer.Add(tensor);
        }

        ModelSource source = Source(OnnxModel.Parse(proto.ToByteArray(), "normalised.onnx"));
        Assert.Equal(["position"], source.Kept);
        OnnxNetwork<float> drawn = source.Make<float>(Device.Default, 0);
        Dictionary<string, float[]> values = drawn.Parameters.Select(parameter => (parameter.Name, parameter.Value)).Concat(drawn.Buffers)
            .ToDictionary(entry => entry.Name, entry => entry.Value.ToArray());
        foreach ((string name, float expected) in new[] { ("scale", 1f), ("shift", 0), ("mean", 0), ("variance", 1) })
            Assert.Equal([expected], values[name]);
        Assert.Equal([5, 6, 7, 8], values["position"]);
        Assert.All(values["weight"].Concat(values["bias"]), value => Assert.InRange(value, -0.5f, 0.5f));
        Assert.Equal(15, values["weight"].Concat(values["bias"]).Distinct().Count());

        static Parameter<float> Of(string name, Shape shape, params float[] elements) =>
            new(name, Device.Default, shape, elements.Length == shape.Count ? elements : [.. Enumerable.Repeat(elements[0], shape.Count)]);
    }

    [Fact]
    public void AModelWithoutWeightsHasNoneToDraw()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([2, 4], new float[8]);
        Assert.Contains("no weights", Assert.Throws<UsageException>(() => Source(OnnxExport.Of([("x", x)], [("y", x.Relu())]))).Message,
            StringComparison.Ordinal);
    }

    private static ModelSource Source(OnnxModel model)
    {
        ImageSet images = StandInDigits.Train(4, TestContext.Current.CancellationToken);
        return ModelSource.Of(new StudiedModel(model, ""), ModelImages.For(model, images), LossName.CrossEntropy, true, 5);
    }
}
