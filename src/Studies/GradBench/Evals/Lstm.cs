using System.Numerics;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>The loss of a recurrent network of long short-term memory that predicts the next character; its weight matrices are diagonal.</summary>
internal static class Lstm
{
    private const int Gates = 4;

    private interface ILogistic<T>
    {
        static abstract T Of(T x);
    }

    public static Module Module { get; } = new Module<Input>("lstm",
        [
            new(Sample.Matrix(4, 12, -1, 1), Sample.Matrix(3, 3, -1, 1, 3), Sample.Matrix(4, 3, -1, 1, 8),
                Rows.Of([.. Sample.Numbers(300, 0, 2).Select(Math.Floor)], 100)),
        ],
        ("objective", (input, _) =>
        {
            Network network = Check(input);
            return Computation.Of(() => Loss<double, PlainLogistic>(network, network.Main, network.Extra));
        }
    ),
        ("jacobian", (input, _) =>
        {
            Network network = Check(input);
            ScalarProgram program = new(
                parameters => Loss<Active, RecordedLogistic>(network, parameters.AsSpan(0, network.Main.Length), parameters.AsSpan(network.Main.Length)),
                [.. network.Main, .. network.Extra]);
            return Computation.Of(program.Gradient, program);
        }
    ));

    private static T Loss<T, TLogistic>(Network network, ReadOnlySpan<T> main, ReadOnlySpan<T> extra)
        where T : struct, IFloatingPointIeee754<T>
        where TLogistic : struct, ILogistic<T>
    {
        int width = network.Width, characters = network.Sequence.Length / width;
        T[] hidden = new T[network.Layers * width], cell = new T[hidden.Length], signal = new T[width];
        for (int i = 0; i < hidden.Length; i++)
        {
            int layer = i / width, unit = i % width;
            hidden[i] = T.CreateChecked(network.State[(2 * layer * width) + unit]);
            cell[i] = T.CreateChecked(network.State[(((2 * layer) + 1) * width) + unit]);
        }

        T total = T.Zero, two = T.CreateChecked(2);
        for (int t = 0; t + 1 < characters; t++)
        {
            for (int unit = 0; unit < width; unit++)
                signal[unit] = T.CreateChecked(network.Sequence[(t * width) + unit]) * extra[unit];
            for (int layer = 0; layer < network.Layers; layer++)
            {
                ReadOnlySpan<T> weights = main.Slice(2 * layer * Gates * width, Gates * width);
                ReadOnlySpan<T> biases = main.Slice(((2 * layer) + 1) * Gates * width, Gates * width);
                Span<T> ofLayer = hidden.AsSpan(layer * width, width), cells = cell.AsSpan(layer * width, width);
                for (int unit = 0; unit < width; unit++)
                {
                    int input = unit + width, output = input + width, change = output + width;
                    T forgotten = TLogistic.Of((signal[unit] * weights[unit]) + biases[unit]);
                    T taken = TLogistic.Of((ofLayer[unit] * weights[input]) + biases[input]);
                    T shown = TLogistic.Of((signal[unit] * weights[output]) + biases[output]);
                    T changed = T.Tanh((ofLayer[unit] * weights[change]) + biases[change]);
                    cells[unit] = (cells[unit] * forgotten) + (taken * changed);
                    ofLayer[unit] = shown * T.Tanh(cells[unit]);
                    signal[unit] = ofLayer[unit];
                }
            }

            T sum = two;
            for (int unit = 0; unit < width; unit++)
            {
                signal[unit] = (signal[unit] * extra[width + unit]) + extra[(2 * width) + unit];
                sum += T.Exp(signal[unit]);
            }

            T logarithm = T.Log(sum);
            for (int unit = 0; unit < width; unit++)
                total += T.CreateChecked(network.Sequence[((t + 1) * width) + unit]) * (signal[unit] - logarithm);
        }

        return -total / T.CreateChecked(width * (characters - 1));
    }

    private static Network Check(Input input)
    {
        int layers = input.MainParams.Length / 2, width = Rows.Length(input.ExtraParams);
        Rows.NeedAtLeast(layers, 1, "the number of layers");
        Rows.NeedAtLeast(width, 1, "the number of units");
        Rows.NeedAtLeast(input.Sequence.Length, 2, "the number of characters");
        return new Network(layers, width, Rows.Flat(input.MainParams, 2 * layers, Gates * width, "main_params"),
            Rows.Flat(input.ExtraParams, 3, width, "extra_params"), Rows.Flat(input.State, 2 * layers, width, "state"),
            Rows.Flat(input.Sequence, input.Sequence.Length, width, "sequence"));
    }

    /// <summary>The input.</summary>
    /// <param name="MainParams">For each layer the weights of its four gates, then their biases.</param>
    /// <param name="ExtraParams">Weights of the input, weights and biases of the output.</param>
    /// <param name="State">For each layer the hidden state, then the cells.</param>
    /// <param name="Sequence">The characters, as bits.</param>
    internal sealed record Input(double[][] MainParams, double[][] ExtraParams, double[][] State, double[][] Sequence);

    private readonly struct PlainLogistic : ILogistic<double>
    {
        public static double Of(double x) => 1 / (1 + Math.Exp(-x));
    }

    private readonly struct RecordedLogistic : ILogistic<Active>
    {
        public static Active Of(Active x) => x.Apply(default(Sigmoid));
    }

    private sealed record Network(int Layers, int Width, double[] Main, double[] Extra, double[] State, double[] Sequence);
}
