using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Normalisation with scale and shift.</content>
public abstract partial class Device
{
    /// <summary>y = (x − μ)/√(σ² + ε) · scale + shift, with mean and variance of each group.</summary>
    /// <typeparam name="T">float, double or Half (computed in float).</typeparam>
    /// <param name="shape">The groups; if scale and shift are not by group, the outer extent must be 1.</param>
    /// <param name="x">The argument, contiguous.</param>
    /// <param name="scale">The scale, contiguous.</param>
    /// <param name="shift">The shift, contiguous.</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="y">The result, contiguous.</param>
    /// <param name="mean">μ of each group.</param>
    /// <param name="variance">σ² of each group, over n, not n − 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void Normalize<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon, in NDArray<T> y,
        in NDArray<T> mean, in NDArray<T> variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        scale.CheckReadable();
        shift.CheckReadable();
        y.BeginWrite("Device.Normalize");
        mean.BeginWrite("Device.Normalize");
        variance.BeginWrite("Device.Normalize");
        NormalizeCore(shape, x, scale, shift, epsilon, y, mean, variance);
    }

    private protected abstract void NormalizeCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon,
        in NDArray<T> y, in NDArray<T> mean, in NDArray<T> variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="Normalize{T}"/> to all three arguments.</summary>
    /// <typeparam name="T">float, double or Half (computed in float).</typeparam>
    /// <param name="shape">The groups.</param>
    /// <param name="x">The argument.</param>
    /// <param name="mean">As <see cref="Normalize{T}"/> wrote it.</param>
    /// <param name="variance">As <see cref="Normalize{T}"/> wrote it.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="dy">The cotangent of y, contiguous.</param>
    /// <param name="dx">Receives the cotangent of x, contiguous; the default value if it is not needed.</param>
    /// <param name="accumulate">Whether to add to what dx holds.</param>
    /// <param name="dScale">Receives the cotangent of the scale.</param>
    /// <param name="dShift">Receives the cotangent of the shift.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void NormalizePullback<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance, in NDArray<T> scale, double epsilon,
        in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        mean.CheckReadable();
        variance.CheckReadable();
        scale.CheckReadable();
        dy.CheckReadable();
        dx.BeginWrite("Device.NormalizePullback");
        dScale.BeginWrite("Device.NormalizePullback");
        dShift.BeginWrite("Device.NormalizePullback");
        NormalizePullbackCore(shape, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift);
    }

    private protected abstract void NormalizePullbackCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance,
        in NDArray<T> scale, double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
