namespace ConservativeAD.Studies.Volume;

/// <summary>What one network, or several together, did on the training images.</summary>
/// <param name="Networks">How many networks.</param>
/// <param name="Hits">How many lie in the bifurcation zone: some mini-batch gives other gradients for relu'(0) = 1 than for 0.</param>
/// <param name="FirstLayerHits">For how many the gradient of the first layer's weights differs.</param>
/// <param name="Evaluations">relu evaluations made.</param>
/// <param name="ExactZeros">How many of those were at exactly 0.</param>
internal readonly record struct NetworkOutcome(int Networks, int Hits, int FirstLayerHits, long Evaluations, long ExactZeros)
{
    public static NetworkOutcome operator +(NetworkOutcome a, NetworkOutcome b) => new(
        a.Networks + b.Networks, a.Hits + b.Hits, a.FirstLayerHits + b.FirstLayerHits, a.Evaluations + b.Evaluations, a.ExactZeros + b.ExactZeros);
}
