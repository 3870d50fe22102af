using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.OnnxRuntime.Tests;

/// <summary>Whole networks, written as ONNX: read again by this library, and run by ONNX Runtime.</summary>
public class NetworkExportTests
{
    private static readonly Initializer Start = new(Device.Default, 5);

    public static TheoryData<string> Names => ["mlp", "mlp with batch norm", "lenet5", "vgg11", "vgg11 with batch norm", "resnet18",
        "resnet18 without batch norm",
        "transformer", "transformer, norm first, causal"];

    [Theory]
    [MemberData(nameof(Names))]
    public void ANetworkComputesTheSameEverywhere(string name)
    {
        (Module<float> network, int[] shape) = Make(name);
        float[] x = new float[new Shape(shape).Count];
        new Philox(3, 1).Uniform<float>(x, -1, 1);

        // Running statistics other than 0 and 1.
        using Tape<float> tape = new();
        network.Forward(tape.Constant(new Shape(shape), x), Mode.Training);
        tape.Reset();
        float[] expected = network.Forward(tape.Constant(new Shape(shape), x), Mode.Evaluation).ToArray();
        foreach (int opset in (int[])[17, 22])
        {
            OnnxModel model = OnnxExport.Of(network, new Shape(shape), opset);
            OnnxNetwork<float> read = model.Load<float>();
            using Tape<float> again = new();
            float[] ours = read.Forward(again.Constant(new Shape(shape), x)).ToArray();

            // Attention, one operation here, is several in ONNX; everything else comes back as it was.
            if (!name.StartsWith("transformer", StringComparison.Ordinal))
                Assert.Equal(expected, ours);
            double scale = expected.Max(Math.Abs);
            float[] theirs = Runtime.Run(model, ("input", shape, x));
            Assert.All(expected.Zip(ours), pair => Assert.InRange(pair.Second - pair.First, -1e-6 * scale, 1e-6 * scale));
            Assert.All(expected.Zip(theirs), pair => Assert.InRange(pair.Second - pair.First, -1e-5 * scale, 1e-5 * scale));
        }
    }

    [Fact]
    public void ParametersKeepTheirNames()
    {
        Sequential<float> network = Models.LeNet5<float>(Start);
        OnnxNetwork<float> read = OnnxExport.Of(network, [2, 1, 28, 28]).Load<float>();
        Assert.Equal(network.Parameters.Select(parameter => parameter.Name).Order(), read.Parameters.Select(parameter => parameter.Name).Order());
        using Tape<float> tape = new();
        float[] x = new float[2 * 28 * 28];
        new Philox(1, 2).Uniform<float>(x, 0, 1);
        Gradients<float> ours = tape.Backward(network.Forward(tape.Constant([2, 1, 28, 28], x), Mode.Evaluation).Sum());
        float[] expected = ours[tape.Parameter(network.Parameters.First())].ToArray();
        using Tape<float> again = new();
        Gradients<float> theirs = again.Backward(read.Forward(again.Constant([2, 1, 28, 28], x)).Sum());
        Assert.Equal(expected, theirs[again.Parameter(read.Parameters.Single(parameter => parameter.Name == network.Parameters.First().Name))].ToArray());
    }

    [Fact]
    public void WhatCannotBeWrittenIsSaid()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1.0, 2, 3]);
        Assert.Contains("ExpM1", Assert.Throws<NotSupportedException>(() => OnnxExport.Of([("x", x)], [("y", x.ExpM1())])).Message);
        Assert.Contains("17 to 22", Assert.Throws<ArgumentOutOfRangeException>(() => OnnxExport.Of([("x", x)], [("y", x.Exp())], 16)).Message);
        Assert.Contains("each may stand once", Assert.Throws<ArgumentException>(() => OnnxExport.Of([("x", x)], [("x", x.Exp())])).Message);
        Assert.Contains("No outputs", Assert.Throws<ArgumentException>(() => OnnxExport.Of<double>([("x", x)], [])).Message);
        using Tape<double> other = new();
        Assert.Contains("different tapes", Assert.Throws<ArgumentException>(() => OnnxExport.Of([("x", x)], [("y", other.Variable([1], [1.0]))])).Message);
    }

    private static (Module<float> Network, int[] Shape) Make(string name) => name switch
    {
        "mlp" => (Models.Mlp<float>([20, 30, 30, 5], Start), [7, 20]),
        "mlp with batch norm" => (Models.Mlp<float>([20, 30, 30, 5], Start, batchNorm: true), [7, 20]),
        "lenet5" => (Models.LeNet5<float>(Start), [3, 1, 28, 28]),
        "vgg11" => (Models.Vgg11<float>(3, 10, Start), [2, 3, 32, 32]),
        "vgg11 with batch norm" => (Models.Vgg11<float>(3, 10, Start, batchNorm: true), [2, 3, 32, 32]),
        "resnet18" => (Models.ResNet18<float>(3, 10, Start), [2, 3, 32, 32]),
        "resnet18 without batch norm" => (Models.ResNet18<float>(3, 10, Start, batchNorm: false), [2, 3, 32, 32]),
        "transformer" => (Classifier(false), [2, 6, 16]),
        _ => (Classifier(true), [2, 6, 16]),
    };

    private static Sequential<float> Classifier(bool normalizeFirst) => new(
        new TransformerBlock<float>("block", 16, 4, 32, Start, normalizeFirst: normalizeFirst, isCausal: normalizeFirst, activation: x => x.Gelu()),
        new Activation<float>(x => x.Mean(1)), new Linear<float>("head", 16, 5, Start));
}
