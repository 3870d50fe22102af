using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Reads some elements of an array to the host.</summary>
internal static class AskedElements
{
    // More are read faster by copying the whole array.
    private const int ReadOneByOne = 32;

    /// <summary>The elements at given places of an array that is broadcast to a shape, in the order of the places.</summary>
    /// <param name="array">The array.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="places">Places in row-major order.</param>
    public static T[] Of<T>(in NDArray<T> array, in Shape shape, int[] places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (places.Length <= ReadOneByOne && array.Shape == shape && array.IsContiguous)
        {
            NDArray<T> flat = array.Reshape(Shape.Of(array.Count));
            return Array.ConvertAll(places, place => flat.Slice(0, place, 1).GetScalar());
        }

        T[] all = array.BroadcastTo(shape).ToArray();
        return Array.ConvertAll(places, place => all[place]);
    }
}
