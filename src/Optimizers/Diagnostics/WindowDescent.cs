using System.Globalization;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>How far F falls over one window of time.</summary>
/// <param name="Index">The iterate at which the window starts.</param>
/// <param name="Time">α₀ + … + α of the iterates before it.</param>
/// <param name="Fall">F at its start less F at its end.</param>
/// <param name="LeastNorm">The least norm of the gradients within it.</param>
public readonly record struct WindowFall(int Index, double Time, double Fall, double LeastNorm);

/// <summary>
/// Descent over windows of time: single steps of a stochastic method may rise, but over windows of fixed length T, and away from critical points, F falls by a fixed amount once the steps are small. Where
/// windows at the end no longer fall, the run has come to critical points.
/// </summary>
/// <remarks>D. Davis, D. Drusvyatskiy, S. Kakade and J. Lee, Found. Comput. Math. 2020, section 3.</remarks>
/// <param name="Window">T.</param>
/// <param name="Falls">One entry a window, one after the other.</param>
/// <param name="Gradient">Which gradient's norms are told.</param>
public sealed record WindowDescent(double Window, IReadOnlyList<WindowFall> Falls, SubgradientChoice Gradient)
{
    /// <summary>The least fall of a window.</summary>
    public double LeastFall => Falls.Min(window => window.Fall);

    /// <summary>How many windows F rose over.</summary>
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
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A window of {window} was given to a run of length {time}; it must be above 0 and fit."), nameof(window));
    }
}
