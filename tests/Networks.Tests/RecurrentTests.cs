using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Recurrent layers, in one direction and in both, against their recurrences written out with loops.</summary>
public class RecurrentTests
{
    private const int Steps = 4, Batch = 2, Inputs = 3, Width = 5;

    public static TheoryData<string, bool, bool> Settings
    {
        get
        {
            TheoryData<string, bool, bool> settings = [];
            foreach (string kind in (string[])["gru", "lstm", "tanh", "relu"])
            {
                foreach (bool both in (bool[])[false, true])
                {
                    settings.Add(kind, both, false);
                    settings.Add(kind, both, true);
                }
            }

            return settings;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void LayersAreTheirRecurrences(string kind, bool both, bool batchFirst)
    {
        Recurrent<double> network = Make(kind, 2, batchFirst, both);
        double[] x = Draw(Steps * Batch * Inputs, 2);
        using var tape = new Tape<double>();
        double[] y = network.Forward(tape.Constant(batchFirst ? [Batch, Steps, Inputs] : [Steps, Batch, Inputs], x)).ToArray();
        int directions = both ? 2 : 1;
        double[][][] weights = [.. network.Parameters.Chunk(4).Select(layer => layer.Select(parameter => parameter.Value.ToArray()).ToArray())];
        for (int sequence = 0; sequence < Batch; sequence++)
        {
            double[][] rows = [.. Enumerable.Range(0, Steps).Select(step => Row(x, Inputs, At(step, sequence)))];
            for (int layer = 0; layer < 2; layer++)
            {
                double[][] forward = Recurrence(kind, rows, weights[layer * directions]);
                if (both)
                {
                    double[][] backward = [.. Recurrence(kind, [.. rows.Reverse()], weights[(layer * directions) + 1]).Reverse()];
                    forward = [.. forward.Zip(backward, (one, other) => one.Concat(other).ToArray())];
                }

                rows = forward;
            }

            for (int step = 0; step < Steps; step++)
                Assert.All(rows[step].Zip(Row(y, directions * Width, At(step, sequence))), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
        }

        int At(int step, int sequence) => batchFirst ? (sequence * Steps) + step : (step * Batch) + sequence;
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("tanh")]
    public void ASequenceInPartsIsTheWholeSequence(string kind)
    {
        Recurrent<double> network = Make(kind, 2, false, false);
        using var tape = new Tape<double>();
        Var<double> x = tape.Variable([Steps, Batch, Inputs], Draw(Steps * Batch * Inputs, 3));
        Var<double> whole = network.Forward(x);
        Var<double>[] states = [.. Enumerable.Range(0, 2).Select(_ => tape.Constant([Batch, Width], new double[Batch * Width]))];
        Var<double> first = From(network, x.Slice(0, 0, 1), states), second = From(network, x.Slice(0, 1, Steps - 1), states);
        Assert.All(whole.ToArray().Zip(first.ToArray().Concat(second.ToArray())), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        Assert.Equal(second.Select(0, Steps - 2).ToArray(), states[1].ToArray());
        double[] gradient = tape.Backward(whole.Square().Sum())[x].ToArray();
        double[] inParts = tape.Backward(Operations.Concatenate(0, first, second).Square().Sum())[x].ToArray();
        Assert.All(gradient.Zip(inParts), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
        Var<double> none = From(network, x.Slice(0, 0, 0), states);
        Assert.Equal(0, none.Shape[0]);
    }

    [Fact]
    public void InBothDirectionsTheSecondStateIsThatAfterTheFirstStep()
    {
        Gru<double> network = new("gru", Inputs, Width, Start(), 1, isBidirectional: true);
        using var tape = new Tape<double>();
        Var<double> x = tape.Constant([Steps, Batch, Inputs], Draw(Steps * Batch * Inputs, 4));
        Var<double>[] states = [.. Enumerable.Range(0, 2).Select(place => tape.Constant([Batch, Width], Draw(Batch * Width, 5 + (ulong)place)))];
        Var<double> y = network.Forward(x, states);
        Assert.Equal(Shape.Of(Steps, Batch, 2 * Width), y.Shape);
        Assert.Equal(y.Select(0, Steps - 1).Slice(1, 0, Width).ToArray(), states[0].ToArray());
        Assert.Equal(y.Select(0, 0).Slice(1, Width, Width).ToArray(), states[1].ToArray());
        Assert.Contains("two, one for each direction", Assert.Throws<ArgumentException>(() => network.Forward(x, new Var<double>[1])).Message);
    }

    [Theory]
    [InlineData("gru", false)]
    [InlineData("gru", true)]
    [InlineData("lstm", true)]
    [InlineData("tanh", true)]
    public void GradientsAreThoseOfDifferences(string kind, bool both)
    {
        Recurrent<double> network = Make(kind, 2, false, both);
        using var tape = new Tape<double>();
        double[] x = Draw(Steps * Batch * Inputs, 6), direction = Draw(x.Length, 7);
        double Value(double step)
        {
            tape.Reset();
            return network.Forward(tape.Constant([Steps, Batch, Inputs], [.. x.Zip(direction, (a, d) => a + (step * d))])).Square().Sum().GetScalar();
        }

        const double H = 1e-3;
        double expected = ((8 * (Value(H) - Value(-H))) - (Value(2 * H) - Value(-2 * H))) / (12 * H);
        tape.Reset();
        Var<double> leaf = tape.Variable([Steps, Batch, Inputs], x);
        double[] gradient = tape.Backward(network.Forward(leaf).Square().Sum())[leaf].ToArray();
        Assert.Equal(expected, gradient.Zip(direction, (g, d) => g * d).Sum(), 1e-9);
    }

    [Fact]
    public void DropoutStandsBetweenLayersOnly()
    {
        Gru<double> one = new("gru", Inputs, Width, Start(), 1, dropout: 0.5), two = new("gru", Inputs, Width, Start(), 2, dropout: 0.5);
        using var tape = new Tape<double>();
        Var<double> x = tape.Constant([Steps, Batch, Inputs], Draw(Steps * Batch * Inputs, 8));
        Assert.Equal(one.Forward(x, Mode.Evaluation).ToArray(), one.Forward(x).ToArray());
        Assert.NotEqual(two.Forward(x, Mode.Evaluation).ToArray(), two.Forward(x).ToArray());
        Assert.Equal((ulong)(Steps * Batch * Width), two.Between!.Drawn);
    }

    [Fact]
    public void ParametersHaveTheNamesAndShapesOfPyTorch()
    {
        Parameter<double>[] parameters = [.. new Gru<double>("gru", 3, 16, Start(), 2, isBidirectional: true).Parameters];
        Assert.Equal(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse",
            "bias_hh_l0_reverse", "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1", "weight_ih_l1_reverse", "weight_hh_l1_reverse",
            "bias_ih_l1_reverse", "bias_hh_l1_reverse"], parameters.Select(parameter => parameter.Name["gru.".Length..]));
        Assert.Equal([[48, 3], [48, 16], [48], [48]], parameters[..4].Select(parameter => parameter.Shape));
        Assert.Equal(Shape.Of(48, 32), parameters[8].Shape);
        Assert.All(parameters, parameter => Assert.InRange(parameter.Value.ToArray().Max(Math.Abs), 0.2, 0.25));
    }

    /// <summary>As in PyTorch, layers without biases have no parameters of that name and compute as with biases of 0.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void LayersWithoutBiasesAreThoseWithZeros(string kind, bool both, bool batchFirst)
    {
        Recurrent<double> with = Make(kind, 2, batchFirst, both), without = kind switch
        {
            "gru" => new Gru<double>("n", Inputs, Width, Start(), 2, batchFirst, 0, both, bias: false),
            "lstm" => new Lstm<double>("n", Inputs, Width, Start(), 2, batchFirst, 0, both, bias: false),
            _ => new Rnn<double>("n", Inputs, Width, Start(), 2, batchFirst, 0, both, kind == "relu", bias: false),
        };
        Assert.Equal((true, false), (with.HasBias, without.HasBias));
        Assert.DoesNotContain(without.Parameters, parameter => parameter.Name.Contains("bias", StringComparison.Ordinal));
        Parameter<double>[] weights = [.. without.Parameters];
        Assert.Equal(4 * (both ? 2 : 1), weights.Length);
        int place = 0;
        foreach (Parameter<double>[] layer in with.Parameters.Chunk(4))
        {
            layer[0].Value.CopyFrom(weights[place++].Value.ToArray());
            layer[1].Value.CopyFrom(weights[place++].Value.ToArray());
            layer[2].Value.CopyFrom(new double[layer[2].Value.Count]);
            layer[3].Value.CopyFrom(new double[layer[3].Value.Count]);
        }

        using Tape<double> tape = new(), other = new();
        double[] x = Draw(Steps * Batch * Inputs, 2);
        Shape shape = batchFirst ? [Batch, Steps, Inputs] : [Steps, Batch, Inputs];
        Var<double> y = without.Forward(tape.Constant(shape, x)), expected = with.Forward(other.Constant(shape, x));
        Assert.Equal(expected.ToArray(), y.ToArray());
        Gradients<double> found = tape.Backward(y.Square().Sum()), gradients = other.Backward(expected.Square().Sum());
        Parameter<double>[] all = [.. with.Parameters];
        for (int i = 0; i < weights.Length; i++)
            Assert.Equal(gradients.Of(all[(i / 2 * 4) + (i % 2)]).ToArray(), found.Of(weights[i]).ToArray());
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var tape = new Tape<double>();
        Assert.Contains("[steps, batch, 3]", Refused(() => Make("gru", 1, false, false).Forward(tape.Constant([2, 2, 4], new double[16]))));
        Assert.Contains("[batch, steps, 3]", Refused(() => Make("relu", 1, true, false).Forward(tape.Constant([2, 3], new double[6]))));
        Var<double> a = tape.Constant([2, 2, 12], new double[48]), w = tape.Constant([12, 4], new double[48]), b = tape.Constant([12], new double[12]);
        Assert.Contains("[9, 4]", Refused(() => a.Gru(tape.Constant([9, 4], new double[36]), b)));
        Assert.Contains("must be [12]", Refused(() => a.Gru(w, tape.Constant([4], new double[4]))));
        Assert.Contains("must be [2, 4]", Refused(() => a.Gru(w, b, tape.Constant([2, 3], new double[6]))));
        Assert.Contains("[4, 4]", Refused(() => a.Rnn(tape.Constant([4, 4], new double[16]), b)));
        Assert.Contains("must be [2, 12]", Refused(() => a.Rnn(tape.Constant([12, 12], new double[144]), b, b)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gru<double>("gru", 3, 0, Start()));
    }

    [Fact]
    public void AClosedGateHidesNoInfinity()
    {
        using var tape = new Tape<double>();
        Var<double> a = tape.Variable([1, 1, 3], [0, 800, double.NegativeInfinity]);
        Var<double> y = a.Gru(tape.Constant([3, 1], new double[3]), tape.Constant([3], new double[3]));
        Assert.Equal([0], y.ToArray());
        Assert.False(tape.ClarkeGradient(y.Sum()).Certificate.IsCertified);
    }

    private static Recurrent<double> Make(string kind, int layers, bool batchFirst, bool both) => kind switch
    {
        "gru" => new Gru<double>(kind, Inputs, Width, Start(), layers, batchFirst, 0, both),
        "lstm" => new Lstm<double>(kind, Inputs, Width, Start(), layers, batchFirst, 0, both),
        _ => new Rnn<double>(kind, Inputs, Width, Start(), layers, batchFirst, 0, both, kind == "relu"),
    };

    private static Var<double> From(Recurrent<double> network, Var<double> x, Var<double>[] states) =>
        network is Gru<double> gru ? gru.Forward(x, states) : ((Rnn<double>)network).Forward(x, states);

    // One direction of one layer from h = 0, with weight_ih, weight_hh, bias_ih and bias_hh.
    private static double[][] Recurrence(string kind, double[][] x, double[][] weights)
    {
        double[] h = new double[Width], c = new double[Width];
        double[][] result = new double[x.Length][];
        for (int step = 0; step < x.Length; step++)
        {
            double[] a = Affine(weights[0], weights[2], x[step]), s = Affine(weights[1], weights[3], h), next = new double[Width];
            for (int i = 0; i < Width; i++)
            {
                double Sum(int gate) => a[(gate * Width) + i] + s[(gate * Width) + i];
                switch (kind)
                {
                    case "gru":
                        double r = Sigmoid(Sum(0)), z = Sigmoid(Sum(1)), n = Math.Tanh(a[(2 * Width) + i] + (r * s[(2 * Width) + i]));
                        next[i] = ((1 - z) * n) + (z * h[i]);
                        break;
                    case "lstm":
                        c[i] = (Sigmoid(Sum(1)) * c[i]) + (Sigmoid(Sum(0)) * Math.Tanh(Sum(2)));
                        next[i] = Sigmoid(Sum(3)) * Math.Tanh(c[i]);
                        break;
                    default:
                        next[i] = kind == "relu" ? Math.Max(0, Sum(0)) : Math.Tanh(Sum(0));
                        break;
                }
            }

            h = next;
            result[step] = next;
        }

        return result;
    }

    private static string Refused(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Affine(double[] weight, double[] bias, double[] x) =>
        [.. bias.Select((b, row) => b + Row(weight, x.Length, row).Zip(x, (w, v) => w * v).Sum())];

    private static double[] Row(double[] matrix, int width, int row) => matrix[(row * width)..((row + 1) * width)];

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(5, stream).Uniform<double>(draws, -1, 1);
        return draws;
    }

    private static Initializer Start() => new(Device.Default, 1);
}
