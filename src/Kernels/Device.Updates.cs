using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels;

/// <content>Optimiser steps.</content>
public abstract partial class Device
{
    /// <summary>Changes parameters and optimiser states in place, in one pass.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <typeparam name="TUpdate">The update.</typeparam>
    /// <param name="update">The update.</param>
    /// <param name="parameter">The parameters; contiguous.</param>
    /// <param name="gradient">Their gradients; contiguous, of the same shape.</param>
    /// <param name="first">The first state, of the same shape, or the default value if the update keeps none.</param>
    /// <param name="second">The second state, likewise.</param>
    /// <param name="third">The third state, likewise.</param>
    /// <param name="fourth">The fourth state, likewise.</param>
    /// <exception cref="ArgumentException">The shapes differ, or an array is not contiguous.</exception>
    public void Update<T, TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first = default,
        in NDArray<T> second = default, in NDArray<T> third = default, in NDArray<T> fourth = default)
        where T : unmanaged
        where TUpdate : struct, IUpdate
    {
        gradient.CheckReadable();
        parameter.BeginWrite("Device.Update");
        first.BeginWrite("Device.Update");
        second.BeginWrite("Device.Update");
        third.BeginWrite("Device.Update");
        fourth.BeginWrite("Device.Update");
        UpdateCore(update, parameter, gradient, first, second, third, fourth);
    }

    private protected abstract void UpdateCore<T, TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first,
        in NDArray<T> second, in NDArray<T> third, in NDArray<T> fourth)
        where T : unmanaged
        where TUpdate : struct, IUpdate;

    /// <summary>
    /// The sum of squares of all elements, accumulated in double in an order that depends only on the number of elements. The sum is non-finite if and only if
    /// an element is (or, in double, is too large to be squared).
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">The array; contiguous.</param>
    /// <exception cref="ArgumentException">The array is not contiguous.</exception>
    public double SumOfSquares<T>(in NDArray<T> x)
        where T : unmanaged
    {
        x.CheckReadable();
        return SumOfSquaresCore(x);
    }

    private protected abstract double SumOfSquaresCore<T>(in NDArray<T> x)
        where T : unmanaged;
}
