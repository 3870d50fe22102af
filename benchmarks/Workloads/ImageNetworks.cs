using ConservativeAD.Benchmarks.Versus;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>
/// The convolutional networks of the library's models for 32 × 32 images of three channels, in libtorch, and the operations that a step of them needs.
/// </summary>
internal static class ImageNetworks
{
    private const int Pooling = 0;
    private const int Classes = 10;
    private const int Stages = 4;

    private static readonly int[] ChannelsOfVgg11 = [64, Pooling, 128, Pooling, 256, 256, Pooling, 512, 512, Pooling, 512, 512, Pooling];

    /// <summary>VGG11 without batch normalisation.</summary>
    public static Module<torch.Tensor, torch.Tensor> Vgg11()
    {
        List<(string, Module<torch.Tensor, torch.Tensor>)> layers = [];
        int channels = 3;
        foreach (int next in ChannelsOfVgg11)
        {
            if (next == Pooling)
            {
                layers.Add(($"pool{layers.Count}", MaxPool2d(2)));
                continue;
            }

            layers.Add(($"conv{layers.Count}", Conv2d(channels, next, 3, padding: 1)));
            layers.Add(($"relu{layers.Count}", ReLU()));
            channels = next;
        }

        layers.Add(("flatten", Flatten()));
        layers.Add(("linear", Linear(channels, Classes)));
        return Sequential(layers);
    }

    /// <summary>ResNet18 with batch normalisation.</summary>
    public static Module<torch.Tensor, torch.Tensor> ResNet18()
    {
        List<(string, Module<torch.Tensor, torch.Tensor>)> layers = [("first", Normalized(3, 64, 3, 1)), ("relu", ReLU())];
        int channels = 64;
        for (int stage = 0; stage < Stages; stage++)
        {
            for (int block = 0; block < 2; block++)
            {
                int outputs = 64 << stage, stride = stage > 0 && block == 0 ? 2 : 1;
                layers.Add(($"block{stage}-{block}", new Block($"block{stage}-{block}", channels, outputs, stride)));
                channels = outputs;
            }
        }

        layers.Add(("pool", AvgPool2d(4)));
        layers.Add(("flatten", Flatten()));
        layers.Add(("linear", Linear(channels, Classes)));
        return Sequential(layers);
    }

    /// <summary>The operations of a step of VGG11.</summary>
    /// <param name="batch">The number of images.</param>
    public static Floor StepOfVgg11(int batch)
    {
        double rest = 0, first = 0;
        int channels = 3, side = 32;
        foreach (int next in ChannelsOfVgg11)
        {
            if (next == Pooling)
            {
                side /= 2;
                continue;
            }

            double products = 2.0 * side * side * 9 * channels * next;
            (first, rest) = channels == 3 ? (products, rest) : (first, rest + products);
            channels = next;
        }

        return Step(batch, first, rest + (2.0 * channels * Classes));
    }

    /// <summary>The operations of a step of ResNet18.</summary>
    /// <param name="batch">The number of images.</param>
    public static Floor StepOfResNet18(int batch)
    {
        double first = 2.0 * 32 * 32 * 9 * 3 * 64, rest = 2.0 * 512 * Classes;
        for (int stage = 0; stage < Stages; stage++)
        {
            double places = 2.0 * (32 >> stage) * (32 >> stage), width = 64 << stage, before = stage == 0 ? width : width / 2;
            rest += places * 9 * width * (before + (3 * width));
            if (stage > 0)
                rest += places * before * width;
        }

        return Step(batch, first, rest);
    }

    // The gradient of the images is not asked for.
    private static Floor Step(int batch, double first, double rest) => Floor.Computes(batch * ((2 * first) + (3 * rest)));

    private static Module<torch.Tensor, torch.Tensor> Normalized(int inputs, int outputs, int kernel, int stride) => Sequential(
        ("conv", Conv2d(inputs, outputs, kernel, stride, kernel / 2, bias: false)),
        ("bn", BatchNorm2d(outputs)));

    private sealed class Block : Module<torch.Tensor, torch.Tensor>
    {
        private readonly Module<torch.Tensor, torch.Tensor> function;
        private readonly Module<torch.Tensor, torch.Tensor>? shortcut;

        public Block(string name, int inputs, int outputs, int stride)
            : base(name)
        {
            function = Sequential(("first", Normalized(inputs, outputs, 3, stride)), ("relu", ReLU()), ("second", Normalized(outputs, outputs, 3, 1)));
            register_module("function", function);
            if (stride == 1 && inputs == outputs)
                return;
            shortcut = Normalized(inputs, outputs, 1, stride);
            register_module("shortcut", shortcut);
        }

        public override torch.Tensor forward(torch.Tensor input) =>
            functional.relu(function.forward(input) + (shortcut is null ? input : shortcut.forward(input)));

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                function.Dispose();
                shortcut?.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
