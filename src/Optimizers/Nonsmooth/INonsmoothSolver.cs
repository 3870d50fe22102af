namespace ConservativeAD.Optimizers;

/// <summary>A method that minimises a locally Lipschitz function from values and gradients.</summary>
public interface INonsmoothSolver
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Minimises.</summary>
    /// <param name="objective">F.</param>
    /// <param name="start">Where to start.</param>
    /// <param name="options">Limits and tolerances; the defaults if null.</param>
    /// <param name="progress">Told of lower values.</param>
    /// <param name="cancellation">Stops the method.</param>
    /// <exception cref="ArgumentException">F is not finite at the start, or an option makes no sense.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    SolverResult Minimize(Objective objective, ReadOnlySpan<double> start, SolverOptions? options = null, IProgress<SolverProgress>? progress = null, CancellationToken cancellation = default);
}
