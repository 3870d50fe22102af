using System.Globalization;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>The decrease of F over one window of time.</summary>
/// <param name="Index">The iterate at which the window starts.</param>
/// <param name="Time">α₀ + … + α of the iterates before it.</param>
/// <param name="Fall">F at its start minus F at its end.</param>
/// <param name="LeastNorm">The least norm of the gradients within it.</param>
public readonly record struct WindowFall(int Index, double Time, double Fall, double LeastNorm)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>
/// Descent over windows of time: single steps of a stochastic method may increase F, but over windows of fixed length T, away from critical points, F decreases
/// by a fixed amount once the steps are small. If F no longer decreases over the last windows, the run has reached critical points.
/// </summary>
/// <remarks>D. Davis, D. Drusvyatskiy, S. Kakade and J. Lee, Found. Comput. Math. 2020, section 3.</remarks>
/// <param name="Window">T.</param>
/// <param name="Falls">One entry per window, in order.</param>
/// <param name="Gradient">The kind of gradient whose norms are recorded.</param>
public sealed record WindowDescent(double Window, IReadOnlyList<WindowFall> Falls, SubgradientChoice Gradient)
{
    /// <summary>The least decrease over a window.</summary>
    public double MinimumFall => Falls.Min(window => window.Fall);

    /// <summary>The number of windows over which F increased.</summary>
    public int Rises => Falls.Count(window => window.Fall < 0);

    /// <summary>Cuts a run into windows.</summary>
    /// <param name="run">The run.</param>
    /// <param name="window">T.</param>
    /// <exception cref="ArgumentException">The window is not above 0, or the run is shorter.</exception>
    public static WindowDescent Of(Trajectory run, double window)
    {
        ArgumentNullException.ThrowIfNull(run);
        List<WindowFall> falls = [];
        double time = 0, begun = 0, least = double.PositiveInfinity;
        int from = 0;
        for (int k = 0; k < run.Count; k++)
        {
            if (window > 0 && k > from && time - begun >= window)
            {
                falls.Add(new WindowFall(from, begun, run.Values[from] - run.Values[k], least));
                (from, begun, least) = (k, time, double.PositiveInfinity);
            }

            least = Math.Min(least, run.GradientNorms[k]);
            time += run.StepSizes[k];
        }

        return falls.Count > 0
            ? new WindowDescent(window, falls, run.Gradient)
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A window of {window} was given to a run of length {time}; it must be above 0 and fit."), nameof(window));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
