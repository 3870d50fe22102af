using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>A method that minimises a locally Lipschitz function from values and gradients.</summary>
public interface INonsmoothSolver
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Minimises.</summary>
    /// <param name="objective">F.</param>
    /// <param name="start">The starting point.</param>
    /// <param name="options">Limits and tolerances; the defaults if null.</param>
    /// <param name="progress">Receives lower values.</param>
    /// <param name="cancellation">Stops the method.</param>
    /// <exception cref="ArgumentException">F is not finite at the start, or an option is invalid.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: a <see cref="SolverCanceledException"/> with the best point, unless that was before the
    /// first evaluation.</exception>
    SolverResult Minimize(Objective objective, ReadOnlySpan<double> start, SolverOptions? options = null, IProgress<SolverProgress>? progress = null,
        CancellationToken cancellation = default);
}
