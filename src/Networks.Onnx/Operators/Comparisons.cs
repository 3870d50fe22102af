using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Comparisons, logic and choices. Conditions are read when the network is recorded; no derivative passes through them.</summary>
internal static class Comparisons
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Host("Equal", node => Compare(node, (x, y) => x == y, (x, y) => x == y));
        rows.Host("Greater", node => Compare(node, (x, y) => x > y, (x, y) => x > y));
        rows.Host("GreaterOrEqual", node => Compare(node, (x, y) => x >= y, (x, y) => x >= y));
        rows.Host("Less", node => Compare(node, (x, y) => x < y, (x, y) => x < y));
        rows.Host("LessOrEqual", node => Compare(node, (x, y) => x <= y, (x, y) => x <= y));
        rows.Host("And", node => HostTensor.Map(node.Host(0), Arithmetic.Second(node).Host!, (x, y) => x & y, OnnxType.Bool));
        rows.Host("Or", node => HostTensor.Map(node.Host(0), Arithmetic.Second(node).Host!, (x, y) => x | y, OnnxType.Bool));
        rows.Host("Xor", node => HostTensor.Map(node.Host(0), Arithmetic.Second(node).Host!, (x, y) => x ^ y, OnnxType.Bool));
        rows.Host("Not", node => node.Host(0).Map(x => x == 0 ? 1 : 0, OnnxType.Bool));
        rows.Host("IsNaN", node => Test(node, double.IsNaN));
        rows.Host("IsInf", node => Test(node, node.Int("detect_positive", 1), node.Int("detect_negative", 1)));
        rows.Add("Where", Where);
    }

    private static HostTensor Compare<T>(NodeContext<T> node, Func<T, T, bool> real, Func<Int128, Int128, bool> host)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxValue<T> x = node[0], y = Arithmetic.Second(node);
        if (x.Host is { } left && y.Host is { } right)
        {
            bool isUnsigned = left.Type == OnnxType.UInt64;
            return HostTensor.Map(left, right, (a, b) => host(isUnsigned ? (ulong)a : a, isUnsigned ? (ulong)b : b) ? 1 : 0, OnnxType.Bool);
        }

        Shape shape = Shape.Broadcast(x.Shape, y.Shape, "comparison");
        T[] first = x.Variable.ToArray(), second = y.Variable.ToArray();
        int[] ofFirst = IndexMaps.Broadcast(x.Shape, shape), ofSecond = IndexMaps.Broadcast(y.Shape, shape);
        return new HostTensor(OnnxType.Bool, shape, [.. ofFirst.Zip(ofSecond, (a, b) => real(first[a], second[b]) ? 1L : 0)]);
    }

    private static HostTensor Test<T>(NodeContext<T> node, Func<double, bool> test)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(OnnxType.Bool, node[0].Shape, Array.ConvertAll(node.Numbers(0), number => test(number) ? 1L : 0));

    private static HostTensor Test<T>(NodeContext<T> node, long positive, long negative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Test(node, number => (positive != 0 && double.IsPositiveInfinity(number)) || (negative != 0 && double.IsNegativeInfinity(number)));

    private static OnnxValue<T> Where<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        HostTensor condition = node.Host(0);
        OnnxValue<T> x = node[1], y = node[2];
        Arithmetic.CheckBroadcast(node, x.Shape, y.Shape);
        Shape shape = Shape.Broadcast(x.Shape, y.Shape, "where");
        Arithmetic.CheckBroadcast(node, condition.Shape, shape);
        shape = Shape.Broadcast(condition.Shape, shape, "where");
        if (x.Host is { } left && y.Host is { } right)
        {
            int[] ofCondition = IndexMaps.Broadcast(condition.Shape, shape), ofLeft = IndexMaps.Broadcast(left.Shape, shape),
                ofRight = IndexMaps.Broadcast(right.Shape, shape);
            return NodeContext<T>.Result(new HostTensor(left.Type, shape, [.. Enumerable.Range(0, shape.Count)
                .Select(i => condition.Elements[ofCondition[i]] != 0 ? left.Elements[ofLeft[i]] : right.Elements[ofRight[i]])]));
        }

        return node.Result(Operations.Where(Mask(node.Tape, condition), x.Variable, y.Variable));
    }

    /// <summary>A condition in the memory of the tape.</summary>
    public static NDArray<T> Mask<T>(Tape<T> tape, HostTensor condition)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.Conditions(condition.Shape, Array.ConvertAll(condition.Elements, element => element != 0));
}
