using System.Numerics;

namespace ConservativeAD.Networks;

/// <content>ResNet18.</content>
public static partial class Models
{
    /// <summary>
    /// ResNet18 (He, Zhang, Ren, Sun 2016) for 32 × 32 images: a first 3 × 3 convolution without pooling, then four stages of two blocks; 11.2 million
    /// parameters for three channels and ten classes. Without batch normalisation the convolutions have a bias instead.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="channels">The number of channels of a 32 × 32 image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="activation">Creates the activation; relu if null.</param>
    /// <param name="batchNorm">Whether the convolutions are batch-normalised.</param>
    public static Sequential<T> ResNet18<T>(int channels, int classes, Initializer initializer, Func<Module<T>>? activation = null, bool batchNorm = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        activation ??= () => new Relu<T>();
        List<Module<T>> modules = [Convolution<T>("conv1", "bn1", channels, 64, 3, 1, initializer, batchNorm), activation()];
        int inputs = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            int outputs = 64 << stage;
            for (int block = 0; block < 2; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int stride = stage > 0 && block == 0 ? 2 : 1;
                Sequential<T> function = new(
                    Convolution<T>($"{name}.conv1", $"{name}.bn1", inputs, outputs, 3, stride, initializer, batchNorm),
                    activation(),
                    Convolution<T>($"{name}.conv2", $"{name}.bn2", outputs, outputs, 3, 1, initializer, batchNorm));
                Module<T>? shortcut = stride == 1 && inputs == outputs
                    ? null
                    : Convolution<T>($"{name}.shortcut.0", $"{name}.shortcut.1", inputs, outputs, 1, stride, initializer, batchNorm);
                modules.Add(new Residual<T>(function, shortcut));
                modules.Add(activation());
                inputs = outputs;
            }
        }

        modules.Add(new AveragePool2d<T>(4));
        modules.Add(new Flatten<T>());
        modules.Add(new Linear<T>("linear", inputs, classes, initializer));
        return new Sequential<T>([.. modules]);
    }

    private static Module<T> Convolution<T>(string name, string normalization, int inputs, int outputs, int kernel, int stride, Initializer initializer,
        bool batchNorm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Conv2d<T> convolution = new(name, inputs, outputs, kernel, initializer, stride, kernel / 2, bias: !batchNorm);
        return batchNorm ? new Sequential<T>(convolution, new BatchNorm<T>(normalization, outputs, initializer)) : convolution;
    }
}
