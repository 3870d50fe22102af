using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Stochastic proximal gradient steps: θ ← prox_{αh}(θ − αg), for loss + h with h given by its proximal operator (J. Duchi and Y. Singer, JMLR 10, 2009).
/// Weights become exactly 0 if h produces zeros.
/// </summary>
/// <remarks>
/// The operator acts on each parameter separately, as a vector in row-major order, in double on the host, so every step copies the parameter to the host and
/// back.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ProximalSgd<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the optimiser for one group of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="regularizer">h.</param>
    public ProximalSgd(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule, IProximalOperator regularizer)
        : this([new ParameterGroup<T>([.. parameters])], schedule, regularizer)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The parameters in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="regularizer">h.</param>
    public ProximalSgd(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule, IProximalOperator regularizer)
        : base(groups, schedule)
    {
        ArgumentNullException.ThrowIfNull(regularizer);
        Regularizer = regularizer;
    }

    /// <summary>h.</summary>
    public IProximalOperator Regularizer { get; }

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        NDArray<T> parameter = slot.Parameter.Value;
        if (!OptimizerState<T>.IsWide)
        {
            Step(parameter, gradient, clipped, stepSize, weightDecay);
            return;
        }

        Device device = parameter.Device;
        NDArray<float> values = StateUpdates.Widened(device, parameter), slopes = StateUpdates.Widened(device, gradient);
        Step(values, slopes, clipped, stepSize, weightDecay);
        device.Convert(values, parameter);
        device.Return(slopes);
        device.Return(values);
    }

    private void Step<W>(in NDArray<W> parameter, in NDArray<W> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        parameter.Device.Update(new Sgd<T>.Plain(clipped, stepSize, weightDecay), parameter, gradient);
        if (stepSize > 0)
            parameter.CopyFrom([.. Regularizer.Apply([.. parameter.ToArray().Select(double.CreateChecked)], stepSize).Select(W.CreateChecked)]);
    }
}
