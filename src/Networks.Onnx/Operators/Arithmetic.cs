using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Operators of two and more values that broadcast.</summary>
internal static class Arithmetic
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Add("Add", node => Binary(node, (x, y) => x + y, (x, y) => unchecked(x + y)));
        rows.Add("Sub", node => Binary(node, (x, y) => x - y, (x, y) => unchecked(x - y)));
        rows.Add("Mul", node => Binary(node, (x, y) => x * y, (x, y) => unchecked(x * y)));
        rows.Add("Div", node => Binary(node, (x, y) => x / y, IsUnsigned(node) ? (x, y) => (long)((ulong)x / (ulong)y) : Quotient));
        rows.Add("Mod", node => Binary(node, node.Int("fmod", 0) != 0 ? Operations.Remainder : Operations.FlooredRemainder,
            IsUnsigned(node) ? (x, y) => (long)((ulong)x % (ulong)y) : node.Int("fmod", 0) != 0 ? Remainder : FlooredRemainder));
        rows.Add("Pow", Power);
        rows.Add("Max", node => All(node, (x, y) => x.Maximum(y), (x, y) => IsUnsigned(node) ? (long)Math.Max((ulong)x, (ulong)y) : Math.Max(x, y)));
        rows.Add("Min", node => All(node, (x, y) => x.Minimum(y), (x, y) => IsUnsigned(node) ? (long)Math.Min((ulong)x, (ulong)y) : Math.Min(x, y)));
        rows.Add("Sum", node => All(node, (x, y) => x + y, (x, y) => unchecked(x + y)));
        rows.Real("Mean", node => All(node, (x, y) => x + y, null).Variable.DivideBy(node.Count));
        rows.Host("BitShift", node => HostTensor.Map(node.Host(0), node.Host(1), node.Choice("direction", "", "LEFT", "RIGHT") == "LEFT"
            ? (x, y) => y is < 0 or > 63 ? 0 : x << (int)y
            : (x, y) => y is < 0 or > 63 ? 0 : (long)((ulong)x >> (int)y)));
        rows.Host("BitwiseAnd", node => HostTensor.Map(node.Host(0), node.Host(1), (x, y) => x & y));
        rows.Host("BitwiseOr", node => HostTensor.Map(node.Host(0), node.Host(1), (x, y) => x | y));
        rows.Host("BitwiseXor", node => HostTensor.Map(node.Host(0), node.Host(1), (x, y) => x ^ y));
        rows.Host("BitwiseNot", node => node.Host(0).Map(x => ~x));
    }

    /// <summary>Checks that two shapes broadcast to one within the limits, and gives the second value the axes that older versions name.</summary>
    public static OnnxValue<T> Second<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0], y = node[1];
        if (node.Opset < 7 && node.Int("broadcast", 0) != 0 && y.Shape.Rank < x.Shape.Rank && node.HasAttribute("axis"))
        {
            int axis = node.Axis(node.Int("axis"), x.Shape.Rank), behind = x.Shape.Rank - axis - y.Shape.Rank;
            if (behind < 0)
                throw node.Wrong($"axis {axis} was named for shapes {x.Shape} and {y.Shape}; the second must end within the first");
            y = y.Reshape(new Shape([.. y.Shape.ToArray(), .. Enumerable.Repeat(1, behind)]));
        }

        CheckBroadcast(node, x.Shape, y.Shape);
        return y;
    }

    /// <summary>Checks that two shapes broadcast to one within the limits.</summary>
    public static void CheckBroadcast<T>(NodeContext<T> node, in Shape x, in Shape y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long elements = 1;
        for (int axis = 1; axis <= Math.Max(x.Rank, y.Rank) && elements <= node.Limits.MaximumElements; axis++)
            elements *= Math.Max(axis <= x.Rank ? x[-axis] : 1, axis <= y.Rank ? y[-axis] : 1);
        if (elements > node.Limits.MaximumElements)
            throw node.TooLarge(elements);
    }

    private static bool IsUnsigned<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => node[0].Type == OnnxType.UInt64;

    private static OnnxValue<T> Binary<T>(NodeContext<T> node, Func<Var<T>, Var<T>, Var<T>> real, Func<long, long, long> host)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> y = Second(node);
        if (node[0].IsReal != y.IsReal)
            throw node.Wrong($"inputs of types {node[0].Type} and {y.Type} were given; both must be of one type");
        return y.Host is { } second ? NodeContext<T>.Result(HostTensor.Map(node.Host(0), second, host)) : node.Result(real(node.Real(0), y.Variable));
    }

    private static OnnxValue<T> All<T>(NodeContext<T> node, Func<Var<T>, Var<T>, Var<T>> real, Func<long, long, long>? host)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> result = node[0];
        for (int place = 1; place < node.Count; place++)
        {
            CheckBroadcast(node, result.Shape, node[place].Shape);
            result = result.Host is { } left && host is not null
                ? NodeContext<T>.Result(HostTensor.Map(left, node.Host(place), host))
                : node.Result(real(result.Variable, node.Real(place)));
        }

        return result;
    }

    // A constant exponent keeps x^p where x is not above 0.
    private static OnnxValue<T> Power<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> exponent = Second(node);
        if (node[0].Host is { } integers)
        {
            if (exponent.Host is { } whole)
                return NodeContext<T>.Result(HostTensor.Map(integers, whole, (x, y) => IntegerPower(x, y, integers.Type)));
            Shape shape = Shape.Broadcast(integers.Shape, exponent.Shape, "pow");
            int[] left = IndexMaps.Broadcast(integers.Shape, shape), right = IndexMaps.Broadcast(exponent.Shape, shape);
            double[] exponents = Array.ConvertAll(exponent.Variable.ToArray(), double.CreateTruncating);
            return NodeContext<T>.Result(new HostTensor(integers.Type, shape,
                [.. left.Zip(right, (x, y) => integers.Type.Wrap((long)Math.Pow(integers.Elements[x], exponents[y])))]));
        }

        if (!exponent.IsConstant)
            return node.Result(node.Real(0).Power(exponent.Variable));
        double[] numbers = node.Numbers(1);
        if (numbers.Length > 0 && numbers.All(number => number == numbers[0]) && Shape.Broadcast(node[0].Shape, exponent.Shape, "pow") == node[0].Shape)
            return node.Result(node.Real(0).Pow(numbers[0]));
        Var<T> exponentOnTape = exponent.Host is null
            ? exponent.Variable
            : node.Tape.Constant(exponent.Shape, Array.ConvertAll(numbers, T.CreateTruncating));
        return node.Result(node.Real(0).Power(exponentOnTape));
    }

    private static long IntegerPower(long x, long y, OnnxType type)
    {
        if (y < 0)
            return x is 1 or -1 ? (y & 1) == 0 ? 1 : x : 0;
        long power = 1;
        for (; y > 0; y >>= 1, x = unchecked(x * x))
            power = (y & 1) == 0 ? power : unchecked(power * x);
        return type.Wrap(power);
    }

    private static long Quotient(long x, long y) => y == -1 ? unchecked(-x) : x / y;

    private static long Remainder(long x, long y) => y == -1 ? 0 : x % y;

    private static long FlooredRemainder(long x, long y)
    {
        long rest = Remainder(x, y);
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    }
}
