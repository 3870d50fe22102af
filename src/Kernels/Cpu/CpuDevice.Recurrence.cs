using ConservativeAD.Kernels.Common;

namespace ConservativeAD.Kernels.Cpu;

/// <content>Recurrent layers.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void LstmCore<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells,
        bool startsAtZero, in NDArray<T> gates)
    {
        LstmShape shape = ArgumentChecks.Lstm(projected, weight, bias, hidden, cells, gates);

        // Transposed once, so that no step has to pack it.
        NDArray<T> turned = Allocate<T>(Shape.Of(shape.Width, 4 * shape.Width));
        Copy(weight.Transpose(0, 1), turned);
        if (typeof(T) == typeof(float))
        {
            LongShortTermMemory.Forward(pool, shape, (float*)MapLoop.Pointer(projected), (float*)MapLoop.Pointer(turned), (float*)MapLoop.Pointer(bias),
                (float*)MapLoop.Pointer(hidden), (float*)MapLoop.Pointer(cells), startsAtZero, (float*)MapLoop.Pointer(gates));
        }
        else if (typeof(T) == typeof(double))
        {
            LongShortTermMemory.Forward(pool, shape, (double*)MapLoop.Pointer(projected), (double*)MapLoop.Pointer(turned), (double*)MapLoop.Pointer(bias),
                (double*)MapLoop.Pointer(hidden), (double*)MapLoop.Pointer(cells), startsAtZero, (double*)MapLoop.Pointer(gates));
        }
        else
        {
            NDArray<float> wideProjected = Widened(projected), wideWeight = Widened(turned), wideBias = Widened(bias), wideHidden = Widened(hidden),
                wideCells = Widened(cells), wideGates = Allocate<float>(gates.Shape);
            LongShortTermMemory.Forward(pool, shape, MapLoop.Pointer(wideProjected), MapLoop.Pointer(wideWeight), MapLoop.Pointer(wideBias),
                MapLoop.Pointer(wideHidden), MapLoop.Pointer(wideCells), startsAtZero, MapLoop.Pointer(wideGates));
            NarrowAndReturn(wideHidden, hidden);
            NarrowAndReturn(wideCells, cells);
            NarrowAndReturn(wideGates, gates);
            Return(wideProjected);
            Return(wideWeight);
            Return(wideBias);
        }

        Return(turned);
    }

    private protected override void LstmPullbackCore<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden,
        in NDArray<T> dArguments, in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
    {
        LstmShape shape = ArgumentChecks.LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, dCell);
        if (typeof(T) == typeof(float))
        {
            LongShortTermMemory.Pullback(pool, shape, (float*)MapLoop.Pointer(weight), (float*)MapLoop.Pointer(cells), (float*)MapLoop.Pointer(gates),
                (float*)MapLoop.Pointer(dHidden), (float*)MapLoop.Pointer(dArguments), (float*)MapLoop.Pointer(dFirstHidden), needsFirst,
                    (float*)MapLoop.Pointer(dCell));
            return;
        }

        if (typeof(T) == typeof(double))
        {
            LongShortTermMemory.Pullback(pool, shape, (double*)MapLoop.Pointer(weight), (double*)MapLoop.Pointer(cells), (double*)MapLoop.Pointer(gates),
                (double*)MapLoop.Pointer(dHidden), (double*)MapLoop.Pointer(dArguments), (double*)MapLoop.Pointer(dFirstHidden), needsFirst,
                    (double*)MapLoop.Pointer(dCell));
            return;
        }

        NDArray<float> wideWeight = Widened(weight), wideCells = Widened(cells), wideGates = Widened(gates), wideHidden = Widened(dHidden);
        NDArray<float> wideArguments = Allocate<float>(dArguments.Shape), wideFirst = Allocate<float>(dFirstHidden.Shape), wideCell = Widened(dCell);
        LongShortTermMemory.Pullback(pool, shape, MapLoop.Pointer(wideWeight), MapLoop.Pointer(wideCells), MapLoop.Pointer(wideGates),
            MapLoop.Pointer(wideHidden), MapLoop.Pointer(wideArguments), MapLoop.Pointer(wideFirst), needsFirst, MapLoop.Pointer(wideCell));
        NarrowAndReturn(wideArguments, dArguments);
        NarrowAndReturn(wideFirst, dFirstHidden);
        NarrowAndReturn(wideCell, dCell);
        Return(wideWeight);
        Return(wideCells);
        Return(wideGates);
        Return(wideHidden);
    }
}
