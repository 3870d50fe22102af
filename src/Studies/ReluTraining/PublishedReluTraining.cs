namespace ConservativeAD.Studies.ReluTraining;

/// <summary>
/// Published numbers, all with the rule that assigns s: Bertoin, Bolte, Gerchinovitz, Pauwels, Numerical influence of ReLU'(0) on backpropagation, NeurIPS
/// 2021.
/// </summary>
internal static class PublishedReluTraining
{
    /// <summary>Relus at exactly 0 over 100 epochs of MNIST's 60 000 images, 784-256-256-256-10: bits, zeros, evaluations.</summary>
    public static IReadOnlyList<(int Precision, long Zeros, double Evaluations)> Zeros { get; } = [(16, 225, 4.6e9), (32, 11, 4.6e9)];

    /// <summary>Learning rates tuned on MNIST without batch normalisation: s and rate.</summary>
    public static IReadOnlyList<(double Slope, double Rate)> Rates { get; } =
    [
        (0, 0.01526), (0.2, 0.01053), (0.4, 0.01224), (0.6, 0.00647), (0.8, 0.02818), (1, 0.01736), (10, 0.00967), (50, 0.00412), (-1, 0.01863),
        (-10, 0.00035), (-50, 0.00022),
    ];

    /// <summary>Test accuracies of ResNet18 without batch normalisation on CIFAR-10 after 200 epochs: s and accuracy.</summary>
    public static IReadOnlyList<(double Slope, double Accuracy)> ResNet18 { get; } = [(0, 0.901), (0.1, 0.891), (0.2, 0.863), (0.3, 0.100)];
}
