using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>All workloads of the comparison.</summary>
internal static class WorkloadList
{
    private const int Million = 1_000_000;
    private const double ImageBytes = 4.0 * 64 * 64 * 32 * 32;
    private const double SquareBytes = 4.0 * Million;

    private static readonly int[] MatrixSizes = [128, 256, 512, 1024, 2048];
    private static readonly Argument Numbers = new([Million], -3, 3);
    private static readonly Argument Images = new([64, 64, 32, 32]);
    private static readonly Argument Square = new([1000, 1000]);

    public static IReadOnlyList<NamedWorkload> All { get; } =
    [
        .. MatrixSizes.Select(n => new NamedWorkload($"matrix product {n}", Floor.Product(n, false),
            (threads, peer) => new MatrixProductWorkload<float>(n, threads, peer))),
        .. MatrixSizes.Select(n => new NamedWorkload($"matrix product {n}, float64", Floor.Product(n, true),
            (threads, peer) => new MatrixProductWorkload<double>(n, threads, peer))),
        .. Maps<float>("float32"),
        .. Maps<Half>("float16"),
        new("add of 4 numbers", Floor.Unknown, (threads, peer) => Forward<float>([new([4]), new([4])], x => x[0] + x[1], x => x[0] + x[1], threads, peer)),
        new("MLP 784-256-128-10, batch 128, step", Floor.Step([784, 256, 128, 10], 128),
            (threads, peer) => TrainingStepWorkload.Mlp([784, 256, 128, 10], 128, threads, peer)),
        new("MLP 784-1024-1024-10, batch 256, step", Floor.Step([784, 1024, 1024, 10], 256),
            (threads, peer) => TrainingStepWorkload.Mlp([784, 1024, 1024, 10], 256, threads, peer)),
        new("MLP 2-16-16-1, batch 32, step", Floor.Step([2, 16, 16, 1], 32),
            (threads, peer) => TrainingStepWorkload.Mlp([2, 16, 16, 1], 32, threads, peer)),
        new("LeNet-5, batch 64, step", LeNet5(64), (threads, peer) => TrainingStepWorkload.LeNet5(64, threads, peer)),
        new("VGG11, 32 × 32, batch 32, step", ImageNetworks.StepOfVgg11(32), (threads, peer) => TrainingStepWorkload.Vgg11(32, threads, peer)),
        new("ResNet18 with batch norm, 32 × 32, batch 16, step", ImageNetworks.StepOfResNet18(16),
            (threads, peer) => TrainingStepWorkload.ResNet18(16, threads, peer)),
        .. ForwardAndBoth("convolution 64→64, 3 × 3, 32 × 32, batch 16", Convolution(16 * 32 * 32, 64 * 3 * 3, 64),
            [new([16, 64, 32, 32]), new([64, 64, 3, 3]), new([64])], x => x[0]
            .Conv2d(x[1], x[2], padding: 1), x => functional.conv2d(x[0], x[1], x[2], padding: [1])),
        .. ForwardAndBoth("convolution 1-D 64→64, 5, 1024, batch 16", Convolution(16 * 1024, 64 * 5, 64),
            [new([16, 64, 1024]), new([64, 64, 5]), new([64])], x => x[0]
            .Conv1d(x[1], x[2], padding: 2), x => functional.conv1d(x[0], x[1], x[2], padding: 2)),
        .. ForwardAndBoth("max-pool 2 × 2, 64 × 64 × 32 × 32", (new(ImageBytes, ImageBytes / 4), new(ImageBytes * 1.25, ImageBytes * 1.25)),
            [Images], x => x[0].MaxPool2d(2), x => functional.max_pool2d(x[0], 2)),
        Both("relu, 64 × 64 × 32 × 32", new(3 * ImageBytes, 2 * ImageBytes), [Images], x => x[0].Relu(), x => functional.relu(x[0])),
        Both("batch norm 2-D, 64 × 64 × 32 × 32", new(3 * ImageBytes, 2 * ImageBytes), [Images, new([64], 0.5, 1.5), new([64])], x => x[0]
            .BatchNorm(x[1], x[2]), x => functional.batch_norm(x[0], null!, null!, x[1], x[2], training: true)),
        Both("group norm of 8 groups, 64 × 64 × 32 × 32", new(3 * ImageBytes, 2 * ImageBytes), [Images, new([64], 0.5, 1.5), new([64])], x => x[0]
            .GroupNorm(8, x[1], x[2]), x => functional.group_norm(x[0], 8, x[1], x[2])),
        .. ForwardAndBoth("sort, 10⁶", (Floor.Unknown, Floor.Unknown), [Numbers], x => x[0].Sort(), x => torch.sort(x[0], stable: true).values),
        new("softmax cross-entropy 1024 × 1000, both", new(2 * 4.0 * 1024 * 1000, 4.0 * 1024 * 1000),
            (threads, peer) => CrossEntropy(1024, 1000, threads, peer)),
        Both("batch norm 1-D, 256 × 512", new(3 * 4.0 * 256 * 512, 2 * 4.0 * 256 * 512), [new([256, 512]), new([512], 0.5, 1.5), new([512])], x => x[0]
            .BatchNorm(x[1], x[2]), x => functional.batch_norm(x[0], null!, null!, x[1], x[2], training: true)),
        Both("layer norm 256 × 512", new(3 * 4.0 * 256 * 512, 2 * 4.0 * 256 * 512), [new([256, 512]), new([512], 0.5, 1.5), new([512])], x => x[0]
            .LayerNorm(x[1], x[2]), x => functional.layer_norm(x[0], [512], x[1], x[2])),
        new("Adam step, 10⁷ parameters", new(4 * 40.0 * Million, 3 * 40.0 * Million) { IsInPlace = true },
            (threads, peer) => new OptimizerWorkload(10 * Million, true, threads, peer)),
        new("SGD step, 10⁷ parameters", new(2 * 40.0 * Million, 40.0 * Million) { IsInPlace = true },
            (threads, peer) => new OptimizerWorkload(10 * Million, false, threads, peer)),
        new("chain of 1000 scalar operations, both", Floor.Unknown, (_, peer) => new ScalarChainWorkload(peer)),
        new("row gather 4096 of 10000 × 64, both", new(2 * 4.0 * 4096 * 64, 4.0 * (4096 + 10_000) * 64),
            (threads, peer) => GatherRows(10_000, 64, 4096, threads, peer)),
        Both("sum over an axis, 1000 × 1000", new(SquareBytes, 0), [Square], x => x[0].Sum(0), x => x[0].sum([0L])),
        Both("max over an axis, 1000 × 1000", new(SquareBytes, SquareBytes), [Square], x => x[0].Max(0), x => torch.amax(x[0], [0L])),
        new("LSTM 2 layers, batch 32, 20 steps, 64 → 128, both", Recurrent(4),
            (threads, peer) => new RecurrentWorkload(false, 2, 20, 32, 64, 128, threads, peer)),
        new("GRU 2 layers, batch 32, 20 steps, 64 → 128, both", Recurrent(3),
            (threads, peer) => new RecurrentWorkload(true, 2, 20, 32, 64, 128, threads, peer)),
        new("transformer block, batch 8, 64 tokens, width 128, 4 heads, step with Adam", Transformer(8, 64, 128),
            (threads, peer) => new TransformerStepWorkload(8, 64, 128, 4, threads, peer)),
        new("cumulative sum 1000 × 1000", new(SquareBytes, SquareBytes),
            (threads, peer) => new KernelWorkload([Square], [1000, 1000], (device, x, y) => device.CumulativeSum(x[0], 1, false, y), x => x[0]
                .cumsum(1), threads, peer)),
        new("cumulative sum of columns 1000 × 1000", new(SquareBytes, SquareBytes),
            (threads, peer) => new KernelWorkload([Square], [1000, 1000], (device, x, y) => device.CumulativeSum(x[0], 0, false, y), x => x[0]
                .cumsum(0), threads, peer)),
        new("transpose copy 1000 × 1000", new(SquareBytes, SquareBytes),
            (threads, peer) => new KernelWorkload([Square], [1000, 1000], (device, x, y) => device.Copy(x[0].Transpose(0, 1), y), x => x[0].t()
                .contiguous(), threads, peer)),
    ];

