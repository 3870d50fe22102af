using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>Parameters with the same settings.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Parameters">The parameters.</param>
public sealed record ParameterGroup<T>(IReadOnlyList<Parameter<T>> Parameters)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The factor of the schedule's step size.</summary>
    public double StepSizeMultiplier { get; init => field = Demand.NotNegative(value); } = 1;

    /// <summary>The weight decay of this group; the optimiser's if null.</summary>
    public double? WeightDecay { get; init => field = value is { } decay ? Demand.NotNegative(decay) : null; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
