using System.Numerics;

namespace ConservativeAD.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.01 by default.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AdamW<T> : Adam<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double UsualDecay = 0.01;

    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="amsGrad">Whether to divide by the root of the largest v so far (AMSGrad).</param>
    public AdamW(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, bool amsGrad = false)
        : this([new ParameterGroup<T>([.. parameters])], schedule, amsGrad)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="amsGrad">Whether to divide by the root of the largest v so far (AMSGrad).</param>
    public AdamW(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, bool amsGrad = false)
        : base(groups, schedule, amsGrad)
    {
        DecoupledDecay = true;
        WeightDecay = UsualDecay;
    }
}