    private static IEnumerable<NamedWorkload> Maps<T>(string type)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        double bytes = Million * (double)System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        Floor one = new(bytes, bytes), two = new(2 * bytes, bytes), sum = new(bytes, 0);
        yield return Map("relu", one, x => x.Relu(), x => functional.relu(x));
        yield return Map("exp", one, x => x.Exp(), torch.exp);
        yield return Map("tanh", one, x => x.Tanh(), torch.tanh);
        if (typeof(T) == typeof(float))
        {
            yield return Map("sigmoid", one, x => x.Sigmoid(), torch.sigmoid);
            yield return Map("erf", one, x => x.Erf(), torch.erf);
            yield return Map("gelu", one, x => x.Gelu(), x => functional.gelu(x));
            yield return new($"maximum, 10⁶, {type}", two,
                (threads, peer) => Forward<T>([Numbers, Numbers], x => x[0].Maximum(x[1]), x => torch.maximum(x[0], x[1]), threads, peer));
            yield return Map("max", sum, x => x.Max(), x => x.max());
            yield return new($"dot, 10⁶, {type}", new(2 * bytes, 0),
                (threads, peer) => Forward<T>([new([1, Million]), new([Million, 1])], x => x[0].MatMul(x[1])
                    .Reshape(1), x => torch.dot(x[0].view(-1), x[1].view(-1)).view(1), threads, peer));
        }

