using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>Directions spread over the sphere in opposite pairs, for points where finitely many cells do not cover it.</summary>
internal static class CurvedSample
{
    private const int PairsPerVariable = 32;

    // Uses other random streams than the search for cells.
    public static IEnumerable<double[]> Directions(int dimension, int budget, ulong seed)
    {
        int pairs = Math.Min(budget / 2, PairsPerVariable * dimension);
        for (int i = 0; i < pairs; i++)
        {
            double[] direction = new double[dimension];
            Philox.For(seed, (uint)Streams.CurvedDirections, (ulong)i).Normal<double>(direction, 0, 1);
            yield return direction;
            yield return Vectors.Scaled(direction, -1);
        }
    }
}
