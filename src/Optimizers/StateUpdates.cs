using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Updates parameters with the states of an optimiser. Parameters of Half are updated on copies in float, with states in float, and are rounded once.
/// </summary>
public static class StateUpdates
{
    /// <summary>Changes a parameter and its states in place.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TUpdate">The update.</typeparam>
    /// <param name="device">The device of the parameter.</param>
    /// <param name="update">The update.</param>
    /// <param name="parameter">The parameter; contiguous.</param>
    /// <param name="gradient">Its gradient; contiguous, of the same shape.</param>
    /// <param name="first">The first state.</param>
    /// <param name="second">The second state, or the default value if the update keeps none.</param>
    /// <param name="third">The third state, likewise.</param>
    /// <param name="fourth">The fourth state, likewise.</param>
    /// <exception cref="ArgumentException">The shapes differ, or an array is not contiguous.</exception>
    public static void Update<T, TUpdate>(this Device device, TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, OptimizerState<T> first,
        OptimizerState<T> second = default, OptimizerState<T> third = default, OptimizerState<T> fourth = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUpdate : struct, IUpdate
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!OptimizerState<T>.IsWide)
        {
            device.Update(update, parameter, gradient, first.Own, second.Own, third.Own, fourth.Own);
            return;
        }

        NDArray<float> values = Widened(device, parameter), slopes = Widened(device, gradient);
        device.Update(update, values, slopes, first.Wide, second.Wide, third.Wide, fourth.Wide);
        device.Convert(values, parameter);
        device.Return(slopes);
        device.Return(values);
    }

    /// <summary>Changes a state from a parameter.</summary>
    internal static void Update<T, TUpdate>(this Device device, TUpdate update, OptimizerState<T> state, in NDArray<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUpdate : struct, IUpdate
    {
        if (!OptimizerState<T>.IsWide)
        {
            device.Update(update, state.Own, parameter);
            return;
        }

        NDArray<float> values = Widened(device, parameter);
        device.Update(update, state.Wide, values);
        device.Return(values);
    }

    /// <summary>Changes a parameter from a state.</summary>
    internal static void UpdateBy<T, TUpdate>(this Device device, TUpdate update, in NDArray<T> parameter, OptimizerState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUpdate : struct, IUpdate
    {
        if (!OptimizerState<T>.IsWide)
        {
            device.Update(update, parameter, state.Own);
            return;
        }

        NDArray<float> values = Widened(device, parameter);
        device.Update(update, values, state.Wide);
        device.Convert(values, parameter);
        device.Return(values);
    }

    /// <summary>The elements in float, in the device's memory.</summary>
    internal static NDArray<float> Widened<T>(Device device, in NDArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<float> wide = device.Allocate<float>(array.Shape);
        device.Convert(array, wide);
        return wide;
    }
}
