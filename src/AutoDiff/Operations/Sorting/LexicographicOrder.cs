using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The order of (value, tangent) pairs, which is the order of the elements just after they start to move along their tangents.</summary>
internal static class LexicographicOrder
{
    /// <summary>Changes the permutation that sorted the rows into the one that sorts the pairs.</summary>
    /// <param name="device">The device that computes.</param>
    /// <param name="sorted">The sorted values.</param>
    /// <param name="tangent">The tangents of the elements, in their own order.</param>
    /// <param name="permutation">The permutation that sorted the values; changed in place.</param>
    /// <param name="descending">Whether larger values come first.</param>
    public static void Turn<T>(Device device, in NDArray<T> sorted, in NDArray<T> tangent, in NDArray<int> permutation, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tangent.IsContiguous)
        {
            device.OrderWithinTies(sorted, tangent, permutation, descending);
            return;
        }

        NDArray<T> copy = device.Allocate<T>(tangent.Shape);
        device.Copy(tangent, copy);
        device.OrderWithinTies(sorted, copy, permutation, descending);
        device.Return(copy);
    }

    /// <summary>
    /// Reports the ties among the elements that decided the first positions of every row: each position against the next, and the last one against all tied
    /// elements beyond it.
    /// </summary>
    /// <param name="context">Receives the forms.</param>
    /// <param name="sorted">The sorted values.</param>
    /// <param name="permutation">The permutation that sorted them; changed in place.</param>
    /// <param name="descending">Whether larger values come first.</param>
    /// <param name="taken">The number of positions of a row that count.</param>
    public static void AddForms<T>(in SwitchingContext<T> context, in NDArray<T> sorted, in NDArray<int> permutation, bool descending, int taken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Turn(context.Device, sorted, context.Tangent(0), permutation, descending);
        T[] values = sorted.ToArray(), tangents = context.Tangent(0).ToArray();
        int[] order = permutation.ToArray();
        int length = sorted.Shape[-1], rows = length == 0 ? 0 : values.Length / length;
        for (int row = 0; row < rows; row++)
        {
            int start = row * length;
            for (int place = 0; taken > 0 && place + 1 < length; place++)
            {
                int last = Math.Min(place, taken - 1);
                if (values[start + last] != values[start + place + 1])
                    continue;
                int before = start + order[start + last], after = start + order[start + place + 1];
                bool isDecided = tangents[before] != tangents[after];
                if (descending)
                    context.AddOrder((0, before), (0, after), isDecided);
                else
                    context.AddOrder((0, after), (0, before), isDecided);
            }
        }
    }
}
