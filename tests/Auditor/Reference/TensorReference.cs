using ConservativeAD.Auditor.Programs;

namespace ConservativeAD.Auditor.Reference;

/// <summary>The operations on germs, each by its definition.</summary>
public static class TensorReference
{
    private static readonly Germ Half = Germ.Of(0.5);
    private static readonly Germ Pi = Germ.Of(Ball.Inexact(Wide.Pi));
    private static readonly Germ RootOfTwo = Germ.Of((Ball)Wide.Sqrt(2));
    private static readonly Germ RootOfTwoByPi = Germ.Of((Ball)Wide.Sqrt(2 / Wide.Pi));

    public static GermTensor Call(string name, GermTensor[] x, double[] a) => name switch
    {
        "Add" => GermTensor.Map(x[0], x[1], (p, q) => p + q),
        "Subtract" => GermTensor.Map(x[0], x[1], (p, q) => p - q),
        "Multiply" => GermTensor.Map(x[0], x[1], (p, q) => p * q),
        "Divide" => GermTensor.Map(x[0], x[1], (p, q) => p / q),
        "Power" => GermTensor.Map(x[0], x[1], Germ.Pow),
        "Maximum" => GermTensor.Map(x[0], x[1], Germ.Max),
        "Minimum" => GermTensor.Map(x[0], x[1], Germ.Min),
        "Atan2" => GermTensor.Map(x[0], x[1], Germ.Atan2),
        "MaximumNumber" => GermTensor.Map(x[0], x[1], (p, q) => GermMembers.Call("MaxNumber", [p, q], 0)),
        "MinimumNumber" => GermTensor.Map(x[0], x[1], (p, q) => GermMembers.Call("MinNumber", [p, q], 0)),
        "LogAddExp" => GermTensor.Map(x[0], x[1], (p, q) => LogSumExp([p, q])),
        "XLogY" => GermTensor.Map(x[0], x[1], (p, q) => q.Kind == Kind.Undefined ? q : Germ.BySign(p, sign => sign == 0 ? Germ.Zero : p * Germ.Log(q))),
        "PRelu" => GermTensor.Map(x[0], x[1], (p, q) => Germ.BySign(p, sign => sign > 0 ? p : q * p)),
        "Remainder" => GermTensor.Map(x[0], x[1], (p, q) => GermMembers.Call("op_Modulus", [p, q], 0)),
        "FlooredRemainder" => GermTensor.Map(x[0], x[1], FlooredRemainder),
        "Hypot" => GermTensor.Map(x[0], x[1], (p, q) => Norm2([p, q])),
        "Choose" or "WhereGreater" => Chosen(x),
        "WhereBits" => TensorCalls.Bits(x[0].Count, (int)a[0]) is var bits
            ? new GermTensor(x[0].Shape, [.. x[0].Elements.Select((element, i) => bits[i] ? element : x[1].Elements[i])])
            : x[0],
        "WhereCompared" => Germ.Compare(x[0].Elements[0], x[1].Elements[0]) > 0 ? x[2] : x[3],
        "If" => Germ.Compare(x[0].Elements[0], x[1].Elements[0]) < 0 ? x[2] : x[3],
        "IfAtMost" => Germ.Compare(x[0].Elements[0], Germ.Of(a[0])) <= 0 ? x[1] : x[2],
        "Sum" => GermTensor.Scalar(Sum(x[0].Elements)),
        "SumAxis" => x[0].Reduce((int)a[0], false, Sum),
        "Mean" => GermTensor.Scalar(Mean(x[0].Elements)),
        "MeanAxis" => x[0].Reduce((int)a[0], false, Mean),
        "Max" => GermTensor.Scalar(x[0].Elements.Aggregate(Germ.Max)),
        "MaxAxis" => x[0].Reduce((int)a[0], false, line => line.Aggregate(Germ.Max)),
        "Min" => GermTensor.Scalar(x[0].Elements.Aggregate(Germ.Min)),
        "MinAxis" => x[0].Reduce((int)a[0], true, line => line.Aggregate(Germ.Min)),
        "Norm1" => GermTensor.Scalar(Norm1(x[0].Elements)),
        "Norm1Axis" => x[0].Reduce((int)a[0], false, Norm1),
        "Norm2" => GermTensor.Scalar(Norm2(x[0].Elements)),
        "Norm2Axis" => x[0].Reduce((int)a[0], false, Norm2),
        "NormInfinity" => GermTensor.Scalar(NormInfinity(x[0].Elements)),
        "NormInfinityAxis" => x[0].Reduce((int)a[0], false, NormInfinity),
        "Product" => GermTensor.Scalar(x[0].Elements.Aggregate((p, q) => p * q)),
        "ProductAxis" => x[0].Reduce((int)a[0], false, line => line.Aggregate((p, q) => p * q)),
        "Variance" => GermTensor.Scalar(Sum([.. Deviations(x[0].Elements).Select(d => d * d)]) / Germ.Of(x[0].Count)),
        "StandardDeviation" => GermTensor.Scalar(Norm2([.. Deviations(x[0].Elements)]) / Germ.Sqrt(Germ.Of(x[0].Count))),
        "PNorm" => GermTensor.Scalar(Sum([.. x[0].Elements.Select(u => Germ.Abs(u * u * u))]) is var cubes
            ? Germ.BySign(cubes, sign => sign == 0 ? Germ.Unknown : Germ.Exp(Germ.Log(cubes) / Germ.Of(3)))
            : Germ.Unknown),
        "LogSumExp" => GermTensor.Scalar(LogSumExp(x[0].Elements)),
        "LogSumExpAxis" => x[0].Reduce((int)a[0], false, LogSumExp),
        "Softmax" => x[0].Lines((int)a[0], Softmax),
        "LogSoftmax" => x[0].Lines((int)a[0], LogSoftmax),
        "Reshape" => x[0].Reshape(x[0].Count, 1),
        "Permute" or "Transpose" => GermTensor.Make([x[0].Shape[1], x[0].Shape[0]], at => x[0][at[1], at[0]]),
        "Slice" => GermTensor.Make([2, 1], at => x[0][at[0], 1]),
        "Select" => GermTensor.Make([2], at => x[0][1, at[0]]),
        "Concatenate" => GermTensor.Make([2, 5], at => at[1] < 2 ? x[0][at[0], at[1]] : at[1] == 2 ? x[1][at[0], 0] : x[0][at[0], at[1] - 3]),
        "BroadcastTo" => GermTensor.Make([2, 2], x[0].Broadcast),
        "Pad" => GermTensor.Make([5], at => at[0] is 1 or 2 ? x[0][at[0] - 1] : Germ.Of(a[0])),
        "Gather" => GermTensor.Make([3, 2], at => x[0][((int[])[0, 1, 1, 1, 0, 0])[(2 * at[0]) + at[1]], at[1]]),
        "GatherRows" => GermTensor.Make([3, 2], at => x[0][((int[])[1, 0, 1])[at[0]], at[1]]),
        "ScatterAdd" => GermTensor.Make([2, 1], at => at[0] == 0 ? x[0][0, 0] + x[1][1, 0] : x[0][1, 0] + x[1][0, 0] + x[1][2, 0]),
        "Sort" => x[0].Lines((int)a[0], line => Sorted(line, 1)),
        "SortDescending" => x[0].Lines((int)a[0], line => Sorted(line, -1)),
        "TopK" => x[0].Lines(-1, line => Sorted(line, -1)[..2], 2),
        "TopKSmallest" => x[0].Lines(-1, line => Sorted(line, 1)[..1], 1),
        "Median" => x[0]
            .Reduce(-1, false, line => Sorted(line, 1) is var sorted && line.Length % 2 == 1
                ? sorted[line.Length / 2]
                : (sorted[(line.Length / 2) - 1] + sorted[line.Length / 2]) * Half),
        "MatMul" => GermTensor.Make([x[0].Shape[0], x[1].Shape[1]],
            at => Sum([.. Enumerable.Range(0, x[0].Shape[1]).Select(k => x[0][at[0], k] * x[1][k, at[1]])])),
        "Linear" or "LinearWithoutBias" =>
            GermTensor.Make([x[0].Shape[0], x[1].Shape[0]],
                at => Sum([.. Enumerable.Range(0, x[0].Shape[1]).Select(k => x[0][at[0], k] * x[1][at[1], k]), .. x.Length > 2 ? [x[2][at[1]]] : (Germ[])[]])),
        "Conv2d" => Convolved(x[0], x[1], 1, 1, 1) is var image ? GermTensor.Map(image, x[2].Reshape(1, 1, 1), (p, q) => p + q) : x[0],
        "Conv2dGrouped" => Convolved(x[0], x[1], 2, 1, 2),
        "ConvTranspose2d" => (x[0].Elements, x[1].Elements) is var (u, w)
            ? new GermTensor([1, 1, 1, 3], [u[0] * w[0], (u[0] * w[1]) + (u[1] * w[0]), u[1] * w[1]])
            : x[0],
        "Interpolate" => new GermTensor([1, 1, 3], [x[0].Elements[0], (x[0].Elements[0] + x[0].Elements[1]) * Half, x[0].Elements[1]]),
        "MaxPool2d" => Pooled(x[0], 2, 0, window => window.Aggregate(Germ.Max)),
        "MaxPool2dOverlapping" => Pooled(x[0], 1, 1, window => window.Aggregate(Germ.Max)),
        "AveragePool2d" => Pooled(x[0], 1, 1, window => Sum([.. window]) / Germ.Of(4)),
        "CrossEntropy" => GermTensor.Scalar(Mean([-LogSoftmax(Row(x[0], 0))[1], -LogSoftmax(Row(x[0], 1))[0]])),
        "CrossEntropyEach" => new GermTensor([2], [-LogSoftmax(Row(x[0], 0))[2], -LogSoftmax(Row(x[0], 1))[0]]),
        "MeanSquaredError" => GermTensor.Scalar(Mean(Squares(x))),
        "SumSquaredError" => GermTensor.Scalar(Sum(Squares(x))),
        "BatchNorm" => GermTensor.Map(GermTensor.Map(x[0].Lines(0, Standardized), x[1], (p, q) => p * q), x[2], (p, q) => p + q),
        "LayerNorm" => GermTensor.Map(GermTensor.Map(x[0].Lines(-1, Standardized), x[1], (p, q) => p * q), x[2], (p, q) => p + q),
        "LayerNormPlain" => x[0].Lines(-1, Standardized),
        "Dropout" => Mask(x[0].Count, a[0]) is var mask
            ? new GermTensor(x[0].Shape, [.. x[0].Elements.Select((element, i) => element * Germ.Of(mask[i]))])
            : x[0],
        "Lstm" => Recurrent(x[0], x[1], x[2], null, null),
        "LstmWithStates" => Recurrent(x[0], x[1], x[2], x[3], x[4]),
        "Gru" => Gated(x[0], x[1], x[2], null),
        "GruWithState" => Gated(x[0], x[1], x[2], x[3]),
        "CtcLoss" => GermTensor.Scalar(-LogSumExp([x[0][0, 0, 1] + x[0][1, 0, 1], x[0][0, 0, 0] + x[0][1, 0, 1], x[0][0, 0, 1] + x[0][1, 0, 0]])),
        "MaskedAttention" => Attended(x[0], x[1], x[2], (token, key) => token == 1 || key == 1),
        "Attention" => Attended(x[0], x[1], x[2], (_, _) => true),
        "SelfAttention" => Attended(Third(x[0], 0), Third(x[0], 1), Third(x[0], 2), (token, key) => key <= token),
        "Checkpoint" => x[0].Map(u => Germ.Abs(u) + u),
        "InnerGradient" => x[0].Map(u => Germ.BySign(u, sign => Germ.Of(sign)) + (Germ.Of(3) * u * u)),
        "Detach" => x[0],
        "OwnExp" => x[0].Map(Germ.Exp),
        "OwnCube" => x[0].Map(u => u * u * u),
        "OwnAbs" => x[0].Map(Germ.Abs),
        _ => x[0].Map(u => Of(name, u, a)),
    };

