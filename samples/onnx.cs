#:project ../src/Networks.Onnx
using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

// A network without biases, written as a model of ONNX and read again. Any model takes its place: OnnxModel.Read("file.onnx").
Initializer start = new(Device.Default, seed: 1);
Sequential<float> network = new(
    new Conv2d<float>("first", 1, 4, 3, start, padding: 1, bias: false), new Relu<float>(), new MaxPool2d<float>(2), new Flatten<float>(),
    new Linear<float>("last", 4 * 4 * 4, 3, start));
OnnxModel model = OnnxExport.Of(network, input: [1, 1, 8, 8]);
Console.WriteLine(string.Join(" ", model.Nodes.Select(node => node.Operator)));
Console.WriteLine(string.Join(" ", model.Load<float>().Parameters));

// A black image puts every relu at 0, and makes all elements of every window equal.
OnnxNetwork<float> read = model.Load<float>();
using Tape<float> tape = new();
Var<float> image = tape.Variable([1, 1, 8, 8], new float[64]);
OnnxRun<float> run = read.Run(tape, new Dictionary<string, OnnxValue<float>> { ["input"] = image });
foreach (OperationKinks kinks in tape.Census().Operations)
    Console.WriteLine($"{run.NodeOf(kinks.Node)}: {kinks.Count} of {kinks.Shape.Count} at a kink");

// Does the choice there matter? For this image it does.
Var<float> loss = run["output"].Variable.CrossEntropy([0]);
float[] zero = tape.Backward(loss)[image].ToArray();
float[] one = tape.Backward(loss, Selections.PyTorch with { ReluAtZero = 1 })[image].ToArray();
Console.WriteLine($"{zero.Count(slope => slope != 0)} and {one.Count(slope => slope != 0) > 0}");

// prints:
// Conv Relu MaxPool Reshape Gemm Identity
// first.weight [4, 1, 3, 3] last.weight [3, 64] last.bias [3]
// node Relu_1 (Relu): 256 of 256 at a kink
// node MaxPool_2 (MaxPool): 64 of 64 at a kink
// 0 and True
