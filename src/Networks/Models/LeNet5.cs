using System.Numerics;

namespace ConservativeAD.Networks;

/// <content>LeNet-5.</content>
public static partial class Models
{
    /// <summary>LeNet-5 (LeCun, Bottou, Bengio and Haffner, Proc. IEEE 1998) with relu and max pooling, for 28 × 28 images: 61 706 parameters.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="activation">Creates the activation between the layers; relu if null.</param>
    public static Sequential<T> LeNet5<T>(Initializer initializer, Func<Module<T>>? activation = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        activation ??= () => new Relu<T>();
        return new Sequential<T>(
            new Conv2d<T>("0", 1, 6, 5, initializer, padding: 2),
            activation(),
            new MaxPool2d<T>(2),
            new Conv2d<T>("3", 6, 16, 5, initializer),
            activation(),
            new MaxPool2d<T>(2),
            new Flatten<T>(),
            new Linear<T>("7", 400, 120, initializer),
            activation(),
            new Linear<T>("9", 120, 84, initializer),
            activation(),
            new Linear<T>("11", 84, 10, initializer));
    }
}
