using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Recurrent layers.</content>
public abstract partial class Device
{
    /// <summary>
    /// A long short-term memory layer over all time steps: a = projected + h·Wᵀ + b, cut into a_i, a_f, a_g and a_o; i, f, o = sigmoid and g = tanh of them;
    /// c ← f·c + i·g; h ← o·tanh c.
    /// </summary>
    /// <typeparam name="T">float, double or Half; Half is computed in float from the first step to the last.</typeparam>
    /// <param name="projected">The inputs' contribution to a: [steps, batch, 4·width], contiguous.</param>
    /// <param name="weight">W: [4·width, width], contiguous.</param>
    /// <param name="bias">b: [4·width], contiguous.</param>
    /// <param name="hidden">h: [steps + 1, batch, width], contiguous; the first step is read, the others are written.</param>
    /// <param name="cells">c: of the same shape, with the same use.</param>
    /// <param name="startsAtZero">Whether the first h is known to be 0, which saves a product.</param>
    /// <param name="gates">Receives i, f, g and o: [steps, batch, 4·width], contiguous.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or an array is not contiguous.</exception>
    public void Lstm<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells, bool startsAtZero,
        in NDArray<T> gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        projected.CheckReadable();
        weight.CheckReadable();
        bias.CheckReadable();
        hidden.BeginWrite("Device.Lstm");
        cells.BeginWrite("Device.Lstm");
        gates.BeginWrite("Device.Lstm");
        LstmCore(projected, weight, bias, hidden, cells, startsAtZero, gates);
    }

    private protected abstract void LstmCore<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells,
        bool startsAtZero, in NDArray<T> gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// The pullback of <see cref="Lstm{T}"/> through all time steps to the gates' arguments. A matrix product of the result gives the pullback to the weights.
    /// </summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="weight">W.</param>
    /// <param name="cells">As <see cref="Lstm{T}"/> wrote them.</param>
    /// <param name="gates">As <see cref="Lstm{T}"/> wrote them.</param>
    /// <param name="dHidden">The cotangents of h after each step: [steps, batch, width], contiguous.</param>
    /// <param name="dArguments">Receives the cotangents of a: [steps, batch, 4·width], contiguous.</param>
    /// <param name="dFirstHidden">Receives the cotangent of the first h: [batch, width], contiguous.</param>
    /// <param name="needsFirst">Whether the cotangent of the first h is needed; if not, its content is undefined.</param>
    /// <param name="dCell">The cotangent of the last c: [batch, width], contiguous; overwritten by that of the first c.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or an array is not contiguous.</exception>
    public void LstmPullback<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments,
        in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        weight.CheckReadable();
        cells.CheckReadable();
        gates.CheckReadable();
        dHidden.CheckReadable();
        dArguments.BeginWrite("Device.LstmPullback");
        dFirstHidden.BeginWrite("Device.LstmPullback");
        dCell.BeginWrite("Device.LstmPullback");
        LstmPullbackCore(weight, cells, gates, dHidden, dArguments, dFirstHidden, needsFirst, dCell);
    }

    private protected abstract void LstmPullbackCore<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden,
        in NDArray<T> dArguments, in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
