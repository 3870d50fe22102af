namespace ConservativeAD;

/// <summary>
/// What backpropagation can return at a point: its values over all selections, each kink taking any of its pieces whatever the others take. Their hull is spanned by the choices of one piece at each
/// kink, since the result is affine in each selection. Where the program has no branches it contains ∂F(x), and more where kinks depend on each other.
/// </summary>
public sealed class BackpropagationSet : Subdifferential
{
    private BackpropagationSet(IEnumerable<double[]> gradients, bool isExact, double combinations)
        : base(gradients)
    {
        IsExact = isExact;
        Combinations = combinations;
    }

    /// <summary>Whether every combination was taken; else the generators span a part of the set.</summary>
    public bool IsExact { get; }

    /// <summary>How many combinations of pieces there are; infinite where a kink has infinitely many.</summary>
    public double Combinations { get; }

    /// <summary>Finds the set.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="budget">How many combinations to take at most; beyond, the result says that it is a part of the set.</param>
    public static BackpropagationSet Of(Objective objective, ReadOnlySpan<double> point, int budget = 4096)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        using RecordedRun run = objective.Run(point);
        double[] selected = run.Gradient();
        if (run.ChoicesPerKink(budget) is not { } choices)
            return new BackpropagationSet([selected, run.Gradient(Selections.MinimalNorm)], false, double.PositiveInfinity);
        double combinations = choices.Aggregate(1.0, (product, count) => product * count);
        List<double[]> gradients = [];
        int[] taken = new int[choices.Count];
        for (int combination = 0; combination < Math.Min(combinations, budget); combination++)
        {
            gradients.Add(run.GradientOf(taken));
            for (int i = 0; i < taken.Length && ++taken[i] == choices[i]; i++)
                taken[i] = 0;
        }

        if (combinations > budget)
            gradients.Add(selected);
        return new BackpropagationSet(gradients, combinations <= budget, combinations);
    }
}
