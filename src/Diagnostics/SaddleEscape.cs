using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>Runs gradient descent from random starts around a saddle, and counts how many leave it and after how many steps.</summary>
/// <remarks>
/// J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT 2016: with α &lt; 1/L the set of starts from which descent converges to a strict saddle has measure 0.
/// </remarks>
/// <param name="Starts">The number of starts.</param>
/// <param name="Escaped">The number of runs that left the ball.</param>
/// <param name="StepsToEscape">The number of steps after which each of those left, in the order of the draws.</param>
/// <param name="Bound">The factor 1 + αλ by which a step enlarges the component along the direction of most negative curvature −λ.</param>
public sealed record SaddleEscape(int Starts, int Escaped, IReadOnlyList<int> StepsToEscape, double Bound)
{
    /// <summary>Draws starts and runs gradient descent from them.</summary>
    /// <param name="objective">F.</param>
    /// <param name="saddle">The saddle.</param>
    /// <param name="stepSize">α.</param>
    /// <param name="starts">The number of starts.</param>
    /// <param name="spread">The standard deviation of the normal distribution of starts around the saddle.</param>
    /// <param name="radius">The distance from the saddle beyond which a run has left.</param>
    /// <param name="steps">The most steps of a run.</param>
    /// <param name="options">The kind of gradient, and the seed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The step size, the spread or the radius is not positive, or starts may lie outside the ball.</exception>
    public static SaddleEscape Measure(Objective objective, ReadOnlySpan<double> saddle, double stepSize, int starts = 100, double spread = 1e-6,
        double radius = 0.5, int steps = 10_000, DescentOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(starts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        if (!(stepSize > 0) || !(spread > 0) || !(radius > spread))
            throw new ArgumentException(
                $"A step size of {stepSize}, a spread of {spread} and a radius of {radius} were given; the first two must be above 0, and the radius above "
                    + $"the spread.", nameof(stepSize));
        options ??= new DescentOptions();
        options.Check();
        double[] centre = saddle.ToArray(), x = new double[centre.Length];
        List<int> escapes = [];
        for (int i = 0; i < starts; i++)
        {
            Philox.For(options.Seed, (uint)Streams.SaddleStarts, (ulong)i).Normal<double>(x, 0, spread);
            TensorPrimitives.Add(x, centre, x);
            for (int k = 0; k < steps; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                TensorPrimitives.MultiplyAdd(options.GradientOf(objective, x, (ulong)k).Gradient, -stepSize, x, x);
                if (!(TensorPrimitives.Distance<double>(x, centre) <= radius))
                {
                    escapes.Add(k + 1);
                    break;
                }
            }
        }

        double curvature = -HessianSpectrum.At(objective, centre, new SpectrumOptions { Selections = options.Selections }, cancellation).Smallest;
        return new SaddleEscape(starts, escapes.Count, escapes, 1 + (stepSize * curvature));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
