using System.Numerics;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Training;

/// <summary>The networks by name, with the relu rule that the settings name.</summary>
internal static class TrainedNetworks
{
    private const int SideOfLeNet = 28;

    // VGG11 halves its images five times.
    private const int SideOfVgg = 32;
    private const int Pooling = 0;

    // Simonyan and Zisserman 2015, configuration A, with the one linear layer that 32 × 32 images leave room for.
    private static readonly int[] ChannelsOfVgg = [64, Pooling, 128, Pooling, 256, 256, Pooling, 512, 512, Pooling, 512, 512, Pooling];

    /// <summary>Makes a network for square images, [batch, channels, side, side].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="settings">Which, and how.</param>
    /// <param name="initializer">Where its parameters come from.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="side">Its rows and columns.</param>
    /// <param name="classes">Classes.</param>
    /// <exception cref="NotSupportedException">The network cannot be made with these settings.</exception>
    public static Module<T> Create<T>(TrainSettings settings, Initializer initializer, int channels, int side, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (settings.BatchNorm || settings.Network == NetworkName.Resnet18)
            throw new NotSupportedException("resnet18 and --batch-norm are not available in this version; take mlp, lenet5 or vgg11 without --batch-norm.");
        Func<Module<T>> activation = settings.Rule == ReluRule.Published ? () => new PublishedReluLayer<T>() : () => new Networks.Relu<T>();
        switch (settings.Network)
        {
            case NetworkName.Mlp:
                return new Sequential<T>(new Networks.Flatten<T>(), Models.Mlp([channels * side * side, .. settings.Hidden, classes], initializer, activation));
            case NetworkName.Lenet5 when (channels, side) == (1, SideOfLeNet):
                return Models.LeNet5(initializer, activation);
            case NetworkName.Lenet5:
                throw new NotSupportedException($"lenet5 takes images of 1 × {SideOfLeNet} × {SideOfLeNet}; these are {channels} × {side} × {side}.");
            default:
                return Vgg11(initializer, channels, classes, activation);
        }
    }

    /// <summary>The side to which images are padded with zeros for a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="side">The images' own.</param>
    public static int PaddedSide(NetworkName network, int side) =>
        network is NetworkName.Vgg11 or NetworkName.Resnet18 ? Math.Max(side, SideOfVgg) : side;

    private static Sequential<T> Vgg11<T>(Initializer initializer, int channels, int classes, Func<Module<T>> activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Module<T>> modules = [];
        foreach (int next in ChannelsOfVgg)
        {
            if (next == Pooling)
            {
                modules.Add(new Networks.MaxPool2d<T>(2));
                continue;
            }

            modules.Add(new Networks.Conv2d<T>($"{modules.Count}", channels, next, 3, initializer, padding: 1));
            modules.Add(activation());
            channels = next;
        }

        modules.Add(new Networks.Flatten<T>());
        modules.Add(new Networks.Linear<T>($"{modules.Count}", channels, classes, initializer));
        return new Sequential<T>([.. modules]);
    }
}
