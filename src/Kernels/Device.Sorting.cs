using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Orders and extremes along an axis; every array is contiguous. Rows are the last axis.</content>
public abstract partial class Device
{
    /// <summary>Sorts every row; NaN come last.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[…, length].</param>
    /// <param name="values">The sorted rows, of the same shape; not overlapping x.</param>
    /// <param name="permutation">The original index of every element of a sorted row.</param>
    /// <param name="descending">Largest first.</param>
    /// <param name="ties">First: stable. Last: equal elements in reverse order of their indices.</param>
    public void Sort<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending = false, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        values.BeginWrite("Device.Sort");
        permutation.BeginWrite("Device.Sort");
        SortCore(x, values, permutation, descending, ties);
    }

    private protected abstract void SortCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The k largest or smallest elements of every row, in order; NaN last.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[…, length].</param>
    /// <param name="values">[…, k]; not overlapping x.</param>
    /// <param name="indices">[…, k], their indices in the row.</param>
    /// <param name="largest">Largest, or else smallest.</param>
    /// <param name="ties">Which of equal elements comes first, and is kept if not all fit.</param>
    public void TopK<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest = true, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        values.BeginWrite("Device.TopK");
        indices.BeginWrite("Device.TopK");
        TopKCore(x, values, indices, largest, ties);
    }

    private protected abstract void TopKCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>y = x with every run of places that tie in the sorted rows replaced by the run's mean.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="x">The same shape.</param>
    /// <param name="y">The same shape; may be x itself.</param>
    public void AverageOverTies<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        x.CheckReadable();
        y.BeginWrite("Device.AverageOverTies");
        AverageOverTiesCore(sorted, x, y);
    }

    private protected abstract void AverageOverTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Sorts x in place within every run of places that tie in the sorted rows.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="x">The same shape.</param>
    /// <param name="descending">Largest first.</param>
    public void SortWithinTies<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        x.BeginWrite("Device.SortWithinTies");
        SortWithinTiesCore(sorted, x, descending);
    }

    private protected abstract void SortWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Reorders every run of equal elements in the sorted rows by a second key: the permutation becomes that of (value, key) pairs.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="keys">The second keys, in the elements' original order.</param>
    /// <param name="permutation">The permutation that sorted the rows; changed in place.</param>
    /// <param name="descending">Larger keys first.</param>
    public void OrderWithinTies<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        keys.CheckReadable();
        permutation.BeginWrite("Device.OrderWithinTies");
        OrderWithinTiesCore(sorted, keys, permutation, descending);
    }

    private protected abstract void OrderWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Counts the elements of the sorted rows that equal a neighbour (those that <see cref="MarkTies"/> would mark), in one pass.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    public long CountTies<T>(in NDArray<T> sorted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        return CountTiesCore(sorted);
    }

    private protected abstract long CountTiesCore<T>(in NDArray<T> sorted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds <see cref="CountTies"/> to one element of an array of counts, on the device.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">The index of the count.</param>
    public void AddTies<T>(in NDArray<T> sorted, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        counts.BeginWrite("Device.AddTies");
        AddTiesCore(sorted, counts, place);
    }

    private protected abstract void AddTiesCore<T>(in NDArray<T> sorted, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Marks the elements of the sorted rows: 1 for each that equals a neighbour, 0 for the others.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="marks">The same shape.</param>
    public void MarkTies<T>(in NDArray<T> sorted, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.CheckReadable();
        marks.BeginWrite("Device.MarkTies");
        MarkTiesCore(sorted, marks);
    }

    private protected abstract void MarkTiesCore<T>(in NDArray<T> sorted, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Finds the largest element over one axis and its index. NaN counts as largest.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[outer, length, inner] with length at least 1.</param>
    /// <param name="values">[outer, inner].</param>
    /// <param name="indices">[outer, inner], from 0 to length − 1.</param>
    /// <param name="ties">Which of equal elements is taken.</param>
    public void ArgMax<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        values.BeginWrite("Device.ArgMax");
        indices.BeginWrite("Device.ArgMax");
        ArgMaxCore(x, values, indices, ties);
    }

    private protected abstract void ArgMaxCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Finds the smallest element over one axis and its index. NaN counts as smallest.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[outer, length, inner] with length at least 1.</param>
    /// <param name="values">[outer, inner].</param>
    /// <param name="indices">[outer, inner], from 0 to length − 1.</param>
    /// <param name="ties">Which of equal elements is taken.</param>
    public void ArgMin<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.CheckReadable();
        values.BeginWrite("Device.ArgMin");
        indices.BeginWrite("Device.ArgMin");
        ArgMinCore(x, values, indices, ties);
    }

    private protected abstract void ArgMinCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
