using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Directions spread over the sphere, in opposite pairs, where no finite number of cells covers it.</summary>
internal static class CurvedSample
{
    private const int PairsPerVariable = 32;

    // Beyond the streams that the search for cells draws from.
    private const ulong FirstStream = 1UL << 32;

    public static IEnumerable<double[]> Directions(int dimension, int budget, ulong seed)
    {
        int pairs = Math.Min(budget / 2, PairsPerVariable * dimension);
        for (int i = 0; i < pairs; i++)
        {
            double[] direction = new double[dimension];
            new Philox(seed, FirstStream + (ulong)i).Normal<double>(direction, 0, 1);
            yield return direction;
            yield return Vectors.Scaled(direction, -1);
        }
    }
}
