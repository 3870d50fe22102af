using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>
/// One training step, forward, backward and SGD, of a classifier with cross-entropy or of a regression with mean squared error, with the same parameters and
/// batch in both engines.
/// </summary>
internal sealed class TrainingStepWorkload : IWorkload
{
    private const double StepSize = 0.01;
    private const int Classes = 10;

    private readonly Device device;
    private readonly Tape<float> tape;
    private readonly Sequential<float> network;
    private readonly Sgd<float> optimizer;
    private readonly Replay<float> step;
    private readonly NDArray<float> targets;
    private readonly Module<torch.Tensor, torch.Tensor>? peer;
    private readonly torch.optim.Optimizer? peerOptimizer;
    private readonly torch.Tensor? peerInput;
    private readonly torch.Tensor? peerLabels;
    private readonly torch.Tensor? peerTargets;

    private TrainingStepWorkload(Func<Initializer, Sequential<float>> ours, Func<Module<torch.Tensor, torch.Tensor>>? peers, Shape inputShape, int threads,
        bool isRegression = false)
    {
        device = Device.Cpu(threads);
        tape = new Tape<float>(device);
        network = ours(new Initializer(device, 1));
        optimizer = new Sgd<float>(network.Parameters, new ConstantStepSize(StepSize));
        float[] pixels = new float[inputShape.Count];
        new Philox(1, 1000).Uniform<float>(pixels, 0, 1);
        int[] labels = [.. Enumerable.Range(0, inputShape[0]).Select(i => i % Classes)];
        NDArray<float> input = device.Array<float>(inputShape, pixels);
        NDArray<int> classes = device.Array<int>(Shape.Of(labels.Length), labels);
        float[] sums = [.. Enumerable.Range(0, inputShape[0])
            .Select(row => pixels.AsSpan(row * (pixels.Length / inputShape[0]), pixels.Length / inputShape[0]).ToArray().Sum())];
        if (isRegression)
            targets = device.Array<float>(Shape.Of(sums.Length, 1), sums);
        step = new Replay<float>(tape, recording =>
        {
            Var<float> output = network.Forward(recording.Constant(input));
            return targets.IsNone ? output.CrossEntropy(classes) : output.MeanSquaredError(recording.Constant(targets));
        });
        if (peers is null)
            return;
        peer = peers();
        foreach ((TorchSharp.Modules.Parameter theirs, Parameter<float> mine) in peer.parameters().Zip(network.Parameters))
        {
            using torch.Tensor values = torch.tensor(mine.Value.ToArray(), theirs.shape);
            using IDisposable guard = torch.no_grad();
            theirs.copy_(values);
        }

        peerOptimizer = torch.optim.SGD(peer.parameters(), StepSize);
        peerInput = torch.tensor(pixels, [.. inputShape.ToArray().Select(extent => (long)extent)]);
        peerLabels = torch.tensor([.. labels.Select(label => (long)label)]);
        if (isRegression)
            peerTargets = torch.tensor(sums, sums.Length, 1);
    }

    /// <summary>A multilayer perceptron; with one output it learns a sum by mean squared error, with more it classifies.</summary>
    public static TrainingStepWorkload Mlp(int[] sizes, int batch, int threads, bool withPeer)
    {
        return new TrainingStepWorkload(initializer => Models.Mlp<float>(sizes, initializer), withPeer
            ? Theirs
            : null, Shape.Of(batch, sizes[0]), threads, sizes[^1] == 1);

        Module<torch.Tensor, torch.Tensor> Theirs()
        {
            List<(string, Module<torch.Tensor, torch.Tensor>)> layers = [];
            for (int i = 0; i + 1 < sizes.Length; i++)
            {
                layers.Add(($"linear{i}", Linear(sizes[i], sizes[i + 1])));
                if (i + 2 < sizes.Length)
                    layers.Add(($"relu{i}", ReLU()));
            }

            return Sequential(layers);
        }
    }

    public static TrainingStepWorkload LeNet5(int batch, int threads, bool withPeer) => new(
        initializer => Models.LeNet5<float>(initializer),
        withPeer ? TheirLeNet5 : null,
        Shape.Of(batch, 1, 28, 28),
        threads);

    public static TrainingStepWorkload Vgg11(int batch, int threads, bool withPeer) => new(
        initializer => Models.Vgg11<float>(3, Classes, initializer),
        withPeer ? ImageNetworks.Vgg11 : null,
        Shape.Of(batch, 3, 32, 32),
        threads);

    public static TrainingStepWorkload ResNet18(int batch, int threads, bool withPeer) => new(
        initializer => Models.ResNet18<float>(3, Classes, initializer),
        withPeer ? ImageNetworks.ResNet18 : null,
        Shape.Of(batch, 3, 32, 32),
        threads);

    public void Ours() => optimizer.Step(step.Backward());

    public void Peers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        peerOptimizer!.zero_grad();
        torch.Tensor output = peer!.forward(peerInput!);
        torch.Tensor loss = peerTargets is null ? functional.cross_entropy(output, peerLabels!) : functional.mse_loss(output, peerTargets);
        loss.backward();
        peerOptimizer.step();
    }

    // Three steps from the same parameters.
    public double LargestDifference()
    {
        double largest = 0;
        foreach ((TorchSharp.Modules.Parameter theirs, Parameter<float> mine) in peer!.parameters().Zip(network.Parameters))
        {
            using torch.Tensor values = torch.tensor(mine.Value.ToArray(), theirs.shape);
            using IDisposable guard = torch.no_grad();
            theirs.copy_(values);
        }

        for (int step = 0; step < 3; step++)
        {
            Ours();
            Peers();
        }

        foreach ((TorchSharp.Modules.Parameter theirs, Parameter<float> mine) in peer.parameters().Zip(network.Parameters))
            largest = Math.Max(largest, Differences.Largest(mine.Value.ToArray(), theirs.data<float>().ToArray()));
        return largest;
    }

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
        peer?.Dispose();
        peerOptimizer?.Dispose();
        peerInput?.Dispose();
        peerLabels?.Dispose();
        peerTargets?.Dispose();
    }

    private static Module<torch.Tensor, torch.Tensor> TheirLeNet5() => Sequential(
        ("conv1", Conv2d(1, 6, 5, padding: 2)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(6, 16, 5)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("linear1", Linear(400, 120)),
        ("relu3", ReLU()),
        ("linear2", Linear(120, 84)),
        ("relu4", ReLU()),
        ("linear3", Linear(84, 10)));
}
