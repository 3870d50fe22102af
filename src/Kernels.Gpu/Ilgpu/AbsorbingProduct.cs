namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Recomputes the NaN elements of a product, without the products of a carried zero or those behind a causal mask. One thread per element; if no element is
/// NaN, this is one pass over the result, without waiting for the device.
/// </summary>
/// <param name="rows">Rows.</param>
/// <param name="columns">Columns.</param>
/// <param name="inner">The number of products summed in an element.</param>
/// <param name="leftIsCarried">1 if the left operand is carried, otherwise 0.</param>
/// <param name="rightIsCarried">1 if the right operand is carried, otherwise 0.</param>
/// <param name="isCausal">1 if row i reads inner indices up to i only, otherwise 0.</param>
/// <param name="operands">The operands.</param>
internal readonly struct AbsorbingProductBody<L, TOperands>(int rows, int columns, int inner, int leftIsCarried, int rightIsCarried, int isCausal,
    TOperands operands) : IIndexBody
    where L : unmanaged, IThreadLane<L>
    where TOperands : struct, IProductOperands<L>
{
    public void Run(int index)
    {
        int line = index / columns, column = index - (line * columns), batch = line / rows, row = line - (batch * rows);
        if (!L.IsNaN(operands.Result(batch, row, column)))
            return;
        L zero = L.Constant(0), sum = zero;
        int end = isCausal != 0 && row + 1 < inner ? row + 1 : inner;
        for (int i = 0; i < end; i++)
        {
            L left = operands.Left(batch, row, i), right = operands.Right(batch, i, column), product = left * right;
            if (leftIsCarried != 0)
                product = L.IfEqual(left, zero, zero, product);
            if (rightIsCarried != 0)
                product = L.IfEqual(right, zero, zero, product);
            sum += product;
        }

        operands.Store(batch, row, column, sum);
    }
}
