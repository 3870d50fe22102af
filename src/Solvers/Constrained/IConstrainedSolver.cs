namespace ConservativeAD.Solvers;

/// <summary>A method that minimises a locally Lipschitz function under constraints.</summary>
public interface IConstrainedSolver
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Minimises.</summary>
    /// <param name="problem">Objective, constraints and bounds.</param>
    /// <param name="start">The starting point, which may violate the constraints; it is moved into the bounds.</param>
    /// <param name="options">Limits and tolerances; the defaults if null. Bounds belong to the problem, and gradients are conservative.</param>
    /// <param name="warmStart">A result of the problem, or of one like it, whose penalty and quasi-Newton matrix the method starts from; null for none. The
    /// method starts at <paramref name="start"/> all the same.</param>
    /// <param name="progress">Receives the points that the method moves to.</param>
    /// <param name="cancellation">Stops the method.</param>
    /// <exception cref="ArgumentException">A value or a gradient is not finite at the start, numbers of variables differ, or an option is invalid.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: a <see cref="SolverCanceledException"/> with the current point, unless that was before
    /// the first evaluation.</exception>
    ConstrainedResult Minimize(ConstrainedProblem problem, ReadOnlySpan<double> start, SolverOptions? options = null, ConstrainedResult? warmStart = null,
        IProgress<ConstrainedProgress>? progress = null, CancellationToken cancellation = default);
}
