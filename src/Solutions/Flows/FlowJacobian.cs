namespace ConservativeAD.Solutions;

/// <summary>The derivative of a flow's state at a time.</summary>
/// <param name="Start">In the start: a row for each number of the state, a column for each number of the start.</param>
/// <param name="Parameters">In the parameters: a column for each.</param>
/// <param name="Time">In the time: the field there.</param>
public sealed record FlowJacobian(double[,] Start, double[,] Parameters, double[] Time);

/// <summary>The gradient of a weighted sum of the numbers of a flow's last state.</summary>
/// <param name="Start">In the start.</param>
/// <param name="Parameters">In the parameters.</param>
/// <param name="Time">In the end time.</param>
public sealed record FlowGradient(double[] Start, double[] Parameters, double Time);
