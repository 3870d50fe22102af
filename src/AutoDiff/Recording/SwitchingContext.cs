using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What a rule sees, and tells, when it names what decided at its kinks.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct SwitchingContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;
    private readonly OperationFacts facts;
    private readonly List<SwitchingForm> forms;

    internal SwitchingContext(Tape<T> tape, int node, OperationFacts facts, List<SwitchingForm> forms)
    {
        this.tape = tape;
        this.node = node;
        this.facts = facts;
        this.forms = forms;
    }

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => tape.ValueOf(node);

    /// <summary>What the rule sees in a census, to find its kinks again.</summary>
    public KinkContext<T> Census => new(tape, node);

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>The tangent of an input along the direction that locks the kinks.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Tangent(int index) => tape.DecidingTangent(node, index);

    /// <summary>For every element of the output, which element of an input was broadcast to it, in row-major order.</summary>
    /// <param name="index">Which input.</param>
    public int[] BroadcastElements(int index)
    {
        Shape shape = Input(index).Shape;
        int[] elements = new int[shape.Count];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = i;
        NDArray<int> numbered = tape.Device.Allocate<int>(shape);
        numbered.CopyFrom(elements);
        int[] result = numbered.BroadcastTo(Output.Shape).ToArray();
        tape.Device.Return(numbered.Storage);
        return result;
    }

    /// <summary>The sign of one element's tangent decides.</summary>
    /// <param name="input">Which input.</param>
    /// <param name="element">Which element, in row-major order.</param>
    /// <param name="tangent">Its tangent.</param>
    public void AddSign(int input, int element, T tangent) =>
        forms.Add(new SwitchingForm(node, facts, (tape.InputNode(node, input), element), tangent < T.Zero ? -1 : 1, null, 0) { IsDecided = tangent != T.Zero });

    /// <summary>Which of two elements' tangents is larger decides.</summary>
    /// <param name="larger">The input and element whose tangent is larger, or equal.</param>
    /// <param name="smaller">The input and element whose tangent is smaller, or equal.</param>
    /// <param name="isDecided">Whether they differ.</param>
    public void AddOrder((int Input, int Element) larger, (int Input, int Element) smaller, bool isDecided)
    {
        (int, int) first = (tape.InputNode(node, larger.Input), larger.Element), second = (tape.InputNode(node, smaller.Input), smaller.Element);
        if (first != second)
            forms.Add(new SwitchingForm(node, facts, first, 1, second, -1) { IsDecided = isDecided });
    }

    /// <summary>A weighted sum of two elements' tangents decides by its sign.</summary>
    /// <param name="first">An input and element.</param>
    /// <param name="firstFactor">Its weight.</param>
    /// <param name="second">Another input and element.</param>
    /// <param name="secondFactor">Its weight.</param>
    /// <param name="sum">The sum.</param>
    public void AddCombination((int Input, int Element) first, double firstFactor, (int Input, int Element) second, double secondFactor, double sum)
    {
        double sign = sum < 0 ? -1 : 1;
        (int, int) one = (tape.InputNode(node, first.Input), first.Element), other = (tape.InputNode(node, second.Input), second.Element);
        if (one == other && firstFactor + secondFactor == 0)
            return;
        forms.Add(new SwitchingForm(node, facts, one, sign * firstFactor, other, sign * secondFactor) { IsDecided = sum != 0 });
    }

    /// <summary>The pieces are not divided by linear forms (a norm at the origin), or the rule does not say by which.</summary>
    public void AddCurved() => forms.Add(new SwitchingForm(node, facts, (-1, 0), 0, null, 0) { IsCurved = true });
}