    private static IEnumerable<Germ> Deviations(Germ[] x) => Mean(x) is var mean ? x.Select(element => element - mean) : x;

    private static Germ FlooredRemainder(Germ p, Germ q)
    {
        Germ truncated = GermMembers.Call("op_Modulus", [p, q], 0);
        return Germ.BySign(truncated, sign => Germ.BySign(q, other => sign * other < 0 ? truncated + q : truncated));
    }

    private static Germ Of(string name, Germ x, double[] a) => name switch
    {
        "Relu" => Germ.Max(x, Germ.Zero),
        "Abs" => Germ.Abs(x),
        "Sign" => Germ.BySign(x, sign => Germ.Of(sign)),
        "Floor" => Germ.Floor(x),
        "Square" => x * x,
        "Reciprocal" => Germ.One / x,
        "Sqrt" => Germ.Sqrt(x),
        "Cbrt" => Germ.Cbrt(x),
        "Asinh" => Germ.Asinh(x),
        "Exp" => Germ.Exp(x),
        "ExpM1" => Germ.ExpM1(x),
        "Log" => Germ.Log(x),
        "LogP1" => Germ.LogP1(x),
        "Sin" => Germ.Sin(x),
        "Cos" => Germ.Cos(x),
        "Tan" => Germ.Tan(x),
        "Asin" => Germ.Asin(x),
        "Acos" => Germ.Acos(x),
        "Atan" => Germ.Atan(x),
        "Sinh" => Germ.Sinh(x),
        "Cosh" => Germ.Cosh(x),
        "Tanh" => Germ.Tanh(x),
        "Sigmoid" => Germ.Logistic(x),
        "Softplus" => Germ.Softplus(x),
        "LogSigmoid" => -Germ.Softplus(-x),
        "Silu" => x.IsInfinite ? (Germ.Sign(x) > 0 ? x : Germ.Zero) : x * Germ.Logistic(x),
        "Erf" => Germ.Erf(x),

        // Uses erf and not erfc, because the accuracy of gelu is stated in units of the last place of x (docs/numbers.md).
        "Gelu" => x.IsInfinite ? (Germ.Sign(x) > 0 ? x : Germ.Zero) : x * Half * (Germ.One + Germ.Erf(x / RootOfTwo)),
        "GeluTanh" => x.IsInfinite
            ? (Germ.Sign(x) > 0 ? x : Germ.Zero)
            : x * Half * (Germ.One + Germ.Tanh(RootOfTwoByPi * (x + (Germ.Of(0.044715) * x * x * x)))),
        "Negate" => -x,
        "HardSwish" => x.IsInfinite ? (Germ.Sign(x) > 0 ? x : Germ.Zero) : x * HardSigmoid(x),
        "HardSigmoid" => HardSigmoid(x),
        "Relu6" => Germ.Min(Germ.Max(x, Germ.Zero), Germ.Of(6)),
        "Hinge" => Germ.Max(Germ.One - x, Germ.Zero),
        "HardTanh" => Germ.Min(Germ.Max(x, Germ.Of(-1)), Germ.One),
        "LeakyRelu" => Germ.BySign(x, sign => sign < 0 ? x * Germ.Of(a[0]) : x),
        "Elu" => Germ.BySign(x, sign => sign < 0 ? Germ.Of(a[0]) * Germ.ExpM1(x) : x),
        "SoftThreshold" => Germ.Max(x - Germ.Of(a[0]), Germ.Zero) - Germ.Max(-x - Germ.Of(a[0]), Germ.Zero),
        "Huber" => Germ.BySign(Germ.Abs(x) - Germ.Of(a[0]), side => side > 0 ? Germ.Of(a[0]) * (Germ.Abs(x) - (Germ.Of(a[0]) * Half)) : x * x * Half),
        "Acosh" or "Atanh" or "Exp2" or "Exp10" or "Log2" or "Log10" or "SinPi" or "CosPi" or "TanPi" => GermMembers.Call(name, [x], 0),
        "Ceiling" or "Round" or "Truncate" => GermMembers.Call(name, [x], 0),
        "Fraction" => x - GermMembers.Call("Truncate", [x], 0),
        "ReciprocalSqrt" => Germ.One / Germ.Sqrt(x),
        "Logit" => Germ.Log(x / (Germ.One - x)),
        "Sinc" => Germ.BySign(x, sign => sign == 0 ? Germ.One : GermMembers.Call("SinPi", [x], 0) / (Pi * x)),
        "Softsign" => x.IsInfinite ? Germ.BySign(x, sign => Germ.Of(sign)) : x / (Germ.One + Germ.Abs(x)),
        "Mish" => x.IsInfinite ? (Germ.Sign(x) > 0 ? x : Germ.Zero) : x * Germ.Tanh(Germ.Softplus(x)),
        "LogGamma" => Germ.LogGamma(x),
        "Digamma" => Germ.Digamma(x),
        "ErfInverse" => Germ.ErfInverse(x),
        "Selu" => Germ.Of(1.0507009873554805) * Germ.BySign(x, sign => sign < 0 ? Germ.Of(1.6732632423543772) * Germ.ExpM1(x) : x),
        "NanToNumber" => x.Kind switch { Kind.Undefined => 2, Kind.PlusInfinity => 3, Kind.MinusInfinity => -3, Kind.Finite => x, _ => Germ.Unknown },
        "SmoothAbs" => Germ.BySign(Germ.Abs(x) - Germ.Of(a[0]), side => side > 0 ? Germ.Abs(x) - (Germ.Of(a[0]) * Half) : x * x * Half / Germ.Of(a[0])),
        "HardShrink" => Germ.BySign(Germ.Abs(x) - Germ.Of(a[0]), sign => sign > 0 ? x : Germ.Zero),
        "Celu" => Germ.BySign(x, sign => sign < 0 ? Germ.Of(a[0]) * Germ.ExpM1(x / Germ.Of(a[0])) : x),
        "ScaledSoftplus" => Germ.Softplus(x * Germ.Of(a[0])) / Germ.Of(a[0]),
        "Threshold" => Germ.BySign(x - Germ.Of(a[0]), sign => sign > 0 ? x : Germ.Of(a[1])),
        "RootN" => GermMembers.Call(name, [x], (int)a[0]),
        "Scale" => x * Germ.Of(a[0]),
        "Shift" => x + Germ.Of(a[0]),
        "DivideBy" => x / Germ.Of(a[0]),
        "DivideInto" => Germ.Of(a[0]) / x,
        "Pow" => Germ.Pow(x, a[0]),
        "Clamp" => Germ.Min(Germ.Max(x, Germ.Of(a[0])), Germ.Of(a[1])),
        _ => throw new ArgumentException($"The reference knows no operation {name}."),
    };

