namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>The record of a small program within another derivative: values and slopes are numbers of any type.</summary>
/// <typeparam name="T">The numbers.</typeparam>
internal sealed class InnerTape<T>
    where T : struct, IScalar<T>
{
    private readonly List<((int Node, T Slope) First, (int Node, T Slope) Second)> nodes = [];
    private T[] cotangents = [];

    /// <summary>Makes a variable.</summary>
    /// <param name="value">Its value.</param>
    public Taped<T> Variable(T value) => Append(value);

    /// <summary>Records a number by its slopes with respect to up to two others; a node of −1 stands for none.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="first">A node and the slope.</param>
    /// <param name="second">Another.</param>
    public Taped<T> Append(T value, (int Node, T Slope)? first = null, (int Node, T Slope)? second = null)
    {
        nodes.Add((first ?? (-1, default), second ?? (-1, default)));
        return new Taped<T>(this, nodes.Count - 1, value);
    }

    /// <summary>Pulls the cotangent 1 of a number back to all nodes before it.</summary>
    /// <param name="output">The number.</param>
    public void Pull(Taped<T> output)
    {
        if (cotangents.Length < nodes.Count)
            cotangents = new T[2 * nodes.Count];
        Array.Fill(cotangents, T.Of(0), 0, nodes.Count);
        if (output.Tape is null)
            return;
        cotangents[output.Node] = T.Of(1);
        for (int node = output.Node; node >= 0; node--)
        {
            Add(nodes[node].First, cotangents[node]);
            Add(nodes[node].Second, cotangents[node]);
        }
    }

    /// <summary>The derivative of the number that was pulled back with respect to a variable.</summary>
    /// <param name="variable">The variable.</param>
    public T Derivative(Taped<T> variable) => cotangents[variable.Node];

    /// <summary>Forgets the record.</summary>
    public void Reset() => nodes.Clear();

    private void Add((int Node, T Slope) input, T cotangent)
    {
        if (input.Node >= 0)
            cotangents[input.Node] += cotangent * input.Slope;
    }
}
