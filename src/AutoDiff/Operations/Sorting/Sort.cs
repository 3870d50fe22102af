using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// The elements in order along the last axis. Kinks where elements tie: any permutation that sorts, and any mixture of them with weights that sum to 1, is conservative;
/// a mixture without negative weights is Clarke.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="descending">Largest first.</param>
/// <param name="ties">What is returned at ties; the selections' if null.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Sort<T>(bool descending, TieSelection? ties) : IRule<T>, ICountsKinks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool descending = descending;
    private readonly TieSelection? ties = ties;
    private NDArray<T> x;
    private NDArray<int> permutation;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("sort", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        x = recording.ContiguousInput(0);
        if (x.Shape.Rank == 0)
            throw new ArgumentException("sort: a value of rank 0 was given; there is no axis to sort along.");
        NDArray<T> y = recording.Rent(x.Shape);
        permutation = recording.RentIndices(x.Shape);
        recording.Device.Sort(x, y, permutation, descending);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        TieSelection selection = ties ?? context.Selections.Sort;
        NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
        if (selection == TieSelection.First)
        {
            ScatterRows(context.Device, context.Cotangent, permutation, dx, accumulate);
            return;
        }

        NDArray<T> part = context.Rent(x.Shape);
        if (selection.EvenWeight != 0)
        {
            context.Device.AverageOverTies(context.Output, context.Cotangent, part);
            context.Device.Map(new Arithmetic.Multiple(selection.EvenWeight), part, part);
            ScatterRows(context.Device, part, permutation, dx, accumulate);
            accumulate = true;
        }

        if (selection.EvenWeight != 1)
        {
            NDArray<int> order = permutation;
            if (selection.IsLast)
            {
                order = context.RentIndices(x.Shape);
                context.Device.Sort(x, part, order, descending, TieOrder.Last);
            }

            context.Device.Map(new Arithmetic.Multiple(1 - selection.EvenWeight), context.Cotangent, part);
            ScatterRows(context.Device, part, order, dx, accumulate);
            if (selection.IsLast)
                context.ReturnIndices(order);
        }

        context.Return(part);
    }

    /// <inheritdoc/>
    public readonly void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<int> order = context.RentIndices(x.Shape);
        context.Device.CopyIndices(permutation, order);
        LexicographicOrder.Turn(context.Device, context.Output, context.Tangent(0), order, descending);
        NDArray<T> dx = context.InputCotangent(0, out bool accumulate);
        ScatterRows(context.Device, context.Cotangent, order, dx, accumulate);
        context.ReturnIndices(order);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear on each of its pieces.
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        // Elements that tie part in the order of their tangents.
        NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
        GatherRows(context.Device, dx, permutation, context.OutputTangent);
        context.Device.SortWithinTies(context.Output, context.OutputTangent, descending);
        context.ReturnCopy(copy);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.MarkTies(context.Output, marks);
        return marks;
    }

    /// <inheritdoc/>
    public readonly void CountKinks(in KinkContext<T> context) => context.CountTies(context.Output);

    /// <inheritdoc/>
    public readonly void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<int> order = context.Census.RentIndices(x.Shape);
        context.Device.CopyIndices(permutation, order);
        LexicographicOrder.AddForms(context, context.Output, order, descending, x.Shape[-1]);
        context.Census.ReturnIndices(order);
    }

    /// <summary>y[r, j] = x[r, indices[r, j]].</summary>
    internal static void GatherRows(Device device, in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y) =>
        device.GatherAlong(Lanes(x), Lanes(indices), Lanes(y));

    /// <summary>x[r, indices[r, j]] += y[r, j].</summary>
    internal static void ScatterRows(Device device, in NDArray<T> y, in NDArray<int> indices, in NDArray<T> x, bool accumulate) =>
        device.ScatterAddAlong(Lanes(y), Lanes(indices), Lanes(x), accumulate);

    private static NDArray<TElement> Lanes<TElement>(in NDArray<TElement> array)
        where TElement : unmanaged
    {
        int outer = 1;
        for (int axis = 0; axis < array.Shape.Rank - 1; axis++)
            outer *= array.Shape[axis];
        return array.Reshape(Shape.Of(outer, array.Shape[-1], 1));
    }
}

/// <content>Order.</content>
public static partial class Operations
{
    /// <summary>The elements in order along an axis; NaN last.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one axis.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="descending">Largest first.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Sort<T>(this Var<T> x, int axis = -1, bool descending = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rule = new Sort<T>(descending, ties);
        int last = x.Shape.Rank - 1;
        return last < 0 || x.Shape.Axis(axis) == last ? x.Apply(rule) : x.Transpose(axis, last).Apply(rule).Transpose(axis, last);
    }

    /// <summary>The middle element in order along the last axis, or the mean of the two middle ones. Kinks where elements tie with them.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along its last axis.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Median<T>(this Var<T> x, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (shape.Rank == 0 || shape[-1] == 0)
            throw new ArgumentException($"median: a value of shape {shape} was given; it needs an axis with at least one element.");
        int length = shape[-1];
        return x.Sort(-1, false, ties).Slice(-1, (length - 1) / 2, 2 - (length % 2)).Mean(-1);
    }
}
