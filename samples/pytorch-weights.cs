#:project ../src/Networks
using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

// Weights of PyTorch's nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)), as safetensors.torch.save_file(net.state_dict(), …) writes them.
// Names ("0.weight") and shapes ([outputs, inputs]) are PyTorch's, so a network of the same layers loads them.
string file = Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "pytorch-weights.safetensors");
foreach (SafetensorsTensor tensor in SafetensorsFile.Read(file).Tensors.Values.OrderBy(tensor => tensor.Name))
    Console.WriteLine($"{tensor.Name} {tensor.Type} {tensor.Shape}");

Sequential<float> network = Models.Mlp<float>([2, 4, 1], new Initializer(Device.Default, seed: 1));
ParameterFile.Load(file, network);

// libtorch 2.10 computes 0.270946 and −0.179580, with gradients (0.066535, −0.056994) and (0.057526, −0.096322).
using Tape<float> tape = new();
Var<float> x = tape.Variable([2, 2], [1, -2, 0.5f, 3]);
Var<float> y = network.Forward(x, Mode.Evaluation);
Console.WriteLine(string.Join(" ", y.Value.ToArray().Select(number => $"{number:f6}")));
Console.WriteLine(string.Join(" ", tape.Backward(y.Sum())[x].ToArray().Select(number => $"{number:f6}")));

// prints:
// 0.bias F32 [4]
// 0.weight F32 [4, 2]
// 2.bias F32 [1]
// 2.weight F32 [1, 4]
// 0.270946 -0.179580
// 0.066535 -0.056994 0.057526 -0.096322
