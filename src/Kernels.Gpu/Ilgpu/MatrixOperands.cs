using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Matrices of any strides, stacked along two axes.</summary>
internal readonly struct Matrices<E>(ArrayView<E> elements, int stackLength, int outerStep, int stackStep, int rowStep, int columnStep)
    where E : unmanaged
{
    /// <summary>1 if rows are contiguous, otherwise 0.</summary>
    public int IsRowFirst => columnStep == 1 || rowStep != 1 ? 1 : 0;

    /// <summary>The offset of an element.</summary>
    public int At(int batch, int row, int column) =>
        (batch / stackLength * outerStep) + (batch % stackLength * stackStep) + (row * rowStep) + (column * columnStep);

    public E Read(int at) => elements[at];

    public void Write(int at, E value) => elements[at] = value;
}

/// <summary>The operands of a matrix product, the bias of its columns and the function of its elements.</summary>
internal readonly struct MatrixOperands<E, L, TMap>(Matrices<E> left, Matrices<E> right, Matrices<E> destination, ArrayView<E> bias, int hasBias,
    int accumulate, double scale, TMap map) : IProductOperands<L>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TMap : struct, IUnaryMap
{
    public L Left(int batch, int row, int inner) => E.Load(left.Read(left.At(batch, row, inner)));

    public L Right(int batch, int inner, int column) => E.Load(right.Read(right.At(batch, inner, column)));

    public L Result(int batch, int row, int column) => E.Load(destination.Read(destination.At(batch, row, column)));

    public void Store(int batch, int row, int column, L value)
    {
        int at = destination.At(batch, row, column);
        if (scale != 1)
            value = value * L.Constant(scale);
        if (accumulate != 0)
            value = E.Load(destination.Read(at)) + value;
        if (hasBias != 0)
            value += E.Load(bias[column]);
        destination.Write(at, E.Store(map.Invoke(value)));
    }
}
