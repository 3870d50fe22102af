using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Orders and extremes along an axis; every array is contiguous. Rows are the last axis.</content>
public abstract partial class Device
{
    /// <summary>Sorts every row; NaN come last.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[…, length].</param>
    /// <param name="values">The sorted rows, of the same shape; not overlapping x.</param>
    /// <param name="permutation">For every place of a sorted row, the index it came from.</param>
    /// <param name="descending">Largest first.</param>
    /// <param name="ties">First: stable. Last: equal elements in reverse order of their indices.</param>
    public abstract void Sort<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending = false, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The k largest or smallest elements of every row, in order; NaN last.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[…, length].</param>
    /// <param name="values">[…, k]; not overlapping x.</param>
    /// <param name="indices">[…, k], their indices in the row.</param>
    /// <param name="largest">Largest, or else smallest.</param>
    /// <param name="ties">Which of equal elements comes first, and stays when not all have room.</param>
    public abstract void TopK<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest = true, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>y = x with every run of places that tie in the sorted rows replaced by the run's mean.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="x">The same shape.</param>
    /// <param name="y">The same shape; may be x itself.</param>
    public abstract void AverageOverTies<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Sorts x in place within every run of places that tie in the sorted rows.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="x">The same shape.</param>
    /// <param name="descending">Largest first.</param>
    public abstract void SortWithinTies<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Orders every run of equal elements in the sorted rows anew, by a second key: the permutation becomes that of (value, key) pairs.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="keys">The second keys, in the order in which the elements were before.</param>
    /// <param name="permutation">What sorted the rows; changed in place.</param>
    /// <param name="descending">Larger keys first.</param>
    public abstract void OrderWithinTies<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>How many places of the sorted rows equal a neighbour: the marks that <see cref="MarkTies"/> would set, counted in one pass.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    public abstract long CountTies<T>(in NDArray<T> sorted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds <see cref="CountTies"/> to one of several counts, on the device.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="counts">The counts; contiguous.</param>
    /// <param name="place">Which of them.</param>
    public abstract void AddTies<T>(in NDArray<T> sorted, in NDArray<int> counts, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>1 at every place of the sorted rows that equals a neighbour, 0 elsewhere.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="sorted">[…, length], sorted rows.</param>
    /// <param name="marks">The same shape.</param>
    public abstract void MarkTies<T>(in NDArray<T> sorted, in NDArray<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The largest element over one axis, and where it stands. NaN counts as largest.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[outer, length, inner] with length at least 1.</param>
    /// <param name="values">[outer, inner].</param>
    /// <param name="indices">[outer, inner], from 0 to length − 1.</param>
    /// <param name="ties">Which of equal elements is taken.</param>
    public abstract void ArgMax<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The smallest element over one axis, and where it stands. NaN counts as smallest.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">[outer, length, inner] with length at least 1.</param>
    /// <param name="values">[outer, inner].</param>
    /// <param name="indices">[outer, inner], from 0 to length − 1.</param>
    /// <param name="ties">Which of equal elements is taken.</param>
    public abstract void ArgMin<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties = TieOrder.First)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
