using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels;

/// <content>Matrix products.</content>
public abstract partial class Device
{
    /// <summary>destination = map(left · right + bias), where left, right and destination are matrices or stacks of them.</summary>
    /// <typeparam name="T">float, double or Half; Half is summed in float over the whole product and rounded once.</typeparam>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">A function applied to every finished element.</param>
    /// <param name="left">[m, k], or [batch, m, k]. A transposed view costs nothing.</param>
    /// <param name="right">[k, n], or [batch, k, n]. A transposed view costs nothing.</param>
    /// <param name="destination">[m, n], or [batch, m, n], with contiguous rows; it may not overlap the operands.</param>
    /// <param name="accumulate">Whether to add to what the destination holds, before the function.</param>
    /// <param name="bias">n contiguous elements added to every row, or the default value for none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public void MatrixProduct<T, TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate = false,
        in NDArray<T> bias = default)
        where T : unmanaged
        where TMap : struct, IUnaryMap
    {
        left.CheckReadable();
        right.CheckReadable();
        bias.CheckReadable();
        destination.BeginWrite("Device.MatrixProduct");
        MatrixProductCore(map, left, right, destination, accumulate, bias);
    }

    private protected abstract void MatrixProductCore<T, TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate,
        in NDArray<T> bias)
        where T : unmanaged
        where TMap : struct, IUnaryMap;

    /// <summary>destination = left · right + bias, or += with <paramref name="accumulate"/>.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="left">[m, k], or [batch, m, k].</param>
    /// <param name="right">[k, n], or [batch, k, n].</param>
    /// <param name="destination">[m, n], or [batch, m, n].</param>
    /// <param name="accumulate">Whether to add to what the destination holds.</param>
    /// <param name="bias">n elements added to every row, or the default value for none.</param>
    public void MatrixProduct<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate = false, in NDArray<T> bias = default)
        where T : unmanaged => MatrixProduct(default(Identity), left, right, destination, accumulate, bias);
}
