using System.Numerics;

namespace ConservativeAD.Networks;

/// <content>VGG11.</content>
public static partial class Models
{
    private const int Pooling = 0;

    private static readonly int[] ChannelsOfVgg11 = [64, Pooling, 128, Pooling, 256, 256, Pooling, 512, 512, Pooling, 512, 512, Pooling];

    /// <summary>
    /// VGG11 (Simonyan and Zisserman 2015, configuration A) with only one linear layer, as fits 32 × 32 images: 9.2 million parameters for three channels and
    /// ten classes.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="channels">The number of channels of a 32 × 32 image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="activation">Creates the activation after each convolution; relu if null.</param>
    /// <param name="batchNorm">Whether every convolution is batch-normalised before its activation.</param>
    public static Sequential<T> Vgg11<T>(int channels, int classes, Initializer initializer, Func<Module<T>>? activation = null, bool batchNorm = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        activation ??= () => new Relu<T>();
        List<Module<T>> modules = [];
        foreach (int next in ChannelsOfVgg11)
        {
            if (next == Pooling)
            {
                modules.Add(new MaxPool2d<T>(2));
                continue;
            }

            modules.Add(new Conv2d<T>($"{modules.Count}", channels, next, 3, initializer, padding: 1));
            if (batchNorm)
                modules.Add(new BatchNorm<T>($"{modules.Count}", next, initializer));
            modules.Add(activation());
            channels = next;
        }

        modules.Add(new Flatten<T>());
        modules.Add(new Linear<T>($"{modules.Count}", channels, classes, initializer));
        return new Sequential<T>([.. modules]);
    }
}
