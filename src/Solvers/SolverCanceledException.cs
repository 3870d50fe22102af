namespace ConservativeAD.Solvers;

/// <summary>A method was cancelled after its first evaluation. The exception carries the best point so far.</summary>
public sealed class SolverCanceledException : OperationCanceledException
{
    internal SolverCanceledException(Iterate best, int evaluations, OperationCanceledException inner)
        : base($"The method was cancelled after {evaluations} evaluations.", inner, inner.CancellationToken) =>
        (Point, Value, Evaluations) = (best.Point, best.Value, evaluations);

    /// <summary>The point of least value.</summary>
    public IReadOnlyList<double> Point { get; }

    /// <summary>F there.</summary>
    public double Value { get; }

    /// <summary>The number of evaluations of value and gradient.</summary>
    public int Evaluations { get; }
}
