using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Quantiles, medians and single places of the sorted order.</content>
public static partial class Operations
{
    // Products of a quantile with a count that should be whole numbers are off by rounding.
    private const double WholePlace = 1e-12;

    /// <summary>
    /// The element at a place of the sorted order along an axis; NaN if an element is NaN. The kinks are where other elements tie with it.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="k">The place, from 1 for the smallest element to the extent of the axis for the largest.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public static Var<T> KthSmallest<T>(this Var<T> x, int k, int axis = -1, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = x.Shape[axis];
        if (k < 1 || k > length)
            throw new ArgumentOutOfRangeException(nameof(k), k,
                $"k-th smallest: place {k} along axis {axis} of shape {x.Shape} was asked for; places are from 1 to {length}.");
        return Placed(x.WithLast(axis).Apply(new OrderStatistics<T>(k - 1, 1, ties)), axis, keepAxis);
    }

    /// <summary>The element at a place of the order along an axis that starts with the largest; see <see cref="KthSmallest"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="k">The place, from 1 for the largest element to the extent of the axis for the smallest.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public static Var<T> KthLargest<T>(this Var<T> x, int k, int axis = -1, bool keepAxis = false, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = x.Shape[axis];
        if (k < 1 || k > length)
            throw new ArgumentOutOfRangeException(nameof(k), k,
                $"k-th largest: place {k} along axis {axis} of shape {x.Shape} was asked for; places are from 1 to {length}.");
        return x.KthSmallest(length + 1 - k, axis, keepAxis, ties);
    }

    /// <summary>
    /// The quantile along an axis: the element at place q·(n − 1) of the sorted order, from 0; NaN if an element is NaN. The kinks are where other elements tie
    /// with those that are taken.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axis.</param>
    /// <param name="q">The quantile, from 0 for the smallest element to 1 for the largest.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="interpolation">What is taken where the place is no whole number.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentException">There is no element along the axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">q is not between 0 and 1.</exception>
    public static Var<T> Quantile<T>(this Var<T> x, double q, int axis = -1, bool keepAxis = false,
        QuantileInterpolation interpolation = QuantileInterpolation.Linear, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int below, double weight) = PlaceOf(x.Shape, q, axis, interpolation);
        return Placed(Between(x.WithLast(axis).Apply(new OrderStatistics<T>(below, weight == 0 ? 1 : 2, ties)), weight), axis, keepAxis);
    }

    /// <summary>
    /// Several quantiles along an axis; see <see cref="Quantile{T}(Var{T}, double, int, bool, QuantileInterpolation, TieSelection?)"/>. Quantiles that take
    /// neighbouring places of the sorted order share a sort.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axis.</param>
    /// <param name="q">The quantiles, in any order, each from 0 for the smallest element to 1 for the largest; at least one.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="interpolation">What is taken where a place is no whole number.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <returns>The quantiles along a new first axis.</returns>
    /// <exception cref="ArgumentException">There is no element along the axis, or no quantile.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A quantile is not between 0 and 1.</exception>
    public static Var<T> Quantile<T>(this Var<T> x, ReadOnlySpan<double> q, int axis = -1, bool keepAxis = false,
        QuantileInterpolation interpolation = QuantileInterpolation.Linear, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (q.IsEmpty)
            throw new ArgumentException("quantile: no quantile was given; at least one is needed.", nameof(q));
        (int Below, double Weight)[] places = new (int, double)[q.Length];
        SortedSet<int> taken = [];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = PlaceOf(x.Shape, q[i], axis, interpolation);
            taken.Add(places[i].Below);
            if (places[i].Weight != 0)
                taken.Add(places[i].Below + 1);
        }

        // Places that nobody takes are left out, as their ties are no kinks of the quantiles.
        List<(int First, int Count)> runs = [];
        foreach (int place in taken)
        {
            if (runs.Count > 0 && runs[^1] is var (first, count) && place == first + count)
                runs[^1] = (first, count + 1);
            else
                runs.Add((place, 1));
        }

        Var<T> rows = x.WithLast(axis);
        Var<T>[] sorted = [.. runs.Select(run => rows.Apply(new OrderStatistics<T>(run.First, run.Count, ties)))];
        return Stack(0, Array.ConvertAll(places, place =>
        {
            int run = runs.FindLastIndex(run => run.First <= place.Below);
            Var<T> there = sorted[run].Slice(-1, place.Below - runs[run].First, place.Weight == 0 ? 1 : 2);
            return Placed(Between(there, place.Weight), axis, keepAxis);
        }));
    }

    /// <summary>The quantile over several axes; see <see cref="Quantile{T}(Var{T}, double, int, bool, QuantileInterpolation, TieSelection?)"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axes.</param>
    /// <param name="q">The quantile, from 0 for the smallest element to 1 for the largest.</param>
    /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
    /// <param name="interpolation">What is taken where the place is no whole number.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentException">There is no element along the axes, or an axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">q is not between 0 and 1, or the argument has no such axis.</exception>
    public static Var<T> Quantile<T>(this Var<T> x, double q, ReadOnlySpan<int> axes, bool keepAxis = false,
        QuantileInterpolation interpolation = QuantileInterpolation.Linear, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> joined = SeveralAxes.Join(x, axes, "quantile");
        return SeveralAxes.Shaped(joined.Quantile(q, SeveralAxes.Joined, false, interpolation, ties), x.Shape, axes, keepAxis);
    }

    /// <summary>
    /// The middle element in sorted order along the last axis, or the mean of the two middle ones; NaN if an element is NaN. The kinks are where other
    /// elements tie with the middle ones.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along its last axis.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public static Var<T> Median<T>(this Var<T> x, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Quantile(0.5, -1, false, QuantileInterpolation.Midpoint, ties);

    /// <summary>The middle element in sorted order along an axis, or the mean of the two middle ones; NaN if an element is NaN.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axis.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
    /// <param name="interpolation">
    /// What is taken of two middle elements; <see cref="QuantileInterpolation.Lower"/> is what PyTorch's median takes.
    /// </param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    public static Var<T> Median<T>(this Var<T> x, int axis, bool keepAxis = false, QuantileInterpolation interpolation = QuantileInterpolation.Midpoint,
        TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Quantile(0.5, axis, keepAxis, interpolation, ties);

    /// <summary>The middle element in sorted order over several axes, or the mean of the two middle ones; NaN if an element is NaN.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axes.</param>
    /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
    /// <param name="interpolation">What is taken of two middle elements.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <exception cref="ArgumentException">There is no element along the axes, or an axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static Var<T> Median<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false,
        QuantileInterpolation interpolation = QuantileInterpolation.Midpoint, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Quantile(0.5, axes, keepAxis, interpolation, ties);

    // The element at a place, or a weighted mean of two. The weights are multiplied first, so that no sum is larger than the numbers are.
    private static Var<T> Between<T>(Var<T> taken, double weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => weight == 0
            ? taken
            : (taken * taken.Tape.Constant(Shape.Of(2), [T.CreateTruncating(1 - weight), T.CreateTruncating(weight)])).Sum(-1, true);

    private static (int Below, double Weight) PlaceOf(in Shape shape, double q, int axis, QuantileInterpolation interpolation)
    {
        if (shape.Rank == 0 || shape[axis] == 0)
            throw new ArgumentException($"quantile: a value of shape {shape} was given; it needs an axis with at least one element.");
        if (!(q >= 0 && q <= 1))
            throw new ArgumentOutOfRangeException(nameof(q), q,
                string.Create(CultureInfo.InvariantCulture, $"quantile: {q} was asked for; a quantile is between 0 and 1."));
        return PlaceOf(q, shape[axis], interpolation);
    }

    // The place at or below the quantile, and the weight of the next one.
    private static (int Below, double Weight) PlaceOf(double q, int length, QuantileInterpolation interpolation)
    {
        double place = q * (length - 1), whole = Math.Round(place);
        if (Math.Abs(place - whole) <= WholePlace * length)
            return ((int)whole, 0);
        int below = (int)place;
        return interpolation switch
        {
            QuantileInterpolation.Linear => (below, place - below),
            QuantileInterpolation.Midpoint => (below, 0.5),
            QuantileInterpolation.Lower => (below, 0),
            QuantileInterpolation.Higher => (below + 1, 0),
            QuantileInterpolation.Nearest => ((int)whole, 0),
            _ => throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, $"quantile: {interpolation} is no interpolation."),
        };
    }

    private static Var<T> WithLast<T>(this Var<T> x, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int last = x.Shape.Rank - 1;
        return x.Shape.Axis(axis) == last ? x : x.Transpose(axis, last);
    }

    // The last axis, of extent 1, goes back to its place or away.
    private static Var<T> Placed<T>(Var<T> taken, int axis, bool keepAxis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int last = taken.Shape.Rank - 1;
        axis = taken.Shape.Axis(axis);
        Var<T> there = axis == last ? taken : taken.Transpose(axis, last);
        return keepAxis ? there : there.Squeeze(axis);
    }
}
