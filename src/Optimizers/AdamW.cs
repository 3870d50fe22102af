using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.01 unless said otherwise.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AdamW<T> : Adam<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double UsualDecay = 0.01;

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="keepsMaximum">Whether the largest v so far divides (AMSGrad).</param>
    public AdamW(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, bool keepsMaximum = false)
        : this([new ParameterGroup<T>([.. parameters])], schedule, keepsMaximum)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="keepsMaximum">Whether the largest v so far divides (AMSGrad).</param>
    public AdamW(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, bool keepsMaximum = false)
        : base(groups, schedule, keepsMaximum)
    {
        DecoupledDecay = true;
        WeightDecay = UsualDecay;
    }
}
