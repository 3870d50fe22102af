using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>
/// The largest (or smallest) element over one axis or all. Kinks where elements tie: weights on the tied ones that sum to 1 are conservative, and Clarke if
/// none is negative.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0; every axis if null.</param>
/// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
/// <param name="smallest">Whether the smallest is taken.</param>
/// <param name="ties">What is returned at ties; the selections' if null.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct ExtremeOverAxes<T>(int? axis, bool keepAxis, bool smallest, TieSelection? ties) : IRule<T>, ITellsShape
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReducedAxes axes = new(axis, keepAxis);
    private readonly bool smallest = smallest;
    private readonly TieSelection? ties = ties;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("extreme over axes", TameClass.SemiAlgebraic) { IsSmooth = false };

    /// <inheritdoc/>
    public Curvature Curvature => smallest ? Curvature.Concave : Curvature.Convex;

    /// <inheritdoc/>
    public Monotonicity Monotonicity => Monotonicity.Increasing;

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        if (axes.Length(x.Shape) == 0)
            throw new ArgumentException($"{(smallest ? "min" : "max")}: no elements to choose from in shape {x.Shape}.");
        NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
        if (smallest)
            recording.Device.Reduce(default(Smallest), x, axes.WithAxes(y, x.Shape));
        else
            recording.Device.Reduce(default(Largest), x, axes.WithAxes(y, x.Shape));
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        TieSelection selection = ties ?? context.Selections.ExtremeOverAxis;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        if (selection.EvenWeight != 0)
        {
            PullEvenly(context, selection.EvenWeight, target, accumulate);
            accumulate = true;
        }

        if (selection.EvenWeight != 1)
            PullToOne(context, context.Input(0), selection.IsLast ? TieOrder.Last : TieOrder.First, 1 - selection.EvenWeight, target, accumulate);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;

        // Among the tied, the one whose tangent leads furthest takes all.
        NDArray<T> x = context.Input(0), candidates = context.Rent(x.Shape), target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(new Tied(smallest ? double.PositiveInfinity : double.NegativeInfinity), x, axes.WithAxes(context.Output, x.Shape), context.Tangent(0), candidates);
        PullToOne(context, candidates, TieOrder.First, 1, target, accumulate);
        context.Return(candidates);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear on each of its pieces.
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        // Among the tied, the tangent that leads furthest wins; the others are moved out of its way.
        NDArray<T> x = context.Input(0), candidates = context.Rent(x.Shape);
        NDArray<T> y = axes.WithAxes(context.Output, x.Shape), dy = axes.WithAxes(context.OutputTangent, x.Shape);
        if (smallest)
        {
            context.Device.Map3(new Tied(double.PositiveInfinity), x, y, context.Tangent(0), candidates);
            context.Device.Reduce(default(Smallest), candidates, dy);
        }
        else
        {
            context.Device.Map3(new Tied(double.NegativeInfinity), x, y, context.Tangent(0), candidates);
            context.Device.Reduce(default(Largest), candidates, dy);
        }

        context.Return(candidates);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> x = context.Input(0), equal = context.Rent(x.Shape), marks = context.Rent(context.Output.Shape), counts = axes.WithAxes(marks, x.Shape);
        context.Device.Map2(default(Arithmetic.Equality), x, axes.WithAxes(context.Output, x.Shape), equal);
        context.Device.Reduce(default(Sum), equal, counts);
        context.Device.Map(default(Several), counts, counts);
        context.Return(equal);
        return marks;
    }

    /// <inheritdoc/>
    public void SwitchingForms(in SwitchingContext<T> context)
    {
        T[] x = context.Input(0).ToArray(), extremes = context.Output.ToArray(), tangents = context.Tangent(0).ToArray();
        Shape lanes = axes.Lanes(context.Input(0).Shape);
        for (int output = 0; output < extremes.Length; output++)
        {
            int start = (output / lanes[2] * lanes[1] * lanes[2]) + (output % lanes[2]), furthest = -1;
            for (int element = start, place = 0; place < lanes[1]; place++, element += lanes[2])
            {
                if (x[element] == extremes[output] && (furthest < 0 || (smallest ? tangents[element] < tangents[furthest] : tangents[element] > tangents[furthest])))
                    furthest = element;
            }

            for (int element = start, place = 0; place < lanes[1]; place++, element += lanes[2])
            {
                if (x[element] != extremes[output] || element == furthest)
                    continue;
                bool isDecided = tangents[element] != tangents[furthest];
                if (smallest)
                    context.AddOrder((0, element), (0, furthest), isDecided);
                else
                    context.AddOrder((0, furthest), (0, element), isDecided);
            }
        }
    }

    private void PullEvenly(in PullbackContext<T> context, double weight, in NDArray<T> target, bool accumulate)
    {
        NDArray<T> x = context.Input(0), equal = context.Rent(target.Shape), share = context.Rent(context.Output.Shape);
        NDArray<T> shares = axes.WithAxes(share, target.Shape);
        context.Device.Map2(default(Arithmetic.Equality), x, axes.WithAxes(context.Output, target.Shape), equal);
        context.Device.Reduce(default(Sum), equal, shares);
        context.Device.Map2(new Share(weight), context.Cotangent, share, share);
        context.Device.Map2(default(Chosen), equal, shares, target, accumulate);
        context.Return(share);
        context.Return(equal);
    }

    private void PullToOne(in PullbackContext<T> context, NDArray<T> x, TieOrder order, double weight, in NDArray<T> target, bool accumulate)
    {
        Shape lanes = axes.Lanes(target.Shape), found = Shape.Of(lanes[0], 1, lanes[2]);
        NDArray<T> copy = default, part = context.Rent(found);
        if (!x.IsContiguous)
        {
            copy = context.Rent(x.Shape);
            context.Device.Copy(x, copy);
            x = copy;
        }

        NDArray<int> indices = context.RentIndices(found);
        if (smallest)
            context.Device.ArgMin(x.Reshape(lanes), part, indices, order);
        else
            context.Device.ArgMax(x.Reshape(lanes), part, indices, order);
        context.Device.Map(new Arithmetic.Multiple(weight), context.Cotangent.Reshape(found), part);
        context.Device.ScatterAddAlong(part, indices, target.Reshape(lanes), accumulate);
        context.ReturnIndices(indices);
        context.Return(part);
        if (!copy.IsNone)
            context.Return(copy);
    }

    internal readonly struct Tied(double otherwise) : ITernaryMap
    {
        private readonly double otherwise = otherwise;

        public L Invoke<L>(L x, L extreme, L tangent)
            where L : struct, ILane<L> => L.IfEqual(x, extreme, tangent, L.Broadcast(otherwise));
    }

    internal readonly struct Several : IUnaryMap
    {
        public L Invoke<L>(L count)
            where L : struct, ILane<L> => L.IfGreater(count, L.Constant(1), L.Constant(1), L.Constant(0));
    }

    internal readonly struct Share(double weight) : IBinaryMap
    {
        private readonly double weight = weight;

        public L Invoke<L>(L cotangent, L count)
            where L : struct, ILane<L> => L.Broadcast(weight) * cotangent / count;
    }

    internal readonly struct Chosen : IBinaryMap
    {
        public L Invoke<L>(L equal, L share)
            where L : struct, ILane<L> => L.IfEqual(equal, L.Constant(0), L.Constant(0), share);
    }
}

/// <content>Extremes over axes.</content>
public static partial class Operations
{
    /// <summary>The largest of all elements, as a value of rank 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Max<T>(this Var<T> x, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(null, false, false, ties));

    /// <summary>The largest element over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Max<T>(this Var<T> x, int axis, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(x.Shape.Axis(axis), keepAxis, false, ties));

    /// <summary>The smallest of all elements, as a value of rank 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Min<T>(this Var<T> x, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(null, false, true, ties));

    /// <summary>The smallest element over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
    /// <param name="ties">What is returned at ties; the selections' if null.</param>
    public static Var<T> Min<T>(this Var<T> x, int axis, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new ExtremeOverAxes<T>(x.Shape.Axis(axis), keepAxis, true, ties));
}
