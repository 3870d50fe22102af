using System.Numerics;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A ReLU network 64-256-128-10 on ten samples, written with multiplications and additions of single numbers.</summary>
internal readonly struct ScalarMlp : IScalarProgram
{
    private const int Samples = 10;

    private static readonly int[] Sizes = [64, 256, 128, 10];

    public static string Name => "mlp";

    public static string Title => "ReLU network 64-256-128-10, ten samples";

    public static int Operations => 1_012_880;

    public static double[] Input()
    {
        Pcg32 random = new(7);
        List<double> weights = [];
        for (int layer = 0; layer + 1 < Sizes.Length; layer++)
        {
            double scale = Math.Sqrt(6.0 / Sizes[layer]);
            for (int i = 0; i < Sizes[layer] * Sizes[layer + 1]; i++)
                weights.Add(scale * ((2 * random.Uniform()) - 1));
            for (int i = 0; i < Sizes[layer + 1]; i++)
                weights.Add(0.1 * ((2 * random.Uniform()) - 1));
        }

        return [.. weights];
    }

    public static T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>
    {
        Pcg32 random = new(11);
        T loss = T.Zero;
        for (int sample = 0; sample < Samples; sample++)
        {
            T[] values = new T[Sizes[0]];
            for (int i = 0; i < values.Length; i++)
                values[i] = T.CreateTruncating((2 * random.Uniform()) - 1);
            int start = 0;
            for (int layer = 0; layer + 1 < Sizes.Length; layer++)
            {
                values = Dense(x, start, values, Sizes[layer + 1]);
                start += (Sizes[layer] + 1) * Sizes[layer + 1];
                for (int i = 0; i < values.Length && layer + 2 < Sizes.Length; i++)
                    values[i] = T.Max(values[i], T.Zero);
            }

            for (int j = 0; j < values.Length; j++)
            {
                T difference = values[j] - T.CreateTruncating(j == sample % values.Length ? 1.0 : 0.0);
                loss += difference * difference;
            }
        }

        return loss;
    }

    private static T[] Dense<T>(T[] weights, int start, T[] values, int outputs)
        where T : struct, IFloatingPointIeee754<T>
    {
        T[] results = new T[outputs];
        for (int j = 0; j < outputs; j++)
        {
            T sum = weights[start + (values.Length * outputs) + j];
            for (int k = 0; k < values.Length; k++)
                sum += weights[start + (j * values.Length) + k] * values[k];
            results[j] = sum;
        }

        return results;
    }
}
