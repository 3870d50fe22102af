using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets to tell which cotangents it may pass back at its kinks.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct PiecesContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly double[] cotangent;
    private readonly double[]? greatest;
    private readonly SelectionPieces pieces;

    // The cotangent, or its lower and upper bounds.
    internal PiecesContext(Node<T> node, double[] cotangent, double[]? greatest, SelectionPieces pieces)
    {
        this.node = node;
        this.cotangent = cotangent;
        this.greatest = greatest;
        this.pieces = pieces;
    }

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>
    /// The cotangent of the output, in row-major order; its lower bounds where kinks lie downstream. The sets that are added take it into account.
    /// </summary>
    public ReadOnlySpan<double> Cotangent => cotangent;

    /// <summary>The view that the rule gets in a census, to find its kinks again.</summary>
    public KinkContext<T> Census => new(node);

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>
    /// One output element passes any number between its cotangent times two slopes to one input element. Equal slopes state what the output element passes to
    /// an element that is not at a kink.
    /// </summary>
    /// <param name="output">The output element.</param>
    /// <param name="input">The index of the input.</param>
    /// <param name="element">The input element.</param>
    /// <param name="slopeBelow">The slope where the input element decreases.</param>
    /// <param name="slopeAbove">The slope where it increases.</param>
    public void AddInterval(int output, int input, int element, double slopeBelow, double slopeAbove)
    {
        pieces.Cut(node.Index, output);
        if (node.Needs(input))
            pieces.AddSlopes(node.Index, node.InputNode(input), element, cotangent[output], (greatest ?? cotangent)[output], slopeBelow, slopeAbove);
    }

    /// <summary>One output element is the largest or smallest of several input elements that tie, and divides its cotangent among them with weights of a
    /// simplex.</summary>
    /// <param name="output">The output element.</param>
    /// <param name="tied">The inputs and elements that tie.</param>
    /// <param name="isLargest">Whether it is the largest of them.</param>
    public void AddSimplex(int output, ReadOnlySpan<(int Input, int Element)> tied, bool isLargest)
    {
        pieces.Cut(node.Index, output);
        if (IsBetween(output))
            AddRanges(tied, Math.Min(0, cotangent[output]), Math.Max(0, greatest![output]));
        else
            pieces.AddBlock(node.Index, PiecesKind.Simplex, Places(tied), [cotangent[output]], Math.Sign(cotangent[output]) * (isLargest ? 1 : -1));
    }

    /// <summary>One output element is a Euclidean norm at its origin and passes back its cotangent times any vector of the unit ball.</summary>
    /// <param name="output">The output element.</param>
    /// <param name="elements">The inputs and elements of the norm.</param>
    public void AddBall(int output, ReadOnlySpan<(int Input, int Element)> elements)
    {
        pieces.Cut(node.Index, output);
        if (IsBetween(output) && Math.Max(Math.Abs(cotangent[output]), Math.Abs(greatest![output])) is var radius)
            AddRanges(elements, -radius, radius);
        else
            pieces.AddBlock(node.Index, PiecesKind.Ball, Places(elements), [Math.Abs(cotangent[output])], Math.Sign(cotangent[output]));
    }

    /// <summary>
    /// Input elements that tie are sorted in any order, so that the cotangents of their places in the sorted order reach them in any permutation.
    /// </summary>
    /// <param name="outputs">The output elements of those places in ascending order of keys; −1 for a place whose value is not in the output.</param>
    /// <param name="tied">The input and element of each tied key, as many as there are places.</param>
    public void AddPermutations(ReadOnlySpan<int> outputs, ReadOnlySpan<(int Input, int Element)> tied)
    {
        double[] passed = new double[outputs.Length];
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        bool isBetween = false;
        for (int i = 0; i < passed.Length; i++)
        {
            if (outputs[i] >= 0)
            {
                pieces.Cut(node.Index, outputs[i]);
                passed[i] = cotangent[outputs[i]];
                isBetween |= IsBetween(outputs[i]);
            }

            least = Math.Min(least, passed[i]);
            most = Math.Max(most, outputs[i] >= 0 && greatest is not null ? greatest[outputs[i]] : passed[i]);
        }

        if (isBetween)
        {
            AddRanges(tied, least, most);
            return;
        }

        bool isRising = true, isFalling = true;
        for (int i = 1; i < passed.Length; i++)
        {
            isRising &= passed[i] >= passed[i - 1];
            isFalling &= passed[i] <= passed[i - 1];
        }

        pieces.AddBlock(node.Index, PiecesKind.Permutations, Places(tied), passed, isRising && isFalling ? 0 : isRising ? 1 : isFalling ? -1 : null);
    }

    /// <summary>States that the pieces at some kink are not known or of another shape. Sets are then found without this operation's help.</summary>
    public void AddUntold() => pieces.AddUntold();

    /// <summary>Maps every element of the output, in row-major order, to the element of an input that was broadcast to it.</summary>
    /// <param name="index">The index of the input.</param>
    public int[] BroadcastElements(int index) => node.BroadcastElements(index);

    private bool IsBetween(int output) => greatest is not null && greatest[output] > cotangent[output];

    private void AddRanges(ReadOnlySpan<(int Input, int Element)> elements, double from, double to)
    {
        foreach ((int place, int element) in Places(elements))
        {
            if (place >= 0)
                pieces.AddRange(node.Index, place, element, from, to);
        }
    }

    private (int Node, int Element)[] Places(ReadOnlySpan<(int Input, int Element)> elements)
    {
        var places = new (int, int)[elements.Length];
        for (int i = 0; i < places.Length; i++)
            places[i] = (node.Needs(elements[i].Input) ? node.InputNode(elements[i].Input) : -1, elements[i].Element);
        return places;
    }
}
