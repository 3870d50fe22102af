using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// Solves the differential inclusion θ' ∈ −∂F(θ): the subgradient flow, or the gradient flow where F is smooth. The direction is minus the element of least
/// norm of Clarke's subdifferential, which solutions follow at almost every time. Steps are those of an embedded Runge–Kutta pair; its error estimate shrinks
/// them to the tolerance at a kink, so the flow stops at kinks and slides along them.
/// </summary>
/// <remarks>
/// The pair is that of P. Bogacki and L. Shampine, Appl. Math. Lett. 1989, of orders 3 and 2. That solutions follow the element of least norm: Bolte and
/// Pauwels, Math. Program. 2021, lemma 2, and Davis et al. 2020, lemma 5.2.
/// </remarks>
public static class DifferentialInclusion
{
    private const double Safety = 0.9;
    private const double MinimumFactor = 0.2;
    private const double MaximumFactor = 5;

    /// <summary>Integrates.</summary>
    /// <param name="objective">F.</param>
    /// <param name="start">θ(0).</param>
    /// <param name="time">T.</param>
    /// <param name="options">Tolerance and limits; the defaults if null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The solution until T, or until it comes to rest.</returns>
    /// <exception cref="InvalidOperationException">It takes more gradients than are allowed.</exception>
    /// <exception cref="ArithmeticException">A value or gradient is not finite.</exception>
    public static FlowPath Solve(Objective objective, ReadOnlySpan<double> start, double time, FlowOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (!(time >= 0) || !double.IsFinite(time))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"A time of {time} was given; it must be finite and not negative.");
        options ??= new FlowOptions();
        options.Check();
        SlopeField field = new(objective, options, cancellation);
        FlowPath path = new() { ActiveRadius = options.ActiveRadius };
        double[] x = start.ToArray(), k1 = field.At(x);
        path.Add(0, x, k1, field.Value);
        double t = 0, h = Math.Min(Math.Min(time, options.MaximumTime), 1e-3);
        while (t < time)
        {
            if (TensorPrimitives.Norm<double>(k1) <= options.RestsBelow)
            {
                path.IsAtRest = true;
                break;
            }

            h = Math.Min(Math.Min(h, options.MaximumTime), time - t);
            double[] k2 = field.At(Moved(x, (0.5 * h, k1))), k3 = field.At(Moved(x, (0.75 * h, k2)));
            double[] next = Moved(x, (2 * h / 9, k1), (h / 3, k2), (4 * h / 9, k3));
            double[] k4 = field.At(next), error = Moved(new double[x.Length], (-5 * h / 72, k1), (h / 12, k2), (h / 9, k3), (-h / 8, k4));
            double nextValue = field.Value, ratio = TensorPrimitives.Norm<double>(error) / options.Tolerance;
            if (ratio <= 1)
            {
                t = time - t <= h ? time : t + h;
                (x, k1) = (next, k4);
                path.Add(t, x, k1, nextValue);
            }

            // The error is of first order in h across a kink, and of third order elsewhere.
            h *= Math.Clamp(Safety * Math.Pow(Math.Max(ratio, 1e-10), ratio > 1 ? -1 : -1.0 / 3), MinimumFactor, MaximumFactor);
        }

        path.IsAtRest |= TensorPrimitives.Norm<double>(k1) <= options.RestsBelow;
        path.Evaluations = field.Evaluations;
        return path;
    }

    private static double[] Moved(double[] from, params ReadOnlySpan<(double Length, double[] Direction)> parts)
    {
        double[] to = [.. from];
        foreach ((double length, double[] direction) in parts)
            TensorPrimitives.MultiplyAdd(direction, length, to, to);
        return to;
    }
}