    private static Germ HardSigmoid(Germ x) => Germ.Min(Germ.Max((x / Germ.Of(6)) + Half, Germ.Zero), Germ.One);

    internal static Germ Sum(Germ[] line) => line.Length == 0 ? Germ.Zero : line.Aggregate((p, q) => p + q);

    private static Germ Mean(Germ[] line) => Sum(line) / Germ.Of(line.Length);

    private static Germ Norm1(Germ[] line) => Sum(Array.ConvertAll(line, Germ.Abs));

    private static Germ Norm2(Germ[] line) => Germ.Sqrt(Sum(Array.ConvertAll(line, x => x * x)));

    private static Germ NormInfinity(Germ[] line) => line.Select(Germ.Abs).Aggregate(Germ.Max);

    internal static Germ LogSumExp(Germ[] line)
    {
        // The shift is a constant, because it cancels for every value.
        Germ shift = Shift(line);
        return Blurred(line, shift + Germ.Log(Sum(Array.ConvertAll(line, x => Germ.Exp(x - shift)))));
    }

    private static Germ[] Softmax(Germ[] line)
    {
        Germ shift = Shift(line);
        Germ[] powers = Array.ConvertAll(line, x => Germ.Exp(x - shift));
        Germ sum = Sum(powers);
        return Array.ConvertAll(powers, power => Blurred(line, power / sum));
    }

