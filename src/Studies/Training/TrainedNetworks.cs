using System.Numerics;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Training;

/// <summary>The networks by name, with the relu rule of the settings.</summary>
internal static class TrainedNetworks
{
    private const int SideOfLeNet = 28;

    // VGG11 halves its images five times, ResNet18 three times before it takes the mean of 4 × 4.
    private const int SideOfDeepNetworks = 32;

    /// <summary>Makes a network for square images, [batch, channels, side, side].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="settings">The network and its settings.</param>
    /// <param name="initializer">The source of its parameters.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="side">Its rows and columns.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="activation">Makes the activations; relu with the rule of the settings if null.</param>
    /// <exception cref="NotSupportedException">The network cannot be made with these settings.</exception>
    public static Module<T> Create<T>(TrainSettings settings, Initializer initializer, int channels, int side, int classes,
        Func<Module<T>>? activation = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (settings.BatchNorm && settings.Network == NetworkName.Lenet5)
            throw new NotSupportedException("--batch-norm goes with mlp, vgg11 and resnet18; lenet5 has no place for it.");
        activation ??= settings.Rule == ReluRule.Published ? () => new PublishedReluLayer<T>() : (Func<Module<T>>)(() => new Networks.Relu<T>());
        switch (settings.Network)
        {
            case NetworkName.Mlp:
                return new Sequential<T>(new Networks.Flatten<T>(),
                    Models.Mlp([channels * side * side, .. settings.Hidden, classes], initializer, activation, settings.BatchNorm));
            case NetworkName.Lenet5 when (channels, side) == (1, SideOfLeNet):
                return Models.LeNet5(initializer, activation);
            case NetworkName.Lenet5:
                throw new NotSupportedException($"lenet5 takes images of 1 × {SideOfLeNet} × {SideOfLeNet}; these are {channels} × {side} × {side}.");
            case NetworkName.Resnet18 when side == SideOfDeepNetworks:
                return Models.ResNet18(channels, classes, initializer, activation, settings.BatchNorm);
            case NetworkName.Vgg11 when side == SideOfDeepNetworks:
                return Models.Vgg11(channels, classes, initializer, activation, settings.BatchNorm);
            default:
                throw new NotSupportedException(
                    $"{settings.Network} takes images of at most {SideOfDeepNetworks} × {SideOfDeepNetworks}; these are {side} × {side}.");
        }
    }

    /// <summary>Checks that a network takes images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The images.</param>
    /// <exception cref="UsageException">It takes others.</exception>
    public static void Demand(NetworkName network, ImageSet images)
    {
        if (network == NetworkName.Lenet5 && (images.Channels, images.Side) != (1, SideOfLeNet))
            throw new UsageException(
                $"lenet5 takes images of 1 × {SideOfLeNet} × {SideOfLeNet}; those of {images.Name} are {images.Channels} × {images.Side} × {images.Side}. "
                    + $"Give another --data-set or another network.");
    }

    /// <summary>The side to which images are padded with zeros for a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="side">The side of the images.</param>
    public static int PaddedSide(NetworkName network, int side) =>
        network is NetworkName.Vgg11 or NetworkName.Resnet18 ? Math.Max(side, SideOfDeepNetworks) : side;
}
