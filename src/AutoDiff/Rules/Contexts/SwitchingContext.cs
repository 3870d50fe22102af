using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets to report which linear forms decided at its kinks.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct SwitchingContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly Tangents<T> tangents;
    private readonly List<SwitchingForm> forms;

    internal SwitchingContext(Node<T> node, Tangents<T> tangents, List<SwitchingForm> forms)
    {
        this.node = node;
        this.tangents = tangents;
        this.forms = forms;
    }

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    internal ArrayChangedException Changed(ArrayChangedException exception) => node.Changed(exception);

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>The view that the rule gets in a census, to find its kinks again.</summary>
    public KinkContext<T> Census => new(node);

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>The tangent of an input along the direction that locks the kinks.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Tangent(int index) => tangents.Deciding(node.Index, index);

    /// <summary>Maps every element of the output, in row-major order, to the element of an input that was broadcast to it.</summary>
    /// <param name="index">The index of the input.</param>
    public int[] BroadcastElements(int index) => node.BroadcastElements(index);

    /// <summary>Reports that the sign of one element's tangent decides.</summary>
    /// <param name="input">The index of the input.</param>
    /// <param name="element">The index of the element, in row-major order.</param>
    /// <param name="tangent">Its tangent.</param>
    public void AddSign(int input, int element, T tangent) =>
        forms.Add(new SwitchingForm(node.Index, node.Facts, (node.InputNode(input), element), tangent < T.Zero
            ? -1
            : 1, null, 0)
        { IsDecided = tangent != T.Zero });

    /// <summary>Reports that the order of two elements' tangents decides.</summary>
    /// <param name="larger">The input and element with the larger tangent, or an equal one.</param>
    /// <param name="smaller">The input and element with the smaller tangent, or an equal one.</param>
    /// <param name="isDecided">Whether the two tangents differ.</param>
    public void AddOrder((int Input, int Element) larger, (int Input, int Element) smaller, bool isDecided)
    {
        (int, int) first = (node.InputNode(larger.Input), larger.Element), second = (node.InputNode(smaller.Input), smaller.Element);
        if (first != second)
            forms.Add(new SwitchingForm(node.Index, node.Facts, first, 1, second, -1) { IsDecided = isDecided });
    }

    /// <summary>Reports that the sign of a weighted sum of two elements' tangents decides.</summary>
    /// <param name="first">An input and element.</param>
    /// <param name="firstFactor">Its weight.</param>
    /// <param name="second">Another input and element.</param>
    /// <param name="secondFactor">Its weight.</param>
    /// <param name="sum">The sum.</param>
    public void AddCombination((int Input, int Element) first, double firstFactor, (int Input, int Element) second, double secondFactor, double sum)
    {
        double sign = sum < 0 ? -1 : 1;
        (int, int) one = (node.InputNode(first.Input), first.Element), other = (node.InputNode(second.Input), second.Element);
        if (one == other && firstFactor + secondFactor == 0)
            return;
        forms.Add(new SwitchingForm(node.Index, node.Facts, one, sign * firstFactor, other, sign * secondFactor) { IsDecided = sum != 0 });
    }

    // Of the tangents of the first two inputs, broadcast, wherever an element of the output is marked.
    internal void AddCombinations(in NDArray<T> marked, double firstFactor, double secondFactor)
    {
        T[] marks = marked.ToArray();
        if (Array.TrueForAll(marks, T.IsZero))
            return;
        T[] dx = Tangent(0).ToArray(), dy = Tangent(1).ToArray();
        int[] first = BroadcastElements(0), second = BroadcastElements(1);
        for (int element = 0; element < marks.Length; element++)
        {
            if (marks[element] == T.Zero)
                continue;
            double sum = (firstFactor * double.CreateTruncating(dx[first[element]])) + (secondFactor * double.CreateTruncating(dy[second[element]]));
            AddCombination((0, first[element]), firstFactor, (1, second[element]), secondFactor, sum);
        }
    }

    /// <summary>
    /// Reports that the pieces are not divided by linear forms (such as those of a norm at the origin), or that the rule does not know the forms.
    /// </summary>
    /// <param name="isDecided">Whether the tangents leave the kink.</param>
    public void AddCurved(bool isDecided = true) =>
        forms.Add(new SwitchingForm(node.Index, node.Facts, (-1, 0), 0, null, 0) { IsCurved = true, IsDecided = isDecided });
}
