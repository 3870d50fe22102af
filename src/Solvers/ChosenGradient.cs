using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>Computes the element of a subdifferential that a <see cref="SubgradientChoice"/> selects.</summary>
internal static class ChosenGradient
{
    /// <summary>Value and element at a point.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="choice">The choice of the element.</param>
    /// <param name="selections">The selections of backpropagation at kinks.</param>
    /// <param name="cellBudget">The most cells to visit for the element of least norm.</param>
    /// <param name="seed">The seed of the directions that select at kinks.</param>
    /// <param name="draw">Counts evaluations, so that each draws its own direction.</param>
    public static (double Value, double[] Gradient) At(Objective objective, double[] point, SubgradientChoice choice, Selections selections, int cellBudget,
        ulong seed, ulong draw)
    {
        switch (choice)
        {
            case SubgradientChoice.Clarke:
                ClarkeElement element = Clarke.Gradient(objective, point, seed + draw);
                return (element.Value, element.Gradient);
            case SubgradientChoice.MinimalNorm:
                ClarkeSubdifferential set = Clarke.Subdifferential(objective, point, cellBudget, seed);

                // If nothing is known of the set, the locked gradient is used.
                return set.Generators.Count > 0
                    ? (set.Value, [.. set.MinimalNormElement])
                    : (set.Value, Clarke.Gradient(objective, point, seed + draw).Gradient);
            default:
                return objective.Gradient(point, selections);
        }
    }
}
