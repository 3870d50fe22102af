using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// The elements at neighbouring places of the sorted order along the last axis; NaN where a row holds NaN. The kinks are where other elements tie with one of
/// them:
/// the cotangents of their places may reach the tied elements in any order, as those of a sort.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="first">The first place, from 0.</param>
/// <param name="count">The number of places.</param>
/// <param name="ties">The selection at ties; that of the selections if null.</param>
public struct OrderStatistics<T>(int first, int count, TieSelection? ties) : IPiecewiseLinearRule<T>, IHasLocalCurvature<T>, IHasPieces<T>,
    IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private NDArray<T> x;
    private NDArray<T> sorted;
    private NDArray<int> permutation;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("order statistics", TameClass.SemiAlgebraic)
    {
        HasFiniteSlopes = true,
        KeepsFinite = true,
        IsSmooth = false,
        IsPolyhedral = true,
        Monotonicity = Monotonicity.Increasing,
    };

    private readonly int Length => x.Shape[-1];

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        x = recording.ContiguousInput(0);
        if (x.Shape.Rank == 0)
            throw new ArgumentException("order statistics: a value of rank 0 was given; there is no axis to sort along.");
        int length = Length;
        if (first < 0 || count < 0 || first > length - count)
            throw new ArgumentException(
                $"order statistics: {count} places from {first} on of the sorted order of a value of shape {x.Shape} were asked for; there are {length}.");
        sorted = recording.Rent(x.Shape);
        permutation = recording.RentIndices(x.Shape);
        recording.Device.Sort(x, sorted, permutation);
        NDArray<T> y = recording.Rent(x.Shape.With(-1, count));
        if (y.Count > 0)
            recording.Device.Map2(default(Beside), sorted.Slice(-1, length - 1, 1), sorted.Slice(-1, first, count), y);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> dx = context.InputCotangent(0, out bool accumulate), all = Spread(context);
        Sort<T>.Pull(context, x, sorted, permutation, all, false, ties ?? context.Selections.GetValue(Sort.Ties), dx, accumulate);
        context.Return(all);
    }

    /// <inheritdoc/>
    public readonly void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<int> order = context.RentIndices(x.Shape);
        context.Device.CopyIndices(permutation, order);
        LexicographicOrder.Turn(context.Device, sorted, context.Tangent(0), order, false);
        NDArray<T> dx = context.InputCotangent(0, out bool accumulate), all = Spread(context);
        Sort<T>.ScatterRows(context.Device, all, order, dx, accumulate);
        context.Return(all);
        context.ReturnIndices(order);
    }

    readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Dependence.Lanes(-1, node.Input(0).Shape, node.Output.Shape);

    readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(new OrderStatistics<T>(first, count, ties));

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy), tangents = context.Rent(x.Shape), dy = context.OutputTangent;
        Sort<T>.GatherRows(context.Device, dx, permutation, tangents);
        context.Device.SortWithinTies(sorted, tangents);
        if (dy.Count > 0)
            context.Device.Map2(default(Carried), sorted.Slice(-1, Length - 1, 1), tangents.Slice(-1, first, count), dy);
        context.Return(tangents);
        context.ReturnCopy(copy);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape), all = context.Rent(x.Shape);
        context.Device.MarkTies(sorted, all);
        context.Device.Copy(all.Slice(-1, first, count), marks);
        context.Return(all);
        return marks;
    }

    /// <inheritdoc/>
    public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        double[] least = new double[x.Count], most = new double[x.Count];
        for (int i = 0; i < lower.Length; i++)
        {
            int element = (i / count * Length) + first + (i % count);
            (least[element], most[element]) = (lower[i], upper[i]);
        }

        return LocalCurvature.OfSorted(sorted, false, Length, least, most);
    }

    /// <inheritdoc/>
    public readonly void SwitchingForms(in SwitchingContext<T> context)
    {
        NDArray<int> turned = context.Census.RentIndices(x.Shape);
        context.Device.CopyIndices(permutation, turned);
        LexicographicOrder.Turn(context.Device, sorted, context.Tangent(0), turned, false);
        T[] values = sorted.ToArray(), tangents = context.Tangent(0).ToArray();
        int[] order = turned.ToArray();
        for (int start = 0; start < values.Length; start += Length)
        {
            // An element stands at its place as long as those before it move no further than it, and those behind it no less far.
            for (int own = first; own < first + count; own++)
            {
                int taken = start + order[start + own];
                for (int place = 0; place < Length; place++)
                {
                    int other = start + order[start + place];
                    if (place == own || values[start + place] != values[start + own])
                        continue;
                    bool isDecided = tangents[other] != tangents[taken];
                    if (place < own)
                        context.AddOrder((0, taken), (0, other), isDecided);
                    else
                        context.AddOrder((0, other), (0, taken), isDecided);
                }
            }
        }

        context.Census.ReturnIndices(turned);
    }

    /// <inheritdoc/>
    public readonly void AddPieces(in PiecesContext<T> context)
    {
        int[] outputOf = new int[Length];
        Array.Fill(outputOf, -1);
        for (int i = 0; i < count; i++)
            outputOf[first + i] = i;
        TiedBlocks.AddPieces(context, sorted.ToArray(), permutation.ToArray(), outputOf, count, false);
    }

    // The cotangents at their places in the sorted order, and 0 at the others.
    private readonly NDArray<T> Spread(in PullbackContext<T> context)
    {
        NDArray<T> all = context.Rent(x.Shape);
        context.Device.Fill(all, T.Zero);
        if (context.Cotangent.Count > 0)
            context.Device.Map2(default(Carried), sorted.Slice(-1, Length - 1, 1), context.Cotangent, all.Slice(-1, first, count));
        return all;
    }

    // NaN is sorted to the end, so the last element shows whether there is one.
    internal readonly struct Beside : IBinaryMap
    {
        public L Invoke<L>(L last, L x)
            where L : struct, ILane<L> => Lane.UnlessNaN(last, x);
    }

    internal readonly struct Carried : IBinaryMap
    {
        public L Invoke<L>(L last, L carried)
            where L : struct, ILane<L> => L.Absorb(carried, Lane.UnlessNaN(last, carried));
    }
}
