using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// L-BFGS on parameters (D. Liu and J. Nocedal, Math. Program. 1989), in PyTorch's form: a step runs several iterations, each of which evaluates loss and
/// gradients again.
/// </summary>
/// <remarks>
/// The direction is −H·g, where H is the approximation of the inverse Hessian that the two-loop recursion computes from the last changes of parameters and
/// gradient. The method needs full gradients: the loss must be the same function in all evaluations. For losses with kinks use
/// <see cref="LineSearch.WeakWolfe"/>. Vectors stay on the parameters' device; for parameters of Half they are floats.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class LBfgs<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILBfgsIterations<T> iterations;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="parameters">The parameters, all on one device.</param>
    /// <param name="stepSize">The step size; with a line search, the first length to try.</param>
    /// <exception cref="ArgumentException">There is no parameter, one occurs twice, or they are on several devices.</exception>
    public LBfgs(IEnumerable<Parameter<T>> parameters, double stepSize = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        StepSize = Demand.Positive(stepSize, nameof(stepSize));
        Parameter<T>[] all = [.. parameters];
        if (all.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter; none was given.", nameof(parameters));
        HashSet<Parameter<T>> distinct = [];
        foreach (Parameter<T> parameter in all)
        {
            if (!distinct.Add(parameter))
                throw new ArgumentException($"The parameter {parameter} was given twice.", nameof(parameters));
        }

        iterations = OptimizerState<T>.IsWide ? new LBfgsIterations<T, float>(this, all) : new LBfgsIterations<T, T>(this, all);
    }

    /// <summary>The step size; with a line search, the first length to try.</summary>
    public double StepSize { get; }

    /// <summary>The line search along the direction.</summary>
    public LineSearch LineSearch { get; init; }

    /// <summary>The most iterations of a step.</summary>
    public int MaximumIterations { get; init => field = (int)Demand.AtLeast(1, value); } = 20;

    /// <summary>The most evaluations of a step, checked after each iteration; 1.25 times the most iterations if null.</summary>
    public int? MaximumEvaluations { get; init => field = value is { } most ? (int)Demand.AtLeast(1, most) : null; }

    /// <summary>A step ends when no component of the gradient is larger than this.</summary>
    public double GradientTolerance { get; init => field = Demand.NotNegative(value); } = 1e-7;

    /// <summary>A step ends when loss and parameters change by less than this.</summary>
    public double ChangeTolerance { get; init => field = Demand.NotNegative(value); } = 1e-9;

    /// <summary>The number of pairs of changes to keep.</summary>
    public int HistorySize { get; init => field = (int)Demand.AtLeast(1, value); } = 100;

    /// <summary>The number of iterations in all steps together.</summary>
    public long Iterations => iterations.Iterations;

    /// <summary>The number of evaluations of loss and gradients in all steps together.</summary>
    public long Evaluations => iterations.Evaluations;

    /// <summary>
    /// The arrays kept between steps, by name. These are the arrays themselves, not copies. Empty before the first step. For parameters of Half, use
    /// <see cref="WideState"/>, because they are floats.
    /// </summary>
    /// <exception cref="InvalidOperationException">The parameters are of Half.</exception>
    public IEnumerable<(string Name, NDArray<T> Value)> State => iterations is LBfgsIterations<T, T> own
        ? own.State
        : throw new InvalidOperationException(
            $"The state of parameters of type {typeof(T).Name} is of floats; read {nameof(WideState)} and put it back with {nameof(RestoreWide)}.");

    /// <summary>
    /// The arrays kept between steps for parameters of Half, by name: floats. These are the arrays themselves, not copies. Empty for other types
    /// (<see cref="State"/>).
    /// </summary>
    public IEnumerable<(string Name, NDArray<float> Value)> WideState => OptimizerState<T>.IsWide ? ((LBfgsIterations<T, float>)iterations).State : [];

    /// <summary>Takes one step of several iterations.</summary>
    /// <param name="evaluate">Records the loss for the current parameters, runs the reverse pass, and returns loss and gradients.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="ArithmeticException">Loss or gradient are not finite at the start of the step.</exception>
    public double Step(Func<(double Loss, Gradients<T> Gradients)> evaluate) => iterations.Step(evaluate);

    /// <summary>Restores the values that were read from <see cref="State"/>, <see cref="Iterations"/> and <see cref="Evaluations"/>.</summary>
    /// <param name="iterations">The number of iterations.</param>
    /// <param name="evaluations">The number of evaluations of loss and gradients.</param>
    /// <param name="states">For each state's name its elements.</param>
    /// <exception cref="ArgumentException">A state is missing or has the wrong number of elements. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The parameters are of Half.</exception>
    public void Restore(long iterations, long evaluations, IReadOnlyDictionary<string, T[]> states)
    {
        if (this.iterations is not LBfgsIterations<T, T> own)
            throw new InvalidOperationException($"The state of parameters of type {typeof(T).Name} is of floats; put it back with {nameof(RestoreWide)}.");
        own.Restore(iterations, evaluations, states);
    }

    /// <summary>Restores the values for parameters of Half that were read from <see cref="WideState"/>, <see cref="Iterations"/> and
    /// <see cref="Evaluations"/>.</summary>
    /// <param name="iterations">The number of iterations.</param>
    /// <param name="evaluations">The number of evaluations of loss and gradients.</param>
    /// <param name="states">For each state's name its elements.</param>
    /// <exception cref="ArgumentException">A state is missing or has the wrong number of elements. Nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The parameters are not of Half.</exception>
    public void RestoreWide(long iterations, long evaluations, IReadOnlyDictionary<string, float[]> states)
    {
        if (!OptimizerState<T>.IsWide)
            throw new InvalidOperationException($"The state of parameters of type {typeof(T).Name} is of that type; put it back with {nameof(Restore)}.");
        ((LBfgsIterations<T, float>)this.iterations).Restore(iterations, evaluations, states);
    }

    /// <summary>Releases the memory of the history.</summary>
    public void Dispose() => iterations.Dispose();
}
