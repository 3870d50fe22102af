namespace ConservativeAD.Studies.Diagnosis;

/// <summary>The tangent kernel at one point of a run.</summary>
/// <param name="Step">The index of the iterate.</param>
/// <param name="Smallest">λ_min.</param>
/// <param name="Largest">λ_max.</param>
/// <param name="Drift">‖K − K₀‖/‖K₀‖.</param>
/// <param name="ParameterDrift">‖θ − θ₀‖/‖θ₀‖.</param>
internal sealed record KernelSnapshot(int Step, double Smallest, double Largest, double Drift, double ParameterDrift);
