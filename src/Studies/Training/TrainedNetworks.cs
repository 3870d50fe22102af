using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Training;

/// <summary>The networks by name.</summary>
internal static class TrainedNetworks
{
    public static ITrainedNetwork<T> Create<T>(TrainSettings settings, Device device, int pixels, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => settings.Network switch
        {
            NetworkName.Mlp when !settings.BatchNorm => new Perceptron<T>(settings, device, pixels, classes),
            _ => throw new NotSupportedException($"{settings.Network}{(settings.BatchNorm ? " with batch normalisation" : "")} cannot be trained yet; mlp can."),
        };
}