        yield return new($"add, 10⁶, {type}", two,
            (threads, peer) => Forward<T>([Numbers, Numbers], x => x[0] + x[1], x => x[0] + x[1], threads, peer));
        yield return Map("sum", sum, x => x.Sum(), x => x.sum());

        static NamedWorkload Map(string name, Floor floor, Func<Var<T>, Var<T>> ours, Func<torch.Tensor, torch.Tensor> peers) =>
            new($"{name}, 10⁶, {(typeof(T) == typeof(float) ? "float32" : "float16")}", floor,
                (threads, peer) => Forward<T>([Numbers], x => ours(x[0]), x => peers(x[0]), threads, peer));
    }

    private static ProgramWorkload<T> Forward<T>(Argument[] arguments, Func<Var<T>[], Var<T>> ours, Func<torch.Tensor[], torch.Tensor> peers, int threads,
        bool withPeer)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new(arguments, ours, peers, false, threads, withPeer);

    private static NamedWorkload Both(string name, Floor floor, Argument[] arguments, Func<Var<float>[], Var<float>> ours,
        Func<torch.Tensor[], torch.Tensor> peers) =>
        new($"{name}, both", floor, (threads, peer) => new ProgramWorkload<float>(arguments, ours, peers, true, threads, peer));

    private static IEnumerable<NamedWorkload> ForwardAndBoth(string name, (Floor Forward, Floor Both) floors,
        Argument[] arguments, Func<Var<float>[], Var<float>> ours, Func<torch.Tensor[], torch.Tensor> peers) =>
    [
        new($"{name}, forward", floors.Forward, (threads, peer) => Forward(arguments, ours, peers, threads, peer)),
        Both(name, floors.Both, arguments, ours, peers),
    ];

    // Forward, and with the two products of the gradients.
    private static (Floor Forward, Floor Both) Convolution(double places, double patch, double channels) =>
        (Floor.Computes(2 * places * patch * channels), Floor.Computes(3 * 2 * places * patch * channels));

    // Two convolutions and three dense layers; the gradient of the images is not asked for.
    private static Floor LeNet5(int batch)
    {
        double first = 2.0 * 28 * 28 * 25 * 6, rest = 2 * ((100.0 * 150 * 16) + (400 * 120) + (120 * 84) + (84 * 10));
        return Floor.Computes(batch * ((2 * first) + (3 * rest)));
    }

    // Products of inputs and states with the gates' weights, forward and for both gradients, of two layers over twenty steps.
    private static Floor Recurrent(int gates) => Floor.Computes(3 * 2.0 * 20 * 32 * gates * 128 * (64 + 128 + 128 + 128));

    // Four projections, scores and their products with values, and two layers of four times the width.
    private static Floor Transformer(int batch, int tokens, int width) =>
        Floor.Computes(3 * 2.0 * batch * tokens * ((4.0 * width * width) + (2.0 * tokens * width) + (8.0 * width * width)));

    private static ProgramWorkload<float> CrossEntropy(int rows, int classes, int threads, bool withPeer)
    {
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row * 7 % classes)];
        torch.Tensor? peerLabels = withPeer ? torch.tensor([.. labels.Select(label => (long)label)]) : null;
        return new ProgramWorkload<float>([new([rows, classes])], x => x[0]
            .CrossEntropy(labels), x => functional.cross_entropy(x[0], peerLabels!), true, threads, withPeer);
    }

    private static ProgramWorkload<float> GatherRows(int rows, int length, int count, int threads, bool withPeer)
    {
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)(i * 7919L % rows))];
        torch.Tensor? peerIndices = withPeer ? torch.tensor([.. indices.Select(index => (long)index)]) : null;
        return new ProgramWorkload<float>([new([rows, length])], x => x[0].GatherRows(x[0].Tape.Indices(Shape.Of(count), indices)), x => x[0]
            .index_select(0, peerIndices!), true, threads, withPeer);
    }
}
