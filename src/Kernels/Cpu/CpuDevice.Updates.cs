namespace ConservativeAD.Kernels.Cpu;

/// <content>Optimiser steps.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void UpdateCore<T, TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first,
        in NDArray<T> second, in NDArray<T> third, in NDArray<T> fourth)
    {
        ArgumentChecks.Update<T, TUpdate>(parameter, gradient, first, second, third, fourth);
        UpdateLoop.Run(
            pool,
            update,
            Contiguous(parameter),
            Contiguous(gradient),
            TUpdate.States > 0 ? Contiguous(first) : null,
            TUpdate.States > 1 ? Contiguous(second) : null,
            TUpdate.States > 2 ? Contiguous(third) : null,
            TUpdate.States > 3 ? Contiguous(fourth) : null,
            parameter.Count);
    }

    private protected override double SumOfSquaresCore<T>(in NDArray<T> x)
    {
        Contiguous(x);
        return SquareSum.Run(this, pool, x);
    }
}
