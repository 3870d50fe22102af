using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Recurrent layers.</content>
public abstract partial class Device
{
    /// <summary>
    /// A layer of long short-term memory over all time steps: a = projected + h·Wᵀ + b, cut into a_i, a_f, a_g and a_o; i, f, o = sigmoid and g = tanh of them; c ← f·c + i·g; h ← o·tanh c.
    /// </summary>
    /// <typeparam name="T">float, double or Half; Half is computed in float from the first step to the last.</typeparam>
    /// <param name="projected">The inputs' share of a: [steps, batch, 4·width], contiguous.</param>
    /// <param name="weight">W: [4·width, width], contiguous.</param>
    /// <param name="bias">b: [4·width], contiguous.</param>
    /// <param name="hidden">h: [steps + 1, batch, width], contiguous; the first is read, the others are written.</param>
    /// <param name="cells">c: likewise.</param>
    /// <param name="startsAtZero">Whether the first h is known to be zeros, which saves a product.</param>
    /// <param name="gates">Where i, f, g and o are written: [steps, batch, 4·width], contiguous.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or an array is not contiguous.</exception>
    public abstract void Lstm<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells, bool startsAtZero, in NDArray<T> gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="Lstm{T}"/> through all time steps to the gates' arguments; that to the weights is one matrix product of them.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="weight">W.</param>
    /// <param name="cells">As <see cref="Lstm{T}"/> left them.</param>
    /// <param name="gates">As <see cref="Lstm{T}"/> left them.</param>
    /// <param name="dHidden">The cotangents of h after each step: [steps, batch, width], contiguous.</param>
    /// <param name="dArguments">Where the cotangents of a are written: [steps, batch, 4·width], contiguous.</param>
    /// <param name="dFirstHidden">Where the cotangent of the first h is written: [batch, width], contiguous.</param>
    /// <param name="needsFirst">Whether it is wanted; if not, anything may stand there.</param>
    /// <param name="dCell">The cotangent of the last c: [batch, width], contiguous; that of the first c takes its place.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or an array is not contiguous.</exception>
    public abstract void LstmPullback<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments, in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
