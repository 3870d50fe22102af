using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Builders of well-known networks.</summary>
public static partial class Models
{
    /// <summary>Fully connected layers with an activation between them.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="sizes">The number of inputs, the widths of the hidden layers, and the number of outputs; at least two numbers.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="activation">Creates the activation between the layers; relu if null.</param>
    /// <param name="batchNorm">Whether every hidden layer is batch-normalised before its activation.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public static Sequential<T> Mlp<T>(IReadOnlyList<int> sizes, Initializer initializer, Func<Module<T>>? activation = null, bool batchNorm = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Count < 2)
            throw new ArgumentException($"A network of {sizes.Count} sizes was asked for; it takes at least two, numbers in and numbers out.", nameof(sizes));
        activation ??= () => new Relu<T>();
        List<Module<T>> modules = [];
        for (int layer = 0; layer + 1 < sizes.Count; layer++)
        {
            if (layer > 0 && batchNorm)
                modules.Add(new BatchNorm<T>($"{modules.Count}", sizes[layer], initializer));
            if (layer > 0)
                modules.Add(activation());
            modules.Add(new Linear<T>($"{modules.Count}", sizes[layer], sizes[layer + 1], initializer));
        }

        return new Sequential<T>([.. modules]);
    }
}
