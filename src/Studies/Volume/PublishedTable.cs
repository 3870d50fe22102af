namespace ConservativeAD.Studies.Volume;

/// <summary>
/// The counts of Bertoin, Bolte, Gerchinovitz, Pauwels, Numerical influence of ReLU'(0) on backpropagation, NeurIPS 2021: MNIST, width 256, mini-batches of
/// 256.
/// </summary>
internal static class PublishedTable
{
    public const int Width = 256;
    public const int Batch = 256;
    public const double Networks = 1000;

    /// <summary>Bits, hidden layers, networks in the bifurcation zone out of 1000.</summary>
    public static IReadOnlyList<(int Precision, int Depth, int Hits)> Counts { get; } =
    [
        (16, 1, 871), (16, 2, 999), (16, 3, 1000), (16, 5, 1000), (16, 6, 1000),
        (32, 1, 54), (32, 2, 258), (32, 3, 463), (32, 5, 647), (32, 6, 697),
    ];
}
