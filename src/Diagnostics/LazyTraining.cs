using System.Numerics.Tensors;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// The change of parameters and tangent kernel since the start of a run. If both changed little, the model behaved like its linearisation: lazy training.
/// </summary>
/// <remarks>L. Chizat, E. Oyallon and F. Bach, NeurIPS 2019.</remarks>
/// <param name="ParameterDrift">‖θ − θ₀‖/‖θ₀‖.</param>
/// <param name="KernelDrift">‖K − K₀‖/‖K₀‖, in Frobenius norms.</param>
/// <param name="Distance">‖θ − θ₀‖.</param>
public sealed record LazyTraining(double ParameterDrift, double KernelDrift, double Distance)
{
    /// <summary>Compares two points of a run.</summary>
    /// <param name="initial">θ₀.</param>
    /// <param name="initialKernel">K₀.</param>
    /// <param name="point">θ.</param>
    /// <param name="kernel">K.</param>
    public static LazyTraining Of(ReadOnlySpan<double> initial, TangentKernel initialKernel, ReadOnlySpan<double> point, TangentKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(initialKernel);
        ArgumentNullException.ThrowIfNull(kernel);
        double distance = TensorPrimitives.Distance(initial, point);
        return new LazyTraining(distance / TensorPrimitives.Norm(initial), kernel.DriftFrom(initialKernel), distance);
    }

    /// <summary>
    /// The distance 2φ(F₀) that gradient descent on F = ‖H(θ) − y‖² cannot exceed as long as λ_min(K) ≥ λ along the way: with ‖∇F‖² ≥ 4λF, φ(t) = √(t/λ).
    /// Training stays near the start if this condition holds on a ball of this radius.
    /// </summary>
    /// <param name="value">F₀.</param>
    /// <param name="smallestEigenvalue">λ, for example half of λ_min(K₀).</param>
    public static double TrapRadius(double value, double smallestEigenvalue) => smallestEigenvalue > 0
        ? 2 * new KlInequality(0.5, 2 * Math.Sqrt(smallestEigenvalue)).Desingularize(value)
        : throw new ArgumentOutOfRangeException(nameof(smallestEigenvalue), smallestEigenvalue,
            $"An eigenvalue of {smallestEigenvalue} was given; it must be above 0.");

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
