using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Long short-term memory, attention, transformer blocks and embeddings against their formulas.</summary>
public class SequenceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LongShortTermMemoryIsItsRecurrence(bool batchFirst)
    {
        const int Steps = 5, Batch = 3, Inputs = 4, Width = 6;
        var lstm = new Lstm<double>("lstm", Inputs, Width, Start(), 2, batchFirst);
        double[] x = Draw(Steps * Batch * Inputs, 1);
        using var tape = new Tape<double>();
        double[] y = lstm.Forward(tape.Constant(batchFirst ? [Batch, Steps, Inputs] : [Steps, Batch, Inputs], x)).ToArray();
        for (int sequence = 0; sequence < Batch; sequence++)
        {
            double[][] rows = [.. Enumerable.Range(0, Steps).Select(step => Row(x, Inputs, At(step, sequence)))];
            foreach (Parameter<double>[] layer in lstm.Parameters.Chunk(4))
                rows = Recurrence(rows, layer[0].Value.ToArray(), layer[1].Value.ToArray(), layer[2].Value.ToArray(), layer[3].Value.ToArray(), Width);
            for (int step = 0; step < Steps; step++)
                Assert.All(rows[step].Zip(Row(y, Width, At(step, sequence))), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
        }

        int At(int step, int sequence) => batchFirst ? (sequence * Steps) + step : (step * Batch) + sequence;
    }

    [Fact]
    public void ASequenceInPartsIsTheWholeSequence()
    {
        var lstm = new Lstm<double>("lstm", 3, 4, Start(), 2);
        using var tape = new Tape<double>();
        Var<double> x = tape.Variable([5, 2, 3], Draw(30, 2));
        Var<double> whole = lstm.Forward(x);
        LstmState<double>[] states = [.. Enumerable.Range(0, 2)
            .Select(_ => new LstmState<double>(tape.Constant([2, 4], new double[8]), tape.Constant([2, 4], new double[8])))];
        Var<double> first = lstm.Forward(x.Slice(0, 0, 2), states), second = lstm.Forward(x.Slice(0, 2, 3), states);
        Assert.Equal<double>(whole.ToArray(), first.ToArray().Concat(second.ToArray()));
        Assert.Equal(whole.Select(0, 4).ToArray(), states[1].Hidden.ToArray());
        double[] gradient = tape.Backward(whole.Square().Sum())[x].ToArray();
        double[] inParts = tape.Backward(Operations.Concatenate(0, first, second).Square().Sum())[x].ToArray();
        Assert.All(gradient.Zip(inParts), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AttentionIsItsFormula(bool isCausal)
    {
        const int Tokens = 5, Width = 6, Heads = 2, Dimension = Width / Heads;
        var attention = new MultiHeadAttention<double>("attention", Width, Heads, Start(), isCausal);
        double[][] weights = [.. attention.Parameters.Select(parameter => Draw(parameter.Shape.Count, 7))];
        foreach ((Parameter<double> parameter, double[] values) in attention.Parameters.Zip(weights))
            parameter.Value.CopyFrom(values);
        double[] x = Draw(2 * Tokens * Width, 3);
        using var tape = new Tape<double>();
        double[] y = attention.Forward(tape.Constant([2, Tokens, Width], x)).ToArray();
        for (int sequence = 0; sequence < 2; sequence++)
        {
            double[][] packed = [.. Enumerable.Range(0, Tokens).Select(token => Affine(weights[0], weights[1], Row(x, Width, (sequence * Tokens) + token)))];
            for (int token = 0; token < Tokens; token++)
            {
                double[] mixed = new double[Width];
                for (int head = 0; head < Heads; head++)
                {
                    int seen = isCausal ? token + 1 : Tokens;
                    double[] query = packed[token][(head * Dimension)..((head + 1) * Dimension)];
                    double[] scores = [.. packed.Take(seen)
                        .Select(row => Math.Exp(Dot(query, row[(Width + (head * Dimension))..(Width + ((head + 1) * Dimension))]) / Math.Sqrt(Dimension)))];
                    for (int i = 0; i < Dimension; i++)
                        mixed[(head * Dimension) + i] = scores.Select((score, other) => score * packed[other][(2 * Width) + (head * Dimension) + i])
                            .Sum() / scores.Sum();
                }

                Assert.All(Affine(weights[2], weights[3], mixed)
                    .Zip(Row(y, Width, (sequence * Tokens) + token)), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACausalBlockDoesNotSeeLaterTokens(bool normalizeFirst)
    {
        const int Tokens = 7, Width = 8;
        var block = new TransformerBlock<float>("block", Width, 2, 16, Start(), x => x.Gelu(), normalizeFirst, isCausal: true);
        float[] x = [.. Draw(Tokens * Width, 4).Select(value => (float)value)];
        using var tape = new Tape<float>();
        float[] y = block.Forward(tape.Constant([1, Tokens, Width], x)).ToArray();
        for (int token = 0; token + 1 < Tokens; token++)
        {
            float[] other = [.. x.Select((value, i) => i < (token + 1) * Width ? value : 5 - value)];
            float[] z = block.Forward(tape.Constant([1, Tokens, Width], other)).ToArray();
            Assert.Equal(y[..((token + 1) * Width)], z[..((token + 1) * Width)]);
            Assert.NotEqual(y[((token + 1) * Width)..], z[((token + 1) * Width)..]);
        }
    }

    [Fact]
    public void ABlockIsComposedOfItsParts()
    {
        const int Width = 4;
        foreach (bool normalizeFirst in (bool[])[false, true])
        {
            var block = new TransformerBlock<double>("block", Width, 2, 6, Start(), null, normalizeFirst);
            using var tape = new Tape<double>();
            Var<double> x = tape.Constant([2, 3, Width], Draw(24, 5));
            Var<double>[] p = [.. block.Parameters.Select(tape.Parameter)];
            Var<double> expected;
            if (normalizeFirst)
            {
                Var<double> mixed = x + Mix(Norm(x, 8));
                expected = mixed + FeedForward(Norm(mixed, 10));
            }
            else
            {
                Var<double> mixed = Norm(x + Mix(x), 8);
                expected = Norm(mixed + FeedForward(mixed), 10);
            }

            Assert.All(expected.ToArray().Zip(block.Forward(x).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-13));

            Var<double> Norm(Var<double> v, int first) => v.LayerNorm(p[first], p[first + 1]);

            Var<double> Mix(Var<double> v) => v.Linear(p[0], p[1]).SelfAttention(2).Linear(p[2], p[3]);

            Var<double> FeedForward(Var<double> v) => v.Linear(p[4], p[5]).Relu().Linear(p[6], p[7]);
        }
    }

    [Fact]
    public void GradientsOfLongShortTermMemoryAreThoseOfDifferencesAndOfForwardMode() =>
        AssertGradient(new Lstm<double>("lstm", 3, 5, Start(), 2), [4, 2, 3]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsOfABlockAreThoseOfDifferencesAndOfForwardMode(bool normalizeFirst) =>
        AssertGradient(new TransformerBlock<double>("block", 6, 3, 9, Start(), x => x.Gelu(), normalizeFirst, isCausal: true), [2, 4, 6]);

    [Fact]
    public void ParametersHaveTheNamesShapesAndBoundsOfPyTorch()
    {
        Parameter<double>[] lstm = [.. new Lstm<double>("lstm", 3, 16, Start(), 2).Parameters];
        Assert.Equal(["lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0", "lstm.weight_ih_l1", "lstm.weight_hh_l1",
            "lstm.bias_ih_l1", "lstm.bias_hh_l1"], lstm.Select(parameter => parameter.Name));
        Assert.Equal([[64, 3], [64, 16], [64], [64], [64, 16], [64, 16], [64], [64]], lstm.Select(parameter => parameter.Shape));
        Assert.All(lstm, parameter => Assert.InRange(parameter.Value.ToArray().Max(Math.Abs), 0.2, 0.25));
        Parameter<double>[] block = [.. new TransformerBlock<double>("block", 24, 2, 40, Start()).Parameters];
        Assert.Equal(
            ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight", "linear1.bias",
                "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"],
            block.Select(parameter => parameter.Name["block.".Length..]));
        Assert.Equal([[72, 24], [72], [24, 24], [24], [40, 24], [40], [24, 40], [24], [24], [24], [24], [24]], block.Select(parameter => parameter.Shape));
        Assert.InRange(block[0].Value.ToArray().Max(Math.Abs), 0.24, 0.25);
        Assert.InRange(block[2].Value.ToArray().Max(Math.Abs), 0.19, 0.2042);
        Assert.All(block[1].Value.ToArray().Concat(block[3].Value.ToArray()), value => Assert.Equal(0, value));
    }

    [Fact]
    public void AnEmbeddingReadsRowsAndSumsTheirCotangents()
    {
        var embedding = new Embedding<double>("words", 5, 2, Start());
        double[] table = embedding.Weight.Value.ToArray();
        using var tape = new Tape<double>();
        Var<double> y = embedding.Forward(tape, tape.Indices([2, 2], [3, 1, 3, 0]));
        Assert.Equal(Shape.Of(2, 2, 2), y.Shape);
        Assert.Equal([table[6], table[7], table[2], table[3], table[6], table[7], table[0], table[1]], y.ToArray());
        Assert.Equal([1.0, 1, 1, 1, 0, 0, 2, 2, 0, 0], tape.Backward(y.Sum()).Of(embedding.Weight).ToArray());
        Assert.ThrowsAny<ArgumentException>(() => embedding.Forward(tape, tape.Indices([1], [5])));
    }

    [Fact]
    public void AnEmbeddingIsNormal()
    {
        double[] table = new Embedding<double>("words", 1000, 10, Start()).Weight.Value.ToArray();
        Assert.Equal(0, table.Average(), 0.05);
        Assert.Equal(1, table.Average(value => value * value), 0.05);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var tape = new Tape<double>();
        var lstm = new Lstm<double>("lstm", 3, 4, Start());
        Assert.Contains("[steps, batch, 3]", Refused(() => lstm.Forward(tape.Constant([2, 2, 4], new double[16]))));
        Assert.Contains("[batch, steps, 3]",
            Refused(() => new Lstm<double>("lstm", 3, 4, Start(), batchFirst: true).Forward(tape.Constant([2, 3], new double[6]))));
        Assert.Contains("2 states were given to 1 layers", Refused(() => lstm.Forward(tape.Constant([2, 2, 3], new double[12]), new LstmState<double>[2])));
        Var<double> state = tape.Constant([3, 4], new double[12]);
        Assert.Contains("it must be [2, 4]",
            Refused(() => lstm.Forward(tape.Constant([2, 2, 3], new double[12]), new LstmState<double>[] { new(state, state) })));
        Assert.Contains("[16, 3]",
            Refused(() => tape.Constant([2, 2, 16], new double[64]).Lstm(tape.Constant([16, 3], new double[48]), tape.Constant([16], new double[16]))));
        Assert.Contains("5 heads", Refused(() => _ = new MultiHeadAttention<double>("attention", 8, 5, Start())));
        Assert.Contains("[batch, tokens, 8]",
            Refused(() => new MultiHeadAttention<double>("attention", 8, 2, Start()).Forward(tape.Constant([2, 3, 7], new double[42]))));
        Assert.Contains("[batch, tokens, 8]",
            Refused(() => new TransformerBlock<double>("block", 8, 2, 8, Start()).Forward(tape.Constant([8], new double[8]))));
        Assert.Contains("no keys", Refused(() => new MultiHeadAttention<double>("attention", 8, 2, Start()).Forward(tape.Constant([2, 0, 8], []))));
        Var<double> queries = tape.Constant([2, 3, 8], new double[48]), keys = tape.Constant([2, 4, 6], new double[48]);
        Assert.Contains("[2, 4, 6]", Refused(() => queries.Attention(keys, keys, 2)));
        Assert.Contains("3 heads", Refused(() => queries.Attention(queries, queries, 3)));
    }

    private static string Refused(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    // Σ v·f(x), along a random direction of input and parameters.
    private static void AssertGradient(Module<double> network, Shape input)
    {
        double[][] at = [Draw(input.Count, 20), .. network.Parameters.Select(parameter => parameter.Value.ToArray())];
        double[][] direction = [.. at.Select((part, i) => Draw(part.Length, 30 + (ulong)i))];
        using var tape = new Tape<double>();
        double derivative = 0;
        const double H = 1e-3;
        foreach ((double step, double weight) in (ReadOnlySpan<(double, double)>)[(1, 45), (-1, -45), (2, -9), (-2, 9), (3, 1), (-3, -1)])
            derivative += weight * Value(step * H, false, out _, out _) / (60 * H);
        Value(0, true, out double reverse, out double forward);
        Assert.Equal(derivative, reverse, 1e-8 * (1 + Math.Abs(derivative)));
        Assert.Equal(reverse, forward, 1e-11 * (1 + Math.Abs(reverse)));

        double Value(double step, bool differentiate, out double reverse, out double forward)
        {
            tape.Reset();
            Parameter<double>[] parameters = [.. network.Parameters];
            for (int i = 0; i < parameters.Length; i++)
                parameters[i].Value.CopyFrom([.. at[i + 1].Zip(direction[i + 1], (a, d) => a + (step * d))]);
            Var<double> x = tape.Variable(input, [.. at[0].Zip(direction[0], (a, d) => a + (step * d))]);
            Var<double>[] leaves = [x, .. parameters.Select(tape.Parameter)];
            if (differentiate)
            {
                for (int i = 0; i < leaves.Length; i++)
                    tape.SetTangent(leaves[i], direction[i]);
            }

            Var<double> y = network.Forward(x);
            Var<double> total = (y * tape.Constant(y.Shape, Draw(y.Shape.Count, 40))).Sum();
            reverse = forward = 0;
            if (differentiate)
            {
                forward = tape.TangentOf(total).GetScalar();
                Gradients<double> gradients = tape.Backward(total);
                for (int i = 0; i < leaves.Length; i++)
                    reverse += Dot(gradients[leaves[i]].ToArray(), direction[i]);
            }

            return total.GetScalar();
        }
    }

    private static double[][] Recurrence(double[][] x, double[] inputWeight, double[] hiddenWeight, double[] inputBias, double[] hiddenBias, int width)
    {
        double[] h = new double[width], c = new double[width];
        double[][] result = new double[x.Length][];
        for (int step = 0; step < x.Length; step++)
        {
            double[] a = [.. Affine(inputWeight, inputBias, x[step]).Zip(Affine(hiddenWeight, hiddenBias, h), (one, other) => one + other)];
            for (int i = 0; i < width; i++)
            {
                c[i] = (Sigmoid(a[width + i]) * c[i]) + (Sigmoid(a[i]) * Math.Tanh(a[(2 * width) + i]));
                h[i] = Sigmoid(a[(3 * width) + i]) * Math.Tanh(c[i]);
            }

            result[step] = [.. h];
        }

        return result;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Affine(double[] weight, double[] bias, double[] x) => [.. bias.Select((b, row) => b + Dot(Row(weight, x.Length, row), x))];

    private static double[] Row(double[] matrix, int width, int row) => matrix[(row * width)..((row + 1) * width)];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(5, stream).Uniform<double>(draws, -1, 1);
        return draws;
    }

    private static Initializer Start() => new(Device.Default, 1);
}
