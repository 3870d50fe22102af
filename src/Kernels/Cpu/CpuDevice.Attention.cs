using ConservativeAD.Kernels.Common;

namespace ConservativeAD.Kernels.Cpu;

/// <content>Attention.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void AttentionCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal,
        in NDArray<T> probabilities, in NDArray<T> y)
    {
        ArgumentChecks.Attention(q, k, v, probabilities, y);
        if (typeof(T) == typeof(float))
        {
            AttentionHeads<float>.Forward(pool, AttentionShape.Of(q, k), HeadMatrices<float>.Of(q), HeadMatrices<float>.Of(k), HeadMatrices<float>.Of(v), scale,
                isCausal, (float*)MapLoop.Pointer(probabilities), HeadMatrices<float>.Of(y));
            return;
        }

        if (typeof(T) == typeof(double))
        {
            AttentionHeads<double>.Forward(pool, AttentionShape.Of(q, k), HeadMatrices<double>.Of(q), HeadMatrices<double>.Of(k), HeadMatrices<double>.Of(v),
                scale, isCausal, (double*)MapLoop.Pointer(probabilities), HeadMatrices<double>.Of(y));
            return;
        }

        NDArray<float> wideQ = WidenedFromViews(q), wideK = WidenedFromViews(k), wideV = WidenedFromViews(v), wideP = Allocate<float>(probabilities.Shape),
            wideY = Allocate<float>(y.Shape);
        AttentionHeads<float>.Forward(pool, AttentionShape.Of(q, k), HeadMatrices<float>.Of(wideQ), HeadMatrices<float>.Of(wideK),
            HeadMatrices<float>.Of(wideV), scale, isCausal, MapLoop.Pointer(wideP), HeadMatrices<float>.Of(wideY));
        NarrowAndReturn(wideP, probabilities);
        NarrowedToView(wideY, y, false);
        Return(wideQ);
        Return(wideK);
        Return(wideV);
    }

    private protected override void AttentionPullbackCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities,
        in NDArray<T> dy, in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate)
    {
        ArgumentChecks.Attention(q, k, v, probabilities, dy);
        ArgumentChecks.Attention(dq, dk, dv, probabilities, dy);
        if (typeof(T) == typeof(float))
        {
            AttentionHeads<float>.Pullback(pool, AttentionShape.Of(q, k), HeadMatrices<float>.Of(q), HeadMatrices<float>.Of(k), HeadMatrices<float>.Of(v),
                scale, (float*)MapLoop.Pointer(probabilities), HeadMatrices<float>.Of(dy), HeadMatrices<float>.Of(dq), HeadMatrices<float>.Of(dk),
                    HeadMatrices<float>.Of(dv), accumulate);
            return;
        }

        if (typeof(T) == typeof(double))
        {
            AttentionHeads<double>.Pullback(pool, AttentionShape.Of(q, k), HeadMatrices<double>.Of(q), HeadMatrices<double>.Of(k), HeadMatrices<double>.Of(v),
                scale, (double*)MapLoop.Pointer(probabilities), HeadMatrices<double>.Of(dy), HeadMatrices<double>.Of(dq), HeadMatrices<double>.Of(dk),
                    HeadMatrices<double>.Of(dv), accumulate);
            return;
        }

        NDArray<float> wideQ = WidenedFromViews(q), wideK = WidenedFromViews(k), wideV = WidenedFromViews(v), wideP = Widened(probabilities),
            wideDy = WidenedFromViews(dy);
        NDArray<float> wideDq = Allocate<float>(q.Shape), wideDk = Allocate<float>(k.Shape), wideDv = Allocate<float>(v.Shape);
        AttentionHeads<float>.Pullback(pool, AttentionShape.Of(q, k), HeadMatrices<float>.Of(wideQ), HeadMatrices<float>.Of(wideK),
            HeadMatrices<float>.Of(wideV), scale, MapLoop.Pointer(wideP), HeadMatrices<float>.Of(wideDy), HeadMatrices<float>.Of(wideDq),
                HeadMatrices<float>.Of(wideDk), HeadMatrices<float>.Of(wideDv), false);
        NarrowedToView(wideDq, dq, accumulate);
        NarrowedToView(wideDk, dk, accumulate);
        NarrowedToView(wideDv, dv, accumulate);
        Return(wideQ);
        Return(wideK);
        Return(wideV);
        Return(wideP);
        Return(wideDy);
    }

    private NDArray<float> WidenedFromViews<T>(in NDArray<T> view)
        where T : unmanaged
    {
        if (view.IsContiguous)
            return Widened(view);
        NDArray<T> copy = Allocate<T>(view.Shape);
        Copy(view, copy);
        NDArray<float> wide = Widened(copy);
        Return(copy);
        return wide;
    }

    private void NarrowedToView<T>(in NDArray<float> wide, in NDArray<T> view, bool accumulate)
        where T : unmanaged
    {
        NDArray<T> copy = Allocate<T>(view.Shape);
        NarrowAndReturn(wide, copy);
        Copy(copy, view, accumulate);
        Return(copy);
    }
}
