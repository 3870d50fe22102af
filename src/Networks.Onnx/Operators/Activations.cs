using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Activation functions, and their normalised forms.</summary>
internal static class Activations
{
    // Slopes that the specification gives hard sigmoids and hard swishes; the engine's have them built in.
    private const double SixthInFloat = 1f / 6;

    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Unary("Relu", x => x.Relu(), x => Math.Max(x, 0));
        rows.Unary("Sigmoid", x => x.Sigmoid());
        rows.Unary("Tanh", x => x.Tanh());
        rows.Unary("Softplus", x => x.Softplus());
        rows.Unary("Softsign", x => x.Softsign());
        rows.Unary("Mish", x => x.Mish());
        rows.Unary("HardSwish", x => x.HardSwish());
        rows.Real("LeakyRelu", node => node.Real(0).LeakyRelu(node.Float("alpha", 0.01f)));
        rows.Real("PRelu", node => node.Real(0).PRelu(Slope(node)));
        rows.Real("Elu", node => node.Real(0).Elu(node.Float("alpha", 1)));
        rows.Real("Selu", node => Selu(node.Real(0), node.Float("alpha", 1.67326319217681884765625), node.Float("gamma", 1.05070102214813232421875)));
        rows.Real("Celu", node => node.Real(0).Celu(node.Float("alpha", 1)));
        rows.Real("ThresholdedRelu", node => node.Real(0).Threshold(node.Float("alpha", 1), 0));
        rows.Real("Shrink", node => Shrink(node.Real(0), node.Float("lambd", 0.5), node.Float("bias", 0)));
        rows.Real("HardSigmoid", node => HardSigmoid(node.Real(0), node.Float("alpha", 0.2f), node.Float("beta", 0.5)));
        rows.Real("Gelu", node => node.Choice("approximate", "none", "none", "tanh") == "tanh" ? node.Real(0).GeluTanh() : node.Real(0).Gelu());
        rows.Real("Swish", node => node.Float("alpha", 1) is var alpha and not 1 ? node.Real(0) * node.Real(0).Scale(alpha).Sigmoid() : node.Real(0).Silu());
        rows.Real("Softmax", node => OverAxis(node, (x, axis) => x.Softmax(axis)));
        rows.Real("LogSoftmax", node => OverAxis(node, (x, axis) => x.LogSoftmax(axis)));
        rows.Real("Hardmax", node => OverAxis(node, Hardmax));
        rows.Add("Clip", Clip);
    }

    /// <summary>max(0, min(1, α·x + β)); the engine's own where the numbers are its own.</summary>
    public static Var<T> HardSigmoid<T>(Var<T> x, double alpha, double beta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => alpha is SixthInFloat or 1.0 / 6 && beta == 0.5
        ? x.HardSigmoid()
        : x.Scale(alpha).Shift(beta).Clamp(0, 1);

    private static Var<T> Selu<T>(Var<T> x, double alpha, double gamma)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Elu(alpha).Scale(gamma);

    // A slope for every channel stands behind the batch; the specification broadcasts it from the right.
    private static Var<T> Slope<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0), slope = node.Real(1);
        bool isPerChannel = node.Opset < 7 && slope.Shape.Rank == 1 && slope.Shape[0] > 1 && x.Shape.Rank > 1;
        return isPerChannel ? slope.Reshape([slope.Shape[0], .. Enumerable.Repeat(1, x.Shape.Rank - 2)]) : slope;
    }

    // x + bias below −λ, x − bias above λ, 0 between. Its jumps are those of a hard shrink.
    private static Var<T> Shrink<T>(Var<T> x, double lambda, double bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = x.ToArray();
        T limit = T.CreateTruncating(lambda), shift = T.CreateTruncating(bias);
        bool[] isOutside = Array.ConvertAll(values, value => T.Abs(value) > limit);
        T[] shifts = Array.ConvertAll(values, value => value > limit ? -shift : shift);
        Var<T> moved = bias == 0 ? x : x + x.Tape.Constant(x.Shape, shifts);
        return Operations.Where(isOutside, moved, x.Tape.Constant(x.Shape, new T[values.Length]));
    }

    // Until version 12 the axes from the named one on are taken together.
    private static Var<T> OverAxis<T>(NodeContext<T> node, Func<Var<T>, int, Var<T>> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> x = node.Real(0);
        if (node.Opset >= 13)
            return function(x, node.Axis(node.Int("axis", -1), x.Shape.Rank));
        long axis = node.Int("axis", 1);
        int first = axis == x.Shape.Rank ? x.Shape.Rank : node.Axis(axis, x.Shape.Rank);
        int rows = x.Shape.ToArray()[..first].Aggregate(1, (product, extent) => product * extent);
        return function(x.Reshape(rows, rows == 0 ? 0 : x.Shape.Count / rows), 1).Reshape(x.Shape.ToArray());
    }

    private static Var<T> Hardmax<T>(Var<T> x, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long[] first = Sortings.ArgExtreme(x.ToArray(), x.Shape, axis, smallest: false, last: false);
        int[] strides = IndexMaps.Strides(x.Shape.With(axis, 1));
        strides[axis] = 0;
        T[] ones = new T[x.Shape.Count];
        int place = 0;
        _ = IndexMaps.Build(x.Shape, position =>
        {
            int line = position.Zip(strides, (at, stride) => at * stride).Sum();
            ones[place++] = first[line] == position[axis] ? T.One : T.Zero;
            return 0;
        });
        return x.Tape.Constant(x.Shape, ones);
    }

    private static OnnxValue<T> Clip<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!node[0].IsReal)
        {
            long low = node.Has(1) ? node.Integers(1)[0] : long.MinValue, high = node.Has(2) ? node.Integers(2)[0] : long.MaxValue;
            return NodeContext<T>.Result(node.Host(0).Map(value => Math.Min(Math.Max(value, low), high)));
        }

        Var<T> x = node.Real(0);
        if (node.Opset < 11)
            return node.Result(x.Clamp(node.Float("min", double.NegativeInfinity), node.Float("max", double.PositiveInfinity)));
        bool isConstant = node.Optional(1) is null or { IsConstant: true } && node.Optional(2) is null or { IsConstant: true };
        double minimum = node.Has(1) && isConstant ? node.Number(1) : double.NegativeInfinity;
        double maximum = node.Has(2) && isConstant ? node.Number(2) : double.PositiveInfinity;
        if (isConstant && !(minimum <= maximum))
            return node.Result(x.Maximum(x.Tape.Constant(T.CreateTruncating(minimum))).Minimum(x.Tape.Constant(T.CreateTruncating(maximum))));
        if (isConstant)
            return node.Result(x.Clamp(minimum, maximum));
        Var<T> above = node.OptionalReal(1) is { } least ? x.Maximum(least.Reshape()) : x;
        return node.Result(node.OptionalReal(2) is { } most ? above.Minimum(most.Reshape()) : above);
    }
}
