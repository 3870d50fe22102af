namespace ConservativeAD.Scalars;

/// <summary>The gradient of a value at the end of a loop, and the cost of computing it.</summary>
/// <param name="Value">The value.</param>
/// <param name="State">The state after the last step.</param>
/// <param name="StartGradient">The gradient with respect to the state before the first step.</param>
/// <param name="ParameterGradient">The gradient with respect to the parameters.</param>
/// <param name="StepEvaluations">The number of step evaluations, on plain or on active numbers; twice the number of steps if all states fit.</param>
/// <param name="LargestTape">The largest number of operations recorded at a time, including variables.</param>
public sealed record LoopGradient(double Value, double[] State, double[] StartGradient, double[] ParameterGradient, long StepEvaluations, int LargestTape)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
