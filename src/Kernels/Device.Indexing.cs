using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Reading and adding at indices; every array is contiguous. Contributions to one element are added in the order of the indices.</content>
public abstract partial class Device
{
    /// <summary>Reads along the middle axis: y[o, j, i] = x[o, indices[o, j, i], i].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="indices">[outer, k, inner].</param>
    /// <param name="y">[outer, k, inner].</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the axis.</exception>
    public void GatherAlong<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        indices.CheckReadable();
        y.BeginWrite("Device.GatherAlong");
        GatherAlongCore(x, indices, y);
    }

    private protected abstract void GatherAlongCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="GatherAlong{T}"/>: dx[o, indices[o, j, i], i] += dy[o, j, i].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="dy">[outer, k, inner].</param>
    /// <param name="indices">[outer, k, inner].</param>
    /// <param name="dx">[outer, length, inner].</param>
    /// <param name="accumulate">Whether to add to what dx holds, instead of to zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the axis.</exception>
    public void ScatterAddAlong<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        indices.CheckReadable();
        dx.BeginWrite("Device.ScatterAddAlong");
        ScatterAddAlongCore(dy, indices, dx, accumulate);
    }

    private protected abstract void ScatterAddAlongCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Reads rows of a table: y[j, ·] = table[indices[j], ·].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="table">[rows, inner].</param>
    /// <param name="indices">[count].</param>
    /// <param name="y">[count, inner].</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public void GatherRows<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        table.CheckReadable();
        indices.CheckReadable();
        y.BeginWrite("Device.GatherRows");
        GatherRowsCore(table, indices, y);
    }

    private protected abstract void GatherRowsCore<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The pullback of <see cref="GatherRows{T}"/>: dTable[indices[j], ·] += dy[j, ·].</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="dy">[count, inner].</param>
    /// <param name="indices">[count].</param>
    /// <param name="dTable">[rows, inner].</param>
    /// <param name="accumulate">Whether to add to what dTable holds, instead of to zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public void ScatterAddRows<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dy.CheckReadable();
        indices.CheckReadable();
        dTable.BeginWrite("Device.ScatterAddRows");
        ScatterAddRowsCore(dy, indices, dTable, accumulate);
    }

    private protected abstract void ScatterAddRowsCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Writes rows of a table: table[indices[j], ·] = x[j, ·]. Other rows stay as they are.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[count, inner].</param>
    /// <param name="indices">[count], each at most once; if a row is written twice, either value may remain.</param>
    /// <param name="table">[rows, inner].</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the table.</exception>
    public void ScatterRows<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        indices.CheckReadable();
        table.BeginWrite("Device.ScatterRows");
        ScatterRowsCore(x, indices, table);
    }

    private protected abstract void ScatterRowsCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
