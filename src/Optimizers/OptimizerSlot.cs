using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>One parameter with the states that an optimiser keeps for it.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class OptimizerSlot<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal OptimizerSlot(Parameter<T> parameter, ParameterGroup<T> group, int states)
    {
        Parameter = parameter;
        Group = group;
        if (states > 0)
            First = new OptimizerState<T>(parameter);
        if (states > 1)
            Second = new OptimizerState<T>(parameter);
        if (states > 2)
            Third = new OptimizerState<T>(parameter);
        if (states > 3)
            Fourth = new OptimizerState<T>(parameter);
    }

    /// <summary>The parameter.</summary>
    public Parameter<T> Parameter { get; }

    /// <summary>The group it belongs to.</summary>
    public ParameterGroup<T> Group { get; }

    /// <summary>The first state, such as a momentum; none if the optimiser keeps none.</summary>
    public OptimizerState<T> First { get; }

    /// <summary>The second state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Second { get; }

    /// <summary>The third state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Third { get; }

    /// <summary>The fourth state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Fourth { get; }

    /// <summary>The number of updates of this parameter. A step skips parameters that the recorded program did not use.</summary>
    public long Updates { get; internal set; }
}
