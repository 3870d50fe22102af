using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Parameters with the same settings. Groups that differ in a setting of the method itself, such as the momentum, are optimisers of their own:
/// <see cref="GroupedOptimizer{T}"/> steps several as one.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Parameters">The parameters.</param>
public sealed record ParameterGroup<T>(IReadOnlyList<Parameter<T>> Parameters)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The factor of the schedule's step size.</summary>
    public double StepSizeMultiplier { get; init => field = Demand.NotNegative(value); } = 1;

    /// <summary>The step sizes of this group; the optimiser's if null.</summary>
    public IStepSizeSchedule? Schedule { get; init; }

    /// <summary>Whether this group's steps rise instead of falling; as the optimiser's do if null.</summary>
    public bool? Maximize { get; init; }

    /// <summary>The weight decay of this group; the optimiser's if null.</summary>
    public double? WeightDecay { get; init => field = value is { } decay ? Demand.NotNegative(decay) : null; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
