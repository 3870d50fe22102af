using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>The pieces of sorted rows: each block of equal keys may be in any order.</summary>
internal static class TiedBlocks
{
    /// <summary>Adds the permutations of every block that reaches the output, of which the first keys of every row are kept.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="context">The operation.</param>
    /// <param name="sorted">The sorted rows.</param>
    /// <param name="permutation">The place in its row that each sorted key comes from.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="kept">The number of keys of a row in the output; the first ones.</param>
    /// <param name="descending">Whether the largest key comes first.</param>
    public static void AddPieces<T>(in PiecesContext<T> context, T[] sorted, int[] permutation, int length, int kept, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] outputOf = new int[length];
        for (int place = 0; place < length; place++)
            outputOf[place] = place < kept ? place : -1;
        AddPieces(context, sorted, permutation, outputOf, kept, descending);
    }

    /// <summary>Adds the permutations of every block that reaches the output.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="context">The operation.</param>
    /// <param name="sorted">The sorted rows.</param>
    /// <param name="permutation">The place in its row that each sorted key comes from.</param>
    /// <param name="outputOf">For each place of a row, its element in the row of the output; −1 if it is not kept.</param>
    /// <param name="kept">The length of a row of the output.</param>
    /// <param name="descending">Whether the largest key comes first.</param>
    public static void AddPieces<T>(in PiecesContext<T> context, T[] sorted, int[] permutation, int[] outputOf, int kept, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = outputOf.Length;
        for (int row = 0, first = 0; first < sorted.Length; row++, first += length)
        {
            for (int begin = 0, end; begin < length; begin = end)
            {
                end = begin + 1;
                while (end < length && sorted[first + end] == sorted[first + begin])
                    end++;
                if (end - begin == 1 || Array.TrueForAll(outputOf[begin..end], output => output < 0))
                    continue;
                int[] outputs = new int[end - begin];
                var tied = new (int, int)[outputs.Length];
                for (int i = 0; i < outputs.Length; i++)
                {
                    int place = descending ? end - 1 - i : begin + i;
                    outputs[i] = outputOf[place] < 0 ? -1 : (row * kept) + outputOf[place];
                    tied[i] = (0, first + permutation[first + place]);
                }

                context.AddPermutations(outputs, tied);
            }
        }
    }
}
