using System.Numerics;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>One setting of an optimiser, in both precisions, with its published update rule for single components.</summary>
/// <param name="Name">The name in the list.</param>
/// <param name="StepSize">The step size of the first step.</param>
/// <param name="InDouble">Makes it in double.</param>
/// <param name="InSingle">Makes it in float.</param>
/// <param name="Rule">The update: t from 1, step size, parameter, gradient, the component's states; returns the new parameter.</param>
internal sealed record ZooMember(
    string Name,
    double StepSize,
    Func<Parameter<double>[], IStepSizeSchedule, Optimizer<double>> InDouble,
    Func<Parameter<float>[], IStepSizeSchedule, Optimizer<float>> InSingle,
    Func<int, double, double, double, double[], double> Rule)
{
    public Optimizer<T> Make<T>(Parameter<T> parameter, IStepSizeSchedule schedule)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => parameter is Parameter<double> doubles
            ? (Optimizer<T>)(object)InDouble([doubles], schedule)
            : (Optimizer<T>)(object)InSingle([(Parameter<float>)(object)parameter], schedule);
}
