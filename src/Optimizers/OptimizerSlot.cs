using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>One parameter with what an optimiser keeps for it.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class OptimizerSlot<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal OptimizerSlot(Parameter<T> parameter, ParameterGroup<T> group, int states)
    {
        Parameter = parameter;
        Group = group;
        if (states > 0)
            First = Zeros(parameter);
        if (states > 1)
            Second = Zeros(parameter);
        if (states > 2)
            Third = Zeros(parameter);
        if (states > 3)
            Fourth = Zeros(parameter);
    }

    /// <summary>The parameter.</summary>
    public Parameter<T> Parameter { get; }

    /// <summary>The group it belongs to.</summary>
    public ParameterGroup<T> Group { get; }

    /// <summary>The first state, such as a momentum; no array if the optimiser keeps none.</summary>
    public NDArray<T> First { get; }

    /// <summary>The second state; no array if the optimiser keeps none.</summary>
    public NDArray<T> Second { get; }

    /// <summary>The third state; no array if the optimiser keeps none.</summary>
    public NDArray<T> Third { get; }

    /// <summary>The fourth state; no array if the optimiser keeps none.</summary>
    public NDArray<T> Fourth { get; }

    /// <summary>How often this parameter has been stepped: a step passes over parameters that the recorded program did not use.</summary>
    public long Updates { get; internal set; }

    private static NDArray<T> Zeros(Parameter<T> parameter)
    {
        NDArray<T> zeros = parameter.Value.Device.Allocate<T>(parameter.Shape);
        parameter.Value.Device.Fill(zeros, T.Zero);
        return zeros;
    }
}
