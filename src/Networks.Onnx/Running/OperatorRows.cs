using System.Numerics;

namespace ConservativeAD.Networks.Running;

/// <summary>Collects the rows of the table of operators.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class OperatorRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows so far.</summary>
    public Dictionary<string, Func<NodeContext<T>, OnnxValue<T>?[]>> All { get; } = [];

    /// <summary>An operator of several results; null for one that is not computed.</summary>
    public void Several(string name, Func<NodeContext<T>, OnnxValue<T>?[]> compute) => All.Add(name, compute);

    /// <summary>An operator of one result.</summary>
    public void Add(string name, Func<NodeContext<T>, OnnxValue<T>> compute) => All.Add(name, node => [compute(node)]);

    /// <summary>An operator whose result stands on the tape.</summary>
    public void Real(string name, Func<NodeContext<T>, Var<T>> compute) => All.Add(name, node => [node.Result(compute(node))]);

    /// <summary>An operator whose result stands on the host.</summary>
    public void Host(string name, Func<NodeContext<T>, HostTensor> compute) => All.Add(name, node => [NodeContext<T>.Result(compute(node))]);

    /// <summary>A function of every element.</summary>
    public void Unary(string name, Func<Var<T>, Var<T>> real, Func<long, long>? host = null) => Add(name, node =>
        host is not null && !node[0].IsReal ? NodeContext<T>.Result(node.Host(0).Map(host)) : node.Result(real(node.Real(0))));
}