    private static Germ[] LogSoftmax(Germ[] line)
    {
        Germ shift = Shift(line);
        Germ sum = Germ.Log(Sum(Array.ConvertAll(line, x => Germ.Exp(x - shift))));
        return Array.ConvertAll(line, x => Blurred(line, x - shift - sum));
    }

    // The slopes are sums of numbers near 1 that may cancel.
    private static Germ Blurred(Germ[] line, Germ result) => line.Aggregate(result, (blurred, x) => Germ.Blurred(x, blurred));

    private static Germ Shift(Germ[] line)
    {
        double largest = line.Max(x => x.Limit() is { } limit ? limit.Value.ToDouble() : double.NegativeInfinity);
        return double.IsFinite(largest) ? Germ.Of(largest) : Germ.Zero;
    }

    private static Germ[] Standardized(Germ[] line)
    {
        Germ mean = Mean(line);
        Germ[] aside = Array.ConvertAll(line, x => x - mean);
        Germ deviation = Germ.Sqrt(Mean(Array.ConvertAll(aside, x => x * x)) + Germ.Of(1e-5));
        return Array.ConvertAll(aside, x => Blurred(Array.ConvertAll(line, other => other / deviation), x / deviation));
    }

    private static Germ[] Sorted(Germ[] line, int sign)
    {
        // Insertion sort, with NaN last in both directions.
        List<Germ> sorted = [];
        foreach (Germ x in line)
        {
            int place = sorted.Count;
            while (place > 0 && x.Kind != Kind.Undefined && (sorted[place - 1].Kind == Kind.Undefined || Germ.Compare(sorted[place - 1], x) * sign > 0))
                place--;
            sorted.Insert(place, x);
        }

        return [.. sorted];
    }

