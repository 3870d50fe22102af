namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The values that backpropagation can return at a point over all selections, where each kink takes any of its pieces independently of the others. The choices
/// of one piece at each kink span their hull, since the result is affine in each selection. For a program without branches the set contains ∂F(x), and it is
/// larger if kinks depend on each other.
/// </summary>
public sealed class BackpropagationSet : Subdifferential
{
    private BackpropagationSet(IEnumerable<double[]> gradients, int dimension, bool isExact, double combinations)
        : base(gradients.Where(gradient => Array.TrueForAll(gradient, double.IsFinite)), dimension)
    {
        IsExact = isExact;
        Combinations = combinations;
    }

    /// <summary>Whether every combination was visited; if not, the generators span a part of the set.</summary>
    public override bool IsExact { get; }

    /// <summary>The number of combinations of pieces; infinite if a kink has infinitely many.</summary>
    public double Combinations { get; }

    /// <summary>Computes the set.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="budget">The largest number of combinations to visit. If there are more, the result reports that it is a part of the set.</param>
    public static BackpropagationSet Of(Objective objective, ReadOnlySpan<double> point, int budget = 4096)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        Clarke.CheckPoint(point);
        using RecordedRun run = objective.Run(point);
        double[] selected = run.Gradient();
        if (run.ChoicesPerKink(budget) is not { } choices)
            return new BackpropagationSet([selected, run.Gradient(Selections.MinimalNorm)], point.Length, false, double.PositiveInfinity);
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
        return new BackpropagationSet(gradients, point.Length, combinations <= budget
            && gradients.TrueForAll(gradient => Array.TrueForAll(gradient, double.IsFinite)), combinations);
    }
}
