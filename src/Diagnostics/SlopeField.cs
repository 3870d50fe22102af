using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The direction −v of a differential inclusion θ' ∈ −∂F(θ), where v is the element of least norm. Gradients are collected from the ball of the active radius:
/// Clarke gradients at the end of a step against the current element, until none there is less steep than the element.
/// </summary>
internal sealed class SlopeField(Objective objective, FlowOptions options, CancellationToken cancellation)
{
    // A gradient whose product with the element is below this fraction of the element's square belongs to another piece, which the flow would enter.
    private const double Steepness = 1 - 1e-4;
    private const int MaximumGradients = 200;

    public int Evaluations { get; private set; }

    public double Value { get; private set; }

    /// <summary>−v.</summary>
    public double[] At(double[] point)
    {
        List<double[]> hull = [Gradient(point, 1)];
        Value = lastValue;
        double[] element = hull[0];
        while (hull.Count < MaximumGradients)
        {
            double norm = TensorPrimitives.Norm<double>(element);
            if (norm <= options.RestsBelow)
                return new double[point.Length];
            double[] ahead = new double[point.Length];
            TensorPrimitives.MultiplyAdd(element, -options.ActiveRadius / norm, point, ahead);
            double[] other = Gradient(ahead, 0);
            if (TensorPrimitives.Dot<double>(other, element) >= Steepness * norm * norm)
                break;
            hull.Add(other);
            MinimalNormPoint least = MinimalNormPoint.Of(hull);
            if (!(TensorPrimitives.Norm<double>(least.Point) < norm * (1 - 1e-12)))
                break;
            element = least.Point;
            hull = [.. hull.Where((_, i) => least.Weights[i] > 0)];
        }

        double[] direction = new double[point.Length];
        TensorPrimitives.Negate(element, direction);
        return direction;
    }

    private double lastValue;

    private double[] Gradient(double[] point, ulong draw)
    {
        cancellation.ThrowIfCancellationRequested();
        if (++Evaluations > options.EvaluationLimit)
            throw new InvalidOperationException(
                $"The flow took more than {options.EvaluationLimit} gradients; allow more, a larger tolerance, or a shorter time.");
        ClarkeElement element = Clarke.Gradient(objective, point, options.Seed + draw);
        if (!Array.TrueForAll(element.Gradient, double.IsFinite) || !double.IsFinite(element.Value))
            throw new ArithmeticException($"The value {element.Value} or its gradient is not finite where the flow came to.");
        lastValue = element.Value;
        return element.Gradient;
    }
}
