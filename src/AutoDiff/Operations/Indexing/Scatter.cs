using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Writing at indices, and combining with what is there.</content>
public static partial class Operations
{
    /// <summary>
    /// x with elements replaced along an axis: y[…, indices[…, j, …], …] = source[…, j, …]. Of several elements with the same index the last one stays; the
    /// gradients of those that it replaces, and of what was there, are 0.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The array to write to.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Positions along the axis; the shape of <paramref name="source"/> (tape.Indices creates such an array).</param>
    /// <param name="source">The elements to write; of the shape of x except along the axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
    public static Var<T> Scatter<T>(this Var<T> x, int axis, in NDArray<int> indices, Var<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<int>[] sources = SourcesOf(x, axis, indices, source, "scatter");
        int[] places = Array.ConvertAll(sources, element => element[^1]);
        return SideBySide(x, source).GatherRows(x.Tape.Indices(x.Shape, places));
    }

    /// <summary>
    /// The largest of the elements of x and of those written along an axis: y[…, i, …] is the maximum of x[…, i, …] and of all source[…, j, …] with index i.
    /// Ties are those of <see cref="Max{T}(Var{T}, int, bool, TieSelection?)"/>; x counts as the first.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The array to write to.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Positions along the axis; the shape of <paramref name="source"/> (tape.Indices creates such an array).</param>
    /// <param name="source">The elements to write; of the shape of x except along the axis.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
    public static Var<T> ScatterMax<T>(this Var<T> x, int axis, in NDArray<int> indices, Var<T> source, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Combined(x, axis, indices, source, "scatter max", elements => elements.Max(1, false, ties));

    /// <summary>
    /// The smallest of the elements of x and of those written along an axis: y[…, i, …] is the minimum of x[…, i, …] and of all source[…, j, …] with index i.
    /// Ties are those of <see cref="Min{T}(Var{T}, int, bool, TieSelection?)"/>; x counts as the first.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The array to write to.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Positions along the axis; the shape of <paramref name="source"/> (tape.Indices creates such an array).</param>
    /// <param name="source">The elements to write; of the shape of x except along the axis.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
    public static Var<T> ScatterMin<T>(this Var<T> x, int axis, in NDArray<int> indices, Var<T> source, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Combined(x, axis, indices, source, "scatter min", elements => elements.Min(1, false, ties));

    /// <summary>
    /// The means of the elements of x and of those written along an axis: y[…, i, …] is the mean of x[…, i, …] and of all source[…, j, …] with index i.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The array to write to.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Positions along the axis; the shape of <paramref name="source"/> (tape.Indices creates such an array).</param>
    /// <param name="source">The elements to write; of the shape of x except along the axis.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is out of range.</exception>
    public static Var<T> ScatterMean<T>(this Var<T> x, int axis, in NDArray<int> indices, Var<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Combined(x, axis, indices, source, "scatter mean", elements => elements.Mean(1));

    private static Var<T> Combined<T>(Var<T> x, int axis, in NDArray<int> indices, Var<T> source, string operation, Func<Var<T>, Var<T>> combine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Groups.Reduce(SideBySide(x, source), SourcesOf(x, axis, indices, source, operation), 0, combine).Apply(new Rules.Reshape<T>(x.Shape));

    // The elements of both, one after another.
    private static Var<T> SideBySide<T>(Var<T> x, Var<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Concatenate(0, x.Apply(new Rules.Reshape<T>(Shape.Of(x.Shape.Count))), source.Apply(new Rules.Reshape<T>(Shape.Of(source.Shape.Count))));

    // For every element of x its own place and those of the elements written to it, all counted through x and the source.
    private static List<int>[] SourcesOf<T>(Var<T> x, int axis, in NDArray<int> indices, Var<T> source, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape, written = source.Shape;
        axis = shape.Axis(axis);
        if (indices.Shape != written || written.Rank != shape.Rank || written.With(axis, shape[axis]) != shape)
            throw new ArgumentException(
                $"{operation}: elements of shape {written} with indices of shape {indices.Shape} do not fit an input of shape {shape}; the first two must be "
                    + $"equal, and differ from it along axis {axis} only.");
        List<int>[] sources = new List<int>[shape.Count];
        for (int element = 0; element < sources.Length; element++)
            sources[element] = [element];
        int[] at = indices.ToArray();
        int trailing = 1;
        for (int later = axis + 1; later < shape.Rank; later++)
            trailing *= shape[later];
        for (int element = 0; element < at.Length; element++)
        {
            if ((uint)at[element] >= (uint)shape[axis])
                throw new ArgumentException($"{operation}: index {at[element]} is outside axis {axis} of shape {shape}.", nameof(indices));
            int lead = element / (trailing * written[axis]);
            sources[(((lead * shape[axis]) + at[element]) * trailing) + (element % trailing)].Add(shape.Count + element);
        }

        return sources;
    }
}
