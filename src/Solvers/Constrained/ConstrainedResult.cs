namespace ConservativeAD.Solvers;

/// <summary>A point on the way of a method for constrained problems.</summary>
/// <param name="Evaluations">The number of evaluations so far.</param>
/// <param name="Value">f.</param>
/// <param name="Violation">The largest violation of a constraint.</param>
/// <param name="Penalty">The penalty: the number that violations are multiplied by before they are added to f.</param>
public readonly record struct ConstrainedProgress(int Evaluations, double Value, double Violation, double Penalty)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>The result of a method for constrained problems. Feasibility and stationarity are told apart, and both are measured afresh at the point.</summary>
public sealed record ConstrainedResult
{
    internal ConstrainedResult()
    {
    }

    /// <summary>The last point that the method moved to.</summary>
    public required IReadOnlyList<double> Point { get; init; }

    /// <summary>f, g and h there.</summary>
    public required ConstrainedValues Values { get; init; }

    /// <summary>f there.</summary>
    public double Value => Values.Objective;

    /// <summary>
    /// Whether each constraint is violated by at most the tolerance times min(1, the length of its gradient); violations below 10⁻⁸ times the tolerance count
    /// as rounding. Bounds hold exactly.
    /// </summary>
    public required bool IsFeasible { get; init; }

    /// <summary>λ ≥ 0, one number for each inequality.</summary>
    public required IReadOnlyList<double> InequalityMultipliers { get; init; }

    /// <summary>ν, one number for each equality.</summary>
    public required IReadOnlyList<double> EqualityMultipliers { get; init; }

    /// <summary>
    /// How close 0 is to the subdifferential of the Lagrange function f + λ'g + ν'h plus the normals of the bounds: the residual of the conditions of
    /// optimality.
    /// </summary>
    public required StationarityMeasure Stationarity { get; init; }

    /// <summary>
    /// The largest |λᵢgᵢ| or |νⱼhⱼ|: to first order, by how much the objective would change if the constraint held with equality.
    /// </summary>
    public required double Complementarity { get; init; }

    /// <summary>
    /// How close 0 is to the subdifferential of the sum of violations, each divided by the constraint's scale; null at a feasible point.
    /// </summary>
    public required StationarityMeasure? ViolationStationarity { get; init; }

    /// <summary>
    /// The penalty at the end: the number that violations, each divided by the constraint's scale, are multiplied by before they are added to f; ∞ where only
    /// the violation was minimised.
    /// </summary>
    public required double Penalty { get; init; }

    /// <summary>The number of steps that were computed.</summary>
    public required int Iterations { get; init; }

    /// <summary>The number of evaluations of all values and gradients, not counting those of the final measures.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Why the method ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Why the method ended, in a sentence with its numbers.</summary>
    public required string Explanation { get; init; }

    /// <summary>The points that the method moved to.</summary>
    public required IReadOnlyList<ConstrainedProgress> Trace { get; init; }

    /// <summary>The quasi-Newton matrix at the end, for a warm start.</summary>
    internal IInverseHessian? Metric { get; init; }

    /// <summary>The share of f in the penalty function.</summary>
    internal double Share => double.IsInfinity(Penalty) ? 0 : 1 / Penalty;

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
