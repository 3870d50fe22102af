namespace ConservativeAD.Studies.Volume;

/// <summary>The outcome of one or several networks on the training images.</summary>
/// <param name="Networks">The number of networks.</param>
/// <param name="Hits">The number of networks in the bifurcation zone: some mini-batch gives different gradients for relu'(0) = 1 and 0.</param>
/// <param name="FirstLayerHits">The number of networks for which the gradient of the first layer's weights differs.</param>
/// <param name="Evaluations">relu evaluations made.</param>
/// <param name="ExactZeros">The number of these at exactly 0.</param>
internal readonly record struct NetworkOutcome(int Networks, int Hits, int FirstLayerHits, long Evaluations, long ExactZeros)
{
    public static NetworkOutcome operator +(NetworkOutcome a, NetworkOutcome b) => new(
        a.Networks + b.Networks, a.Hits + b.Hits, a.FirstLayerHits + b.FirstLayerHits, a.Evaluations + b.Evaluations, a.ExactZeros + b.ExactZeros);
}
