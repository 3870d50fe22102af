namespace ConservativeAD;

/// <summary>The gradient of a value at the end of a loop, and what it took.</summary>
/// <param name="Value">The value.</param>
/// <param name="State">The state after the last step.</param>
/// <param name="StartGradient">The gradient with respect to the state before the first step.</param>
/// <param name="ParameterGradient">The gradient with respect to the parameters.</param>
/// <param name="StepEvaluations">How many steps were computed, on plain or on active numbers; twice their number where all states fit.</param>
/// <param name="LargestTape">The most operations that were recorded at a time, variables included.</param>
public sealed record LoopGradient(double Value, double[] State, double[] StartGradient, double[] ParameterGradient, long StepEvaluations, int LargestTape);
