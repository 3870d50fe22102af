#:project ../src/Networks
using System.Runtime.CompilerServices;
using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;

// Runs like any program, and compiles to a native one: dotnet publish native-aot.cs -p:PublishAot=true
using Tape<float> tape = new();
Sequential<float> network = Models.Mlp<float>([4, 8, 3], new Initializer(Device.Default, seed: 1));
Var<float> loss = network.Forward(tape.Constant([2, 4], [0, 1, 2, 3, 4, 5, 6, 7])).CrossEntropy([0, 2]);
Gradients<float> gradients = tape.Backward(loss);
Console.WriteLine(string.Join(", ", network.Parameters.Select(parameter => $"{parameter.Name} {gradients.Of(parameter).Shape}")));
Console.WriteLine(Clarke.Subdifferential(Objective.OfTensor(t => t.Abs().Max()), [1, -1]));
Console.WriteLine($"compiled ahead of time: {!RuntimeFeature.IsDynamicCodeSupported}");

// prints:
// 0.weight [8, 4], 0.bias [8], 2.weight [3, 8], 2.bias [3]
// hull{(1, 0), (0, -1)}
// compiled ahead of time: False