    private static GermTensor Chosen(GermTensor[] x)
    {
        GermTensor sign = GermTensor.Map(x[0], x[1], (p, q) => Germ.Compare(p, q) > 0 ? Germ.One : Germ.Zero);
        return GermTensor.Make(sign.Shape.Length >= x[2].Rank ? sign.Shape : x[2].Shape, at => Germ.Sign(sign.Broadcast(at)) > 0
            ? x[2].Broadcast(at)
            : x[3].Broadcast(at));
    }

    private static Germ[] Row(GermTensor x, int row) => [.. Enumerable.Range(0, x.Shape[1]).Select(i => x[row, i])];

    private static Germ[] Squares(GermTensor[] x) => GermTensor.Map(x[0], x[1], (p, q) => (p - q) * (p - q)).Elements;

    private static GermTensor Convolved(GermTensor x, GermTensor weight, int stride, int padding, int groups)
    {
        int perGroup = weight.Shape[1], kernel = weight.Shape[2], size = ((x.Shape[2] + (2 * padding) - kernel) / stride) + 1, outputs = weight.Shape[0];
        return GermTensor.Make([x.Shape[0], outputs, size, size], at =>
        {
            Germ sum = Germ.Zero;
            int group = at[1] / (outputs / groups);
            for (int c = 0; c < perGroup; c++)
            {
                for (int i = 0; i < kernel; i++)
                {
                    for (int j = 0; j < kernel; j++)
                    {
                        int row = (at[2] * stride) + i - padding, column = (at[3] * stride) + j - padding;
                        if (row >= 0 && row < x.Shape[2] && column >= 0 && column < x.Shape[3])
                            sum += x[at[0], (group * perGroup) + c, row, column] * weight[at[1], c, i, j];
                    }
                }
            }

            return sum;
        });
    }

