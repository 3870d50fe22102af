namespace ConservativeAD.Optimizers;

/// <summary>The element of a subdifferential that a choice names.</summary>
internal static class ChosenGradient
{
    /// <summary>Value and element at a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="choice">Which element.</param>
    /// <param name="selections">What backpropagation returns at kinks.</param>
    /// <param name="cellBudget">How many cells are visited at most where the element of least norm is asked for.</param>
    /// <param name="seed">The seed of the directions that decide at kinks.</param>
    /// <param name="draw">Counts evaluations, so that each draws its own direction.</param>
    public static (double Value, double[] Gradient) At(Objective objective, double[] point, SubgradientChoice choice, Selections selections, int cellBudget, ulong seed, ulong draw)
    {
        switch (choice)
        {
            case SubgradientChoice.Clarke:
                ClarkeElement element = Clarke.Gradient(objective, point, seed + draw);
                return (element.Value, element.Gradient);
            case SubgradientChoice.MinimalNorm:
                ClarkeSubdifferential set = Clarke.Subdifferential(objective, point, cellBudget, seed);
                return (set.Value, [.. set.MinimalNormElement]);
            default:
                return objective.Gradient(point, selections);
        }
    }
}
