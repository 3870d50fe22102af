using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>The result of a proximal gradient method.</summary>
/// <param name="Point">The last point.</param>
/// <param name="Value">f + h there.</param>
/// <param name="Evaluations">The number of gradients of f.</param>
/// <param name="Residual">‖x − prox(x − t·∇f(x))‖/t, which is 0 if and only if 0 ∈ ∇f(x) + ∂h(x).</param>
/// <param name="IsStationary">Whether the residual is within the tolerance.</param>
public sealed record ProximalGradientResult(IReadOnlyList<double> Point, double Value, int Evaluations, double Residual, bool IsStationary)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>
/// Minimises f + h, where f is smooth and h is given by its proximal operator, by proximal gradient steps with backtracking. The steps are accelerated as in
/// FISTA (A. Beck and M. Teboulle, SIAM J. Imaging Sci. 2009), and the acceleration restarts when the sum increases (B. O'Donoghue and E. Candès, Found.
/// Comput. Math. 2015).
/// </summary>
/// <param name="IsAccelerated">Whether steps are taken from an extrapolated point.</param>
/// <param name="FirstStep">The first step size to try.</param>
/// <param name="Tolerance">The residual that ends the method.</param>
/// <param name="EvaluationLimit">The most gradients of f.</param>
public sealed record ProximalGradient(bool IsAccelerated = true, double FirstStep = 1, double Tolerance = 1e-8, int EvaluationLimit = 100_000)
{
    /// <summary>Minimises.</summary>
    /// <param name="smooth">f.</param>
    /// <param name="other">h.</param>
    /// <param name="start">The starting point.</param>
    /// <param name="cancellation">Stops it.</param>
    public ProximalGradientResult Minimize(Objective smooth, IProximalOperator other, ReadOnlySpan<double> start, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(smooth);
        ArgumentNullException.ThrowIfNull(other);
        if (!(FirstStep > 0) || !(Tolerance > 0) || EvaluationLimit < 1)
            throw new ArgumentException(
                $"A first step of {FirstStep}, a tolerance of {Tolerance} and a limit of {EvaluationLimit} were given; all must be above 0.");
        double[] x = other.Apply(start, FirstStep), from = x;
        double step = FirstStep, momentum = 1, value = double.PositiveInfinity, residual = double.PositiveInfinity;
        int evaluations = 0;
        while (evaluations < EvaluationLimit && residual > Tolerance)
        {
            cancellation.ThrowIfCancellationRequested();
            (double at, double[] gradient) = smooth.Gradient(from);
            evaluations++;
            (double[] next, double smoothValue) = Backtrack(smooth, other, from, at, gradient, ref step);
            double sum = smoothValue + other.Value(next);
            residual = TensorPrimitives.Distance<double>(next, from) / step;
            if (sum > value && from != x)
            {
                (from, momentum, residual) = (x, 1, double.PositiveInfinity);
                continue;
            }

            double following = 0.5 * (1 + Math.Sqrt(1 + (4 * momentum * momentum))), push = IsAccelerated ? (momentum - 1) / following : 0;
            double[] before = x;
            from = push == 0 ? next : [.. next.Zip(before, (now, then) => now + (push * (now - then)))];
            (x, value, momentum) = (next, sum, following);
        }

        return new ProximalGradientResult(x, value, evaluations, residual, residual <= Tolerance);
    }

    private static (double[] Next, double Value) Backtrack(Objective smooth, IProximalOperator other, double[] from, double at, double[] gradient,
        ref double step)
    {
        while (true)
        {
            double[] moved = new double[from.Length], difference = new double[from.Length];
            TensorPrimitives.MultiplyAdd(gradient, -step, from, moved);
            double[] next = other.Apply(moved, step);
            TensorPrimitives.Subtract(next, from, difference);
            double value = smooth.Value(next), square = TensorPrimitives.SumOfSquares<double>(difference);

            // The descent lemma for steps up to 1/L, with a margin for rounding.
            if (value <= at + TensorPrimitives.Dot<double>(gradient, difference) + (square / (2 * step)) + (1e-14 * Math.Max(1, Math.Abs(at))) || step < 1e-300)
                return (next, value);
            step *= 0.5;
        }
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