    private static GermTensor Pooled(GermTensor x, int stride, int padding, Func<IEnumerable<Germ>, Germ> fold)
    {
        int kernel = 2;
        int Size(int extent) => ((extent + (2 * padding) - kernel) / (padding == 0 ? kernel : stride)) + 1;
        int step = padding == 0 ? kernel : stride;
        return GermTensor.Make([x.Shape[0], x.Shape[1], Size(x.Shape[2]), Size(x.Shape[3])], at =>
        {
            List<Germ> window = [];
            for (int row = (at[2] * step) - padding; row < (at[2] * step) - padding + kernel; row++)
            {
                for (int column = (at[3] * step) - padding; column < (at[3] * step) - padding + kernel; column++)
                {
                    if (row >= 0 && row < x.Shape[2] && column >= 0 && column < x.Shape[3])
                        window.Add(x[at[0], at[1], row, column]);
                }
            }

            return fold(window);
        });
    }

    private static double[] Mask(int count, double seed)
    {
        using Tape<double> tape = new();
        return TensorCalls.Call("Dropout", [tape.Constant([count], [.. Enumerable.Repeat(1.0, count)])], [seed]).ToArray();
    }

    private static GermTensor Recurrent(GermTensor projected, GermTensor weight, GermTensor bias, GermTensor? hidden, GermTensor? cell)
    {
        // One example of width one.
        Germ h = hidden?.Elements[0] ?? Germ.Zero, c = cell?.Elements[0] ?? Germ.Zero;
        List<Germ> outputs = [];
        for (int step = 0; step < projected.Shape[0]; step++)
        {
            // Without an initial state the first step has no recurrent term, also where W is infinite.
            bool isFirst = step == 0 && hidden is null;
            Germ[] arguments = [.. Enumerable.Range(0, 4)
                .Select(gate => projected[step, 0, gate] + (isFirst ? Germ.Zero : h * weight[gate, 0]) + bias[gate])];
            c = (Germ.Logistic(arguments[1]) * c) + (Germ.Logistic(arguments[0]) * Germ.Tanh(arguments[2]));
            h = Germ.Logistic(arguments[3]) * Germ.Tanh(c);
            outputs.Add(h);
        }

        if (cell is not null)
            outputs.Add(c);
        return new GermTensor([outputs.Count, 1, 1], [.. outputs]);
    }

