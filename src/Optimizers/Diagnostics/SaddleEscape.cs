using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>Gradient descent from random starts around a saddle: how many leave it, and after how many steps.</summary>
/// <remarks>J. Lee, M. Simchowitz, M. Jordan and B. Recht, COLT 2016: with α &lt; 1/L the starts from which descent converges to a strict saddle have measure 0.</remarks>
/// <param name="Starts">How many starts were drawn.</param>
/// <param name="Escaped">How many left the ball.</param>
/// <param name="StepsToEscape">After how many steps each of those left, in the order of the draws.</param>
/// <param name="Bound">For the direction of most negative curvature −λ: the factor 1 + αλ by which a step lengthens its part.</param>
public sealed record SaddleEscape(int Starts, int Escaped, IReadOnlyList<int> StepsToEscape, double Bound)
{
    /// <summary>Draws starts and descends.</summary>
    /// <param name="objective">F.</param>
    /// <param name="saddle">The saddle.</param>
    /// <param name="stepSize">α.</param>
    /// <param name="starts">How many starts.</param>
    /// <param name="spread">Starts are drawn from a normal distribution of this deviation around the saddle.</param>
    /// <param name="radius">A distance from the saddle that counts as having left.</param>
    /// <param name="steps">How many steps are taken at most.</param>
    /// <param name="options">Which gradient, and the seed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The step size, the spread or the radius is not positive, or starts may lie outside the ball.</exception>
    public static SaddleEscape Measure(Objective objective, ReadOnlySpan<double> saddle, double stepSize, int starts = 100, double spread = 1e-6, double radius = 0.5, int steps = 10_000, DescentOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(starts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        if (!(stepSize > 0) || !(spread > 0) || !(radius > spread))
            throw new ArgumentException($"A step size of {stepSize}, a spread of {spread} and a radius of {radius} were given; the first two must be above 0, and the radius above the spread.", nameof(stepSize));
        options ??= new DescentOptions();
        options.Check();
        double[] centre = saddle.ToArray(), x = new double[centre.Length];
        List<int> escapes = [];
        for (int i = 0; i < starts; i++)
        {
            new Philox(options.Seed, (5UL << 32) + (ulong)i).Normal<double>(x, 0, spread);
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
}
