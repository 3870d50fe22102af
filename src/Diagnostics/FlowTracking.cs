using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>The deviation of a run from the flow over one window of time.</summary>
/// <param name="Index">The iterate at which the window starts.</param>
/// <param name="Time">τ = α₀ + … + α of the iterates before it.</param>
/// <param name="Distance">The largest ‖w(τ + s) − S(w(τ), s)‖ for s in the window.</param>
/// <param name="StepSize">The step size at the start of the window.</param>
public readonly record struct TrackingError(int Index, double Time, double Distance, double StepSize)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>
/// Compares a run, as a process in continuous time, with the flow. The process w is θₙ at τₙ = α₀ + … + αₙ₋₁ and linear in between. Over windows of length T it
/// is compared with the solution S of θ' ∈ −∂F(θ) from the same point. With Robbins–Monro steps the distance goes to 0: w is an asymptotic pseudotrajectory.
/// </summary>
/// <remarks>
/// M. Benaïm, Séminaire de probabilités XXXIII, 1999, proposition 4.1; M. Benaïm, J. Hofbauer and S. Sorin, SIAM J. Control Optim. 2005, for inclusions.
/// </remarks>
/// <param name="Window">T.</param>
/// <param name="Errors">One entry per window.</param>
/// <param name="Gradient">The gradient that the run followed; the flow follows the element of least norm of Clarke's subdifferential.</param>
public sealed record FlowTracking(double Window, IReadOnlyList<TrackingError> Errors, SubgradientChoice Gradient)
{
    /// <summary>Compares a run with the flow.</summary>
    /// <param name="objective">F.</param>
    /// <param name="run">The run.</param>
    /// <param name="window">T.</param>
    /// <param name="windows">The number of windows, spread evenly over the run's time.</param>
    /// <param name="options">The options of the integration.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The run is shorter than a window, or a step size is not positive.</exception>
    public static FlowTracking Of(Objective objective, Trajectory run, double window, int windows = 12, FlowOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(windows);
        double[] times = new double[run.Count];
        for (int k = 1; k < times.Length; k++)
        {
            if (!(run.StepSizes[k - 1] > 0))
                throw new ArgumentException($"The step size {run.StepSizes[k - 1]} at point {k - 1} is not above 0, so that the run has no time.", nameof(run));
            times[k] = times[k - 1] + run.StepSizes[k - 1];
        }

        if (!(window > 0) || times.Length < 2 || times[^1] < window)
            throw new ArgumentException($"A window of {window} was given to a run of length {(times.Length == 0 ? 0 : times[^1])}; it must be above 0 and fit.",
                nameof(window));
        List<TrackingError> errors = [];
        for (int i = 0; i < windows; i++)
        {
            double from = windows == 1 ? 0 : (times[^1] - window) * i / (windows - 1);
            int index = Array.BinarySearch(times, from) is var place && place >= 0 ? place : ~place - 1;
            if (errors.Count == 0 || index > errors[^1].Index)
                errors.Add(new TrackingError(index, times[index], Stray(objective, run, times, index, window, options, cancellation), run.StepSizes[index]));
        }

        return new FlowTracking(window, errors, run.Gradient);
    }

    private static double Stray(Objective objective, Trajectory run, double[] times, int index, double window, FlowOptions? options,
        CancellationToken cancellation)
    {
        FlowPath flow = DifferentialInclusion.Solve(objective, run.Point(index), window, options, cancellation);
        double stray = 0;
        int last = index;
        for (; last < times.Length && times[last] - times[index] <= window; last++)
            stray = Math.Max(stray, TensorPrimitives.Distance<double>(run.Point(last), flow.At(times[last] - times[index])));
        // Between iterates the flow is curved and w is straight.
        double[] between = new double[run.Point(index).Length];
        foreach (double s in flow.Times)
        {
            int after = Array.BinarySearch(times, index, last - index, times[index] + s) is var place && place >= 0 ? place : ~place;
            if (after >= times.Length || after == index)
                continue;
            TensorPrimitives.Lerp(run.Point(after - 1), run.Point(after), (times[index] + s - times[after - 1]) / (times[after] - times[after - 1]), between);
            stray = Math.Max(stray, TensorPrimitives.Distance<double>(between, flow.At(s)));
        }

        return stray;
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