    private static GermTensor Third(GermTensor packed, int third) => GermTensor.Make([1, 2, 1], at => packed[0, at[1], third]);

    private static GermTensor Attended(GermTensor queries, GermTensor keys, GermTensor values, Func<int, int, bool> sees)
    {
        int tokens = queries.Shape[1], width = queries.Shape[2];
        Germ scale = Germ.Of((Ball)Wide.Sqrt(width));
        return GermTensor.Make([1, tokens, width], at =>
        {
            int[] seen = [.. Enumerable.Range(0, keys.Shape[1]).Where(key => sees(at[1], key))];
            Germ[] scores = [.. seen.Select(key => Sum([.. Enumerable.Range(0, width).Select(k => queries[0, at[1], k] * keys[0, key, k])]) / scale)];
            Germ[] weights = Softmax(scores);
            return Sum([.. seen.Select((key, i) => weights[i] * values[0, key, at[2]])]);
        });
    }

    private static GermTensor Gated(GermTensor projected, GermTensor weight, GermTensor bias, GermTensor? hidden)
    {
        // One example of width one.
        Germ h = hidden?.Elements[0] ?? Germ.Zero;
        List<Germ> outputs = [];
        for (int step = 0; step < projected.Shape[0]; step++)
        {
            // Without an initial state the first step has no recurrent term, also where W is infinite.
            bool isFirst = step == 0 && hidden is null;
            Germ[] inside = [.. Enumerable.Range(0, 3).Select(gate => (isFirst ? Germ.Zero : h * weight[gate, 0]) + bias[gate])];
            Germ r = Germ.Logistic(projected[step, 0, 0] + inside[0]), z = Germ.Logistic(projected[step, 0, 1] + inside[1]);
            h = ((Germ.One - z) * Germ.Tanh(projected[step, 0, 2] + (r * inside[2]))) + (z * h);
            outputs.Add(h);
        }

        return new GermTensor([outputs.Count, 1, 1], [.. outputs]);
    }
}
