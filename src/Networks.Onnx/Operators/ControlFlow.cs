using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Branches and loops. Conditions are read when the network is recorded: the tape holds the branch taken and the rounds run.</summary>
internal static class ControlFlow
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Several("If", node => node.Run(node.Number(0) != 0 ? "then_branch" : "else_branch"));
        rows.Several("Loop", Loop);
    }

    private static OnnxValue<T>?[] Loop<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long rounds = node.Has(0) ? node.Integers(0)[0] : long.MaxValue;
        bool goesOn = !node.Has(1) || node.Integers(1)[0] != 0;
        OnnxValue<T>[] carried = [.. Enumerable.Range(2, Math.Max(node.Count - 2, 0)).Select(place => node[place])];
        List<OnnxValue<T>>[] scans = [.. Enumerable.Range(0, Math.Max(node.Outputs - carried.Length, 0)).Select(_ => new List<OnnxValue<T>>())];
        for (long round = 0; round < rounds && goesOn; round++)
        {
            OnnxValue<T> number = NodeContext<T>.Result(new HostTensor(OnnxType.Int64, Shape.Scalar, [round]));
            OnnxValue<T> condition = NodeContext<T>.Result(new HostTensor(OnnxType.Bool, Shape.Scalar, [1]));
            OnnxValue<T>[] results = node.Run("body", [number, condition, .. carried]);
            if (results.Length != 1 + carried.Length + scans.Length)
                throw node.Wrong($"its body has {results.Length} outputs; {1 + carried.Length + scans.Length} are needed");
            goesOn = results[0].Integers[0] != 0;
            carried = results[1..(1 + carried.Length)];
            for (int i = 0; i < scans.Length; i++)
            {
                OnnxValue<T> part = results[1 + carried.Length + i];
                scans[i].Add(part.Reshape(new Shape([1, .. part.Shape.ToArray()])));
            }
        }

        return [.. carried, .. scans.Select(parts => parts.Count > 0
            ? Movement.Concatenate(parts, 0)
            : throw node.Unsupported("it runs no round, so that the shape of what it collects is not known"))];
    }
}
