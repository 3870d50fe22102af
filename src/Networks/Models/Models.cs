using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Builders of well-known networks.</summary>
public static class Models
{
    /// <summary>Fully connected layers with relu between them.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="sizes">Numbers in, the widths of the hidden layers, numbers out; at least two.</param>
    /// <param name="initializer">Where the initial parameters come from.</param>
    /// <param name="activation">What stands between the layers; relu if null.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public static Sequential<T> Mlp<T>(IReadOnlyList<int> sizes, Initializer initializer, Func<Module<T>>? activation = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Count < 2)
            throw new ArgumentException($"A network of {sizes.Count} sizes was asked for; it takes at least two, numbers in and numbers out.", nameof(sizes));
        activation ??= () => new Relu<T>();
        List<Module<T>> modules = [];
        for (int layer = 0; layer + 1 < sizes.Count; layer++)
        {
            if (layer > 0)
                modules.Add(activation());
            modules.Add(new Linear<T>($"{modules.Count}", sizes[layer], sizes[layer + 1], initializer));
        }

        return new Sequential<T>([.. modules]);
    }

    /// <summary>LeNet-5 (LeCun, Bottou, Bengio and Haffner, Proc. IEEE 1998) with relu and max pooling, for 28 × 28 images: 61 706 parameters.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="initializer">Where the initial parameters come from.</param>
    /// <param name="activation">What stands between the layers; relu if null.</param>
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
