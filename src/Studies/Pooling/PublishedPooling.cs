using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Pooling;

/// <summary>The published numbers: R. Boustany, On the numerical reliability of nonsmooth autodiff: a MaxPool case study, TMLR 2024.</summary>
internal static class PublishedPooling
{
    /// <summary>The share of 391 mini-batches on which native and minimal rule differ by more than the threshold, VGG11 on CIFAR-10.</summary>
    /// <param name="precision">Bits.</param>
    public static double Share(int precision) => precision switch { 16 => 1, 32 => 216.0 / 391, _ => 0 };

    /// <summary>The accuracy of LeNet-5 on MNIST after 100 epochs; null where none is printed or the images are others.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="precision">Bits.</param>
    /// <param name="beta">β.</param>
    public static double? Accuracy(PoolingSettings settings, int precision, double beta) =>
        settings.NetworkName != NetworkName.Lenet5 || settings.Data != Mnist.Name
        ? null
        : (precision, beta) switch
        {
            (16, 0) => 0.9922,
            (16, >= 1000) => 0.0980,
            (32, 0) => 0.9926,
            (32, 10_000) => 0.9927,
            _ => null,
        };
}
