using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Normalisations.</summary>
internal static class Normalizations
{
    private const double DefaultEpsilon = 1e-5f;

    // What the specification's formula adds to the deviation.
    private const double DeviationEpsilon = 1e-9;

    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Several("BatchNormalization", BatchNorm);
        rows.Real("InstanceNormalization", node => node.Real(0).InstanceNorm(node.Real(1), node.Real(2), node.Float("epsilon", DefaultEpsilon)));
        rows.Several("LayerNormalization", LayerNorm);
        rows.Real("RMSNormalization", RmsNorm);
        rows.Real("GroupNormalization", GroupNorm);
        rows.Real("MeanVarianceNormalization", MeanVariance);
        rows.Real("LRN", LocalResponse);
        rows.Real("LpNormalization", LpNorm);
    }

    private static OnnxValue<T>?[] BatchNorm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), scale = node.Real(1), shift = node.Real(2), mean = node.Real(3), variance = node.Real(4);
        double epsilon = node.Float("epsilon", DefaultEpsilon), momentum = node.Float("momentum", 0.9f);
        if (node.Opset < 9 && node.Int("spatial", 1) == 0)
            throw node.Unsupported("it has statistics for every position; those of channels are supported");
        bool isTraining = node.Opset >= 14 ? node.Int("training_mode", 0) != 0 : node.Outputs > 1 || (node.Opset < 7 && node.Int("is_test", 0) == 0);
        if (!isTraining)
            return [node.Result(x.BatchNorm(scale, shift, mean.Value, variance.Value, epsilon))];
        int[] axes = [0, .. Enumerable.Range(2, Math.Max(x.Shape.Rank - 2, 0))];
        Var<T> y = x.BatchNorm(scale, shift, epsilon);

        // Running statistics take the variance over n since version 14, and over n − 1 before.
        VarianceDivisor divisor = node.Opset >= 14 ? VarianceDivisor.Population : VarianceDivisor.Sample;
        Var<T> runningMean = mean.Scale(momentum) + x.Mean(axes).Scale(1 - momentum);
        Var<T> runningVariance = variance.Scale(momentum) + x.Variance(axes, false, divisor).Scale(1 - momentum);
        return [node.Result(y), node.Result(runningMean), node.Result(runningVariance)];
    }

    private static OnnxValue<T>?[] LayerNorm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), scale = node.Real(1);
        Var<T>? shift = node.OptionalReal(2);
        int axis = node.Axis(node.Int("axis", -1), x.Shape.Rank), count = x.Shape.Rank - axis;
        double epsilon = node.Float("epsilon", DefaultEpsilon);
        Shape normalized = new(x.Shape.ToArray().AsSpan(axis));
        Var<T> y;
        if (scale.Shape == normalized && shift is { } whole && whole.Shape == normalized)
        {
            y = x.LayerNorm(scale, whole, epsilon);
        }
        else
        {
            y = x.LayerNorm(count, epsilon) * scale;
            y = shift is { } added ? y + added : y;
        }

        int[] axes = [.. Enumerable.Range(axis, count)];
        return [
            node.Result(y),
            node.Wants(1) ? node.Result(x.Mean(axes, true)) : null,
            node.Wants(2) ? node.Result(x.Variance(axes, true, VarianceDivisor.Population).Shift(epsilon).ReciprocalSqrt()) : null,
        ];
    }

    private static Var<T> RmsNorm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        return x.RmsNorm(x.Shape.Rank - node.Axis(node.Int("axis", -1), x.Shape.Rank), node.Float("epsilon", DefaultEpsilon)) * node.Real(1);
    }

    // Scales belong to groups until version 20, to channels since.
    private static Var<T> GroupNorm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), scale = node.Real(1), shift = node.Real(2);
        int groups = node.Small("num_groups");
        double epsilon = node.Float("epsilon", DefaultEpsilon);
        if (node.Opset < 21 && groups > 0 && x.Shape[1] % groups == 0)
            (scale, shift) = (Repeated(scale, x.Shape[1] / groups), Repeated(shift, x.Shape[1] / groups));
        return x.GroupNorm(groups, scale, shift, epsilon);
    }

    private static Var<T> Repeated<T>(Var<T> x, int times)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x.Reshape(x.Shape.Count, 1).BroadcastTo(x.Shape.Count, times).Reshape(x.Shape.Count * times);

    private static Var<T> MeanVariance<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        int[] axes = node.Axes(node.Ints("axes") ?? [0, 2, 3], x.Shape.Rank);
        return (x - x.Mean(axes, true)) / x.StandardDeviation(axes, true, VarianceDivisor.Population).Shift(DeviationEpsilon);
    }

    private static Var<T> LocalResponse<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        int size = node.Small("size"), before = (size - 1) / 2, after = size - 1 - before, channels = x.Shape[1];
        if (size < 1)
            throw node.Wrong($"attribute size is {size}; at least 1 is allowed");
        Var<T> squares = x.Square(), sum = squares;
        for (int offset = -before; offset <= after; offset++)
        {
            int length = channels - Math.Abs(offset);
            if (offset == 0 || length <= 0)
                continue;
            int[] front = new int[x.Shape.Rank], back = new int[x.Shape.Rank];
            (front[1], back[1]) = (Math.Max(-offset, 0), Math.Max(offset, 0));
            sum += squares.Slice(1, Math.Max(offset, 0), length).Pad(front, back);
        }

        return x / sum.Scale(node.Float("alpha", 0.0001f) / size).Shift(node.Float("bias", 1)).Pow(node.Float("beta", 0.75));
    }

    private static Var<T> LpNorm<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        int axis = node.Axis(node.Int("axis", -1), x.Shape.Rank);
        return node.Int("p", 2) switch
        {
            1 => x / x.Norm1(axis, true),
            2 => x / x.Norm2(axis, true),
            var p => throw node.Wrong($"attribute p is {p}; 1 and 2 are allowed"),
        };
    }
}
