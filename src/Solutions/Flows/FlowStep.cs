namespace ConservativeAD.Solutions;

/// <summary>A step of a method.</summary>
/// <param name="Start">The state before it.</param>
/// <param name="End">The state after it.</param>
/// <param name="Stages">The states of the stages.</param>
/// <param name="Rates">The field at the stages.</param>
/// <param name="Error">The estimated error; null if the method has none.</param>
internal sealed record FlowStep(double[] Start, double[] End, double[][] Stages, double[][] Rates, double[]? Error);

/// <summary>The derivative of a step in state and parameters, with its time and size fixed.</summary>
internal interface IFlowStepDerivative
{
    /// <summary>The change of the state after the step.</summary>
    double[] Push(ReadOnlySpan<double> state, ReadOnlySpan<double> parameters);

    /// <summary>The cotangent of the state before the step; that of the parameters is added to the given one.</summary>
    double[] Pull(double[] weights, double[] parameters);
}
