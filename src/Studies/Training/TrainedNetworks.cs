using System.Numerics;
using ConservativeAD.Kernels;
using static ConservativeAD.Studies.Training.LayerPlan;

namespace ConservativeAD.Studies.Training;

/// <summary>The networks by name.</summary>
internal static class TrainedNetworks
{
    /// <summary>The rows and columns that VGG11 halves five times.</summary>
    private const int SideOfCifar = 32;

    // VGG11's channels; 0 stands for a pooling.
    private static readonly int[] Vgg = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];

    /// <summary>Makes a network.</summary>
    /// <param name="settings">Which, and how.</param>
    /// <param name="device">Where.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="side">Its rows and columns.</param>
    /// <param name="classes">Classes.</param>
    /// <exception cref="NotSupportedException">The network cannot be made with these settings.</exception>
    public static ITrainedNetwork<T> Create<T>(TrainSettings settings, Device device, int channels, int side, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (settings.BatchNorm || settings.Network == NetworkName.Resnet18)
            throw new NotSupportedException("resnet18 and --batch-norm are not available in this version; take mlp, lenet5 or vgg11 without --batch-norm.");
        return new ChainNetwork<T>(settings, device, channels, side, Layers(settings, classes));
    }

    /// <summary>The side to which images are padded with zeros for a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="side">The images' own.</param>
    public static int PaddedSide(NetworkName network, int side) =>
        network is NetworkName.Vgg11 or NetworkName.Resnet18 ? Math.Max(side, SideOfCifar) : side;

    private static LayerPlan[] Layers(TrainSettings settings, int classes) => settings.Network switch
    {
        NetworkName.Mlp => [.. settings.Hidden.SelectMany(width => (LayerPlan[])[new Dense(width), new Rectifier()]), new Dense(classes)],

        // LeCun, Bottou, Bengio, Haffner 1998, with relu and max pooling, as it is trained today.
        NetworkName.Lenet5 =>
        [
            new Convolution(6, 5, 2), new Rectifier(), new MaxPooling(2),
            new Convolution(16, 5, 0), new Rectifier(), new MaxPooling(2),
            new Dense(120), new Rectifier(), new Dense(84), new Rectifier(), new Dense(classes),
        ],
        _ =>
        [
            .. Vgg.SelectMany(channels => channels == 0 ? (LayerPlan[])[new MaxPooling(2)] : [new Convolution(channels, 3, 1), new Rectifier()]),
            new Dense(classes),
        ],
    };
}
