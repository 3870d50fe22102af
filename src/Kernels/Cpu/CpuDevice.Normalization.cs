namespace ConservativeAD.Kernels.Cpu;

/// <content>Normalisation.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void NormalizeCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon,
        in NDArray<T> y, in NDArray<T> mean, in NDArray<T> variance)
    {
        ArgumentChecks.Normalization(shape, x, scale, shift, y, mean, variance);
        if (typeof(T) == typeof(float))
        {
            Normalization.Forward(pool, shape, (float*)MapLoop.Pointer(x), (float*)MapLoop.Pointer(scale), (float*)MapLoop.Pointer(shift), epsilon,
                (float*)MapLoop.Pointer(y), (float*)MapLoop.Pointer(mean), (float*)MapLoop.Pointer(variance));
            return;
        }

        if (typeof(T) == typeof(double))
        {
            Normalization.Forward(pool, shape, (double*)MapLoop.Pointer(x), (double*)MapLoop.Pointer(scale), (double*)MapLoop.Pointer(shift), epsilon,
                (double*)MapLoop.Pointer(y), (double*)MapLoop.Pointer(mean), (double*)MapLoop.Pointer(variance));
            return;
        }

        NDArray<float> wideX = Widened(x), wideScale = Widened(scale), wideShift = Widened(shift), means = Allocate<float>(mean.Shape),
            variances = Allocate<float>(variance.Shape);
        Normalization.Forward(pool, shape, MapLoop.Pointer(wideX), MapLoop.Pointer(wideScale), MapLoop.Pointer(wideShift), epsilon, MapLoop.Pointer(wideX),
            MapLoop.Pointer(means), MapLoop.Pointer(variances));
        NarrowAndReturn(wideX, y);
        NarrowAndReturn(means, mean);
        NarrowAndReturn(variances, variance);
        Return(wideScale);
        Return(wideShift);
    }

    private protected override void NormalizePullbackCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance,
        in NDArray<T> scale, double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift)
    {
        ArgumentChecks.NormalizationPullback(shape, x, mean, variance, scale, dy, dx, dScale, dShift);
        if (typeof(T) == typeof(float))
        {
            Normalization.Pullback(pool, shape, (float*)MapLoop.Pointer(x), (float*)MapLoop.Pointer(mean), (float*)MapLoop.Pointer(variance),
                (float*)MapLoop.Pointer(scale), epsilon, (float*)MapLoop.Pointer(dy), dx.IsNone
                    ? null
                    : (float*)MapLoop.Pointer(dx), accumulate, (float*)MapLoop.Pointer(dScale), (float*)MapLoop.Pointer(dShift));
            return;
        }

        if (typeof(T) == typeof(double))
        {
            Normalization.Pullback(pool, shape, (double*)MapLoop.Pointer(x), (double*)MapLoop.Pointer(mean), (double*)MapLoop.Pointer(variance),
                (double*)MapLoop.Pointer(scale), epsilon, (double*)MapLoop.Pointer(dy), dx.IsNone
                    ? null
                    : (double*)MapLoop.Pointer(dx), accumulate, (double*)MapLoop.Pointer(dScale), (double*)MapLoop.Pointer(dShift));
            return;
        }

        NDArray<float> wideX = Widened(x), means = Widened(mean), variances = Widened(variance), wideScale = Widened(scale), cotangent = Widened(dy),
            scales = Allocate<float>(dScale.Shape), shifts = Allocate<float>(dShift.Shape);
        NDArray<float> pulled = dx.IsNone ? default : accumulate ? Widened(dx) : Allocate<float>(dx.Shape);
        Normalization.Pullback(pool, shape, MapLoop.Pointer(wideX), MapLoop.Pointer(means), MapLoop.Pointer(variances), MapLoop.Pointer(wideScale), epsilon,
            MapLoop.Pointer(cotangent), dx.IsNone ? null : MapLoop.Pointer(pulled), accumulate, MapLoop.Pointer(scales), MapLoop.Pointer(shifts));
        if (!dx.IsNone)
            NarrowAndReturn(pulled, dx);
        NarrowAndReturn(scales, dScale);
        NarrowAndReturn(shifts, dShift);
        Return(wideX);
        Return(means);
        Return(variances);
        Return(wideScale);
        Return(cotangent);
    }

    private NDArray<float> Widened<T>(in NDArray<T> array)
        where T : unmanaged
    {
        NDArray<float> wide = Allocate<float>(array.Shape);
        Widening.Load(MapLoop.Pointer(array), 1, MapLoop.Pointer(wide), array.Count);
        return wide;
    }

    private void NarrowAndReturn<T>(in NDArray<float> wide, in NDArray<T> destination)
        where T : unmanaged
    {
        Widening.Store(MapLoop.Pointer(wide), MapLoop.Pointer(destination), 1, destination.Count);
        Return(wide);
    }
}
