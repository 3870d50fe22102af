using System.Numerics;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>Twenty insertion sorts of 500 numbers: comparisons and moves, hardly any arithmetic. Its operations are the moves.</summary>
internal readonly struct InsertionSort : IScalarProgram
{
    private const int Sorts = 20;

    public static string Name => "inssort";

    public static string Title => "20 insertion sorts of 500 numbers";

    public static int Operations => 1_247_500;

    public static double[] Input() => SortingNetwork.Input();

    public static T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int sort = 0; sort < Sorts; sort++)
        {
            T[] sorted = [.. x];
            if (int.IsOddInteger(sort))
                Array.Reverse(sorted);
            for (int i = 1; i < sorted.Length; i++)
            {
                T key = sorted[i];
                int j = i - 1;
                for (; j >= 0 && key < sorted[j]; j--)
                    sorted[j + 1] = sorted[j];
                sorted[j + 1] = key;
            }

            for (int i = 0; i < sorted.Length; i++)
                sum += T.CreateTruncating(Math.Cos((0.1 * i) + sort)) * sorted[i];
        }

        return sum;
    }
}
