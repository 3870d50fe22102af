using Product = ConservativeAD.Kernels.Cpu.MatrixProduct;

namespace ConservativeAD.Kernels.Cpu;

/// <content>Matrix products.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void MatrixProductCore<T, TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate,
        in NDArray<T> bias)
    {
        int rank = ArgumentChecks.MatrixProduct(left, right, destination, bias);
        NDArray<T> a = Lines(left, out int lda, out bool transposeA, out bool copiedA);
        NDArray<T> b = Lines(right, out int ldb, out bool transposeB, out bool copiedB);
        int batch = rank == 3 ? destination.Shape[0] : 1;
        Product.Batched(
            pool,
            batch,
            destination.Shape[-2],
            destination.Shape[-1],
            left.Shape[-1],
            MapLoop.Pointer(a),
            lda,
            batch > 1 ? a.Stride(0) : 0,
            transposeA,
            MapLoop.Pointer(b),
            ldb,
            batch > 1 ? b.Stride(0) : 0,
            transposeB,
            MapLoop.Pointer(destination),
            destination.Shape[-2] > 1 ? destination.Stride(-2) : destination.Shape[-1],
            batch > 1 ? destination.Stride(0) : 0,
            accumulate,
            bias.IsNone ? null : MapLoop.Pointer(bias),
            map);
        if (copiedA)
            Return(a);
        if (copiedB)
            Return(b);
    }

    // A view whose rows or columns are contiguous is read in place; any other view is copied.
    private NDArray<T> Lines<T>(in NDArray<T> matrix, out int stride, out bool transposed, out bool copied)
        where T : unmanaged
    {
        int rows = matrix.Shape[-2], columns = matrix.Shape[-1];
        copied = false;
        transposed = false;
        if (columns <= 1 || matrix.Stride(-1) == 1)
        {
            stride = rows > 1 ? matrix.Stride(-2) : columns;
            if (stride >= columns)
                return matrix;
        }

        if (rows <= 1 || matrix.Stride(-2) == 1)
        {
            stride = columns > 1 ? matrix.Stride(-1) : rows;
            if (stride >= rows)
            {
                transposed = true;
                return matrix;
            }
        }

        copied = true;
        stride = columns;
        NDArray<T> copy = Allocate<T>(matrix.Shape);
        Copy(matrix, copy);
        return copy;
    }
}
