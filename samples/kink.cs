#:project ../src/AutoDiff
using ConservativeAD;
using ConservativeAD.Nonsmooth;

Objective identity = Objective.OfTensor(t => (t.Relu() - (-t).Relu()).Sum());
Console.WriteLine(identity.Gradient([0]).Gradient[0]); // 0: what every engine says
Console.WriteLine(identity.Gradient([0], Selections.PyTorch with { ReluAtZero = 0.5 }).Gradient[0]); // 1
Console.WriteLine(Clarke.Subdifferential(identity, [0])); // {1}: the truth

// prints:
// 0
// 1
// {1}
