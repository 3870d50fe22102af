using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// The probabilities of being in the bifurcation zone after some mini-batches of 128 images of CIFAR-10, in 32 bit: Bertoin, Bolte, Gerchinovitz, Pauwels,
/// NeurIPS 2021.
/// </summary>
internal static class PublishedConvolutions
{
    private static readonly int[] After = [1, 5, 10, 20];

    /// <summary>The published share; null where there is none for these settings.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="precision">Bits.</param>
    /// <param name="after">Mini-batches.</param>
    public static double? Share(KinkVolumeSettings settings, int precision, int after)
    {
        int place = Array.IndexOf(After, after);
        if (place < 0 || precision != 32 || settings.Kink != KinkName.Relu || settings.Batch != 128)
            return null;
        double[]? row = (settings.Network, settings.BatchNorm) switch
        {
            (NetworkName.Vgg11, false) => [0.104, 0.446, 0.699, 0.902],
            (NetworkName.Vgg11, true) => [0.262, 0.800, 0.944, 0.999],
            (NetworkName.Resnet18, false) => [0.075, 0.283, 0.481, 0.727],
            (NetworkName.Resnet18, true) => [0.267, 0.791, 0.950, 0.999],
            _ => null,
        };
        return row?[place];
    }
}
