using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Resizing: along every axis a product with a matrix, whose rows are the weights of interpolation.</summary>
internal static class Resizing
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Real("Resize", Resize);
        rows.Real("Upsample", Upsample);
    }

    private static Var<T> Upsample<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] scales = node.Opset < 9
            ? Array.ConvertAll(node.Floats("scales") ?? throw node.Wrong("attribute scales is missing"), scale => (double)scale)
            : node.Numbers(1);
        return Along(node, scales, null, [.. Enumerable.Range(0, node[0].Shape.Rank)], "asymmetric", [], "floor");
    }

    private static Var<T> Resize<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = node[0].Shape.Rank;
        if (node.Opset < 11)
            return Along(node, node.Numbers(1), null, [.. Enumerable.Range(0, rank)], "asymmetric", [], "floor");
        if (node.Int("antialias", 0) != 0)
            throw node.Unsupported("attribute antialias is set");
        int[] axes = node.Ints("axes") is { } named ? node.Axes(named, rank) : [.. Enumerable.Range(0, rank)];
        string mapping = node.Choice("coordinate_transformation_mode", "half_pixel",
            "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn");
        string rounding = node.Choice("nearest_mode", "round_prefer_floor", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        if (node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw node.Unsupported($"attribute keep_aspect_ratio_policy is '{Excerpt.Of(node.Text("keep_aspect_ratio_policy"))}'; 'stretch' is supported");
        double[] region = mapping == "tf_crop_and_resize" ? node.Numbers(1) : [];
        double[] scales = node.Has(2) ? node.Numbers(2) : [];
        long[]? sizes = scales.Length == 0 && node.Has(3) ? node.Integers(3) : null;
        return Along(node, scales, sizes, axes, mapping, region, rounding);
    }

    private static Var<T> Along<T>(NodeContext<T> node, double[] scales, long[]? sizes, int[] axes, string mapping, double[] region, string rounding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        string mode = node.Choice("mode", "nearest", "nearest", "linear", "bilinear", "cubic");
        if ((sizes?.Length ?? scales.Length) != axes.Length || (region.Length > 0 && region.Length != 2 * axes.Length))
            throw node.Wrong($"scales or sizes and a region are given for each of {axes.Length} axes");
        long[] extents = Array.ConvertAll(x.Shape.ToArray(), extent => (long)extent);
        double[] factors = new double[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            double extent = x.Shape[axes[i]], span = region.Length > 0 ? region[i + axes.Length] - region[i] : 1;
            factors[i] = sizes is not null ? sizes[i] / extent : scales[i];
            double length = sizes is not null ? sizes[i] : Math.Floor(extent * span * factors[i]);
            if (!(factors[i] > 0) || !(length is >= 1 and <= int.MaxValue) || extent == 0)
                throw node.Wrong($"axis {axes[i]} of {x.Shape} was to be resized to {length} positions by the factor {factors[i]}");
            extents[axes[i]] = (long)length;
        }

        _ = node.ShapeOf(extents);
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i], from = x.Shape[axis], to = (int)extents[axis];
            if (from == to && factors[i] == 1 && region.Length == 0)
                continue;
            if ((long)from * to > node.Limits.MaximumElements)
                throw node.TooLarge((long)from * to);
            InterpolationRow row = new(mode, mapping, rounding, from, to, factors[i], node.Opset >= 11 ? node.Float("cubic_coeff_a", -0.75) : -0.75,
                node.Opset >= 11 && node.Int("exclude_outside", 0) != 0, region.Length > 0 ? region[i] : 0, region.Length > 0 ? region[i + axes.Length] : 1);
            x = Interpolated(x, axis, row, node.Opset >= 11 ? node.Float("extrapolation_value", 0) : 0);
        }

        return x;
    }

    private static Var<T> Interpolated<T>(Var<T> x, int axis, InterpolationRow row, double outside)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] matrix = new T[row.To * row.From], shift = new T[row.To];
        for (int i = 0; i < row.To; i++)
        {
            if (row.Weights(i) is not { } weights)
                shift[i] = T.CreateTruncating(outside);
            else
                Array.ConvertAll(weights, T.CreateTruncating).CopyTo(matrix, i * row.From);
        }

        int last = x.Shape.Rank - 1;
        int[] order = [.. Enumerable.Range(0, axis), .. Enumerable.Range(axis + 1, last - axis), axis];
        int[] back = [.. Enumerable.Range(0, axis), last, .. Enumerable.Range(axis, last - axis)];
        Var<T> rows = axis == last ? x : x.Permute(order);
        Var<T> y = rows.Shape.Rank == 1
            ? rows.Reshape(1, row.From).Linear(x.Tape.Constant([row.To, row.From], matrix)).Reshape(row.To)
            : rows.Linear(x.Tape.Constant([row.To, row.From], matrix));
        y = shift.All(T.IsZero) ? y : y + x.Tape.Constant([row.To], shift);
        return axis == last ? y : y.Permute(back);
    }
}
