using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>One parameter with the states that an optimiser keeps for it.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class OptimizerSlot<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int states;
    private OptimizerState<T> first, second, third, fourth;

    internal OptimizerSlot(Parameter<T> parameter, ParameterGroup<T> group, int states)
    {
        Parameter = parameter;
        Group = group;
        this.states = states;
    }

    /// <summary>The parameter.</summary>
    public Parameter<T> Parameter { get; }

    /// <summary>The group it belongs to.</summary>
    public ParameterGroup<T> Group { get; }

    /// <summary>The first state, such as a momentum; none if the optimiser keeps none. States take memory when they are asked for first.</summary>
    public OptimizerState<T> First => Kept(ref first, 1);

    /// <summary>The second state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Second => Kept(ref second, 2);

    /// <summary>The third state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Third => Kept(ref third, 3);

    /// <summary>The fourth state; none if the optimiser keeps none.</summary>
    public OptimizerState<T> Fourth => Kept(ref fourth, 4);

    /// <summary>Whether another rank steps the parameter and keeps its states.</summary>
    internal bool IsElsewhere { get; private set; }

    /// <summary>The number of updates of this parameter. A step skips parameters that the recorded program did not use.</summary>
    public long Updates { get; internal set; }

    /// <summary>Gives the states up, because another rank keeps them.</summary>
    internal void LeaveElsewhere()
    {
        IsElsewhere = true;
        foreach (OptimizerState<T> state in (ReadOnlySpan<OptimizerState<T>>)[first, second, third, fourth])
            state.Return();
        first = second = third = fourth = default;
    }

    private OptimizerState<T> Kept(ref OptimizerState<T> state, int place)
    {
        if (state.IsNone && states >= place && !IsElsewhere)
            state = new OptimizerState<T>(Parameter);
        return state;
    }
}
