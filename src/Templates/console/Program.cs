using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;

// 1. max(x, 0) has a kink at 0. What a gradient is there is your choice.
using Tape<float> tape = new();
Var<float> x = tape.Variable([3], [-1, 0, 2]);
Var<float> y = x.Relu().Sum();
foreach (double choice in new[] { 0, 0.5, 1 })
{
    float[] gradient = tape.Backward(y, Selections.PyTorch with { ReluAtZero = choice })[x].ToArray();
    Console.WriteLine($"relu'(0) = {choice}: the gradient of relu at -1, 0, 2 is {string.Join(" ", gradient)}");
}

// 2. relu(t) − relu(−t) is t. Backpropagation says that its slope at 0 is 0; Clarke's gradient is the true one.
Objective identity = Objective.OfTensor(t => (t.Relu() - (-t).Relu()).Sum());
Console.WriteLine($"relu(t) - relu(-t) at 0: backpropagation {identity.Gradient([0], Selections.PyTorch).Gradient[0]}, the truth "
    + $"{Clarke.Gradient(identity, [0]).Gradient[0]}");

// 3. A small network learns exclusive or: the class is 1 where the two inputs differ.
Sequential<float> network = Models.Mlp<float>([2, 16, 2], new Initializer(Device.Default, seed: 1));
Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(0.01));
for (int step = 0; step < 200; step++)
{
    tape.Reset();
    Var<float> loss = network.Forward(tape.Constant([4, 2], [0, 0, 0, 1, 1, 0, 1, 1])).CrossEntropy([0, 1, 1, 0]);
    optimizer.Step(tape.Backward(loss));
    if (step % 50 == 0)
        Console.WriteLine($"step {step}: loss {loss.Value.GetScalar():0.000}");
}

tape.Reset();
float[] scores = network.Forward(tape.Constant([4, 2], [0, 0, 0, 1, 1, 0, 1, 1])).Value.ToArray();
Console.WriteLine($"0 xor 0, 0 xor 1, 1 xor 0, 1 xor 1: {string.Join(" ", Enumerable.Range(0, 4).Select(i => scores[2 * i] < scores[(2 * i) + 1] ? 1 : 0))}");
