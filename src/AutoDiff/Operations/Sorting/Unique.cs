using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Different numbers among the elements.</content>
public static partial class Operations
{
    /// <summary>
    /// The different numbers among all elements, ascending, NaN last and once; 0 and −0 are one number. They are found on the host. No derivative passes
    /// through them: their number jumps where elements tie, and nothing is certified there. Where elements differ, <c>x.Flatten(0).Take(0, First)</c> gives
    /// them with a derivative.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <returns>
    /// The numbers; the position of the first element of each, in row-major order; for each element the place of its number, which lasts until the tape is
    /// reset; and how often each number occurs.
    /// </returns>
    public static (T[] Values, int[] First, NDArray<int> Inverse, int[] Counts) Unique<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] elements = x.ToArray(), keys = Array.ConvertAll(elements, element => T.IsNaN(element) ? T.NaN : element + T.Zero);
        int[] order = [.. Enumerable.Range(0, elements.Length)], inverse = new int[elements.Length];
        Array.Sort(order, (one, other) => NanLast.Compare(keys[one], keys[other]) is var sign && sign != 0 ? sign : one.CompareTo(other));
        List<T> values = [];
        List<int> first = [], counts = [];
        for (int place = 0; place < order.Length; place++)
        {
            if (place == 0 || NanLast.Compare(keys[order[place - 1]], keys[order[place]]) != 0)
            {
                values.Add(elements[order[place]]);
                first.Add(order[place]);
                counts.Add(0);
            }

            counts[^1]++;
            inverse[order[place]] = values.Count - 1;
        }

        if (x.Tape.Contents.NeedsGradient(x.Node) && elements.Length > 1)
            PositionTies.Note(x.Apply(new Reshape<T>(Shape.Of(elements.Length))).Sort(), 0);
        return ([.. values], [.. first], x.Tape.Indices(x.Shape, inverse), [.. counts]);
    }
}
