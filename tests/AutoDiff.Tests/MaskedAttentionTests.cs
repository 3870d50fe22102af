using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Attention with masks, shared heads and different lengths and widths, against loops over queries and keys.</summary>
public class MaskedAttentionTests
{
    private const int Batch = 2, Tokens = 3, Keys = 5, Heads = 4, Dimension = 2, ValueDimension = 3;

    [Theory]
    [InlineData(4, false, false, false)]
    [InlineData(4, true, false, false)]
    [InlineData(2, false, true, false)]
    [InlineData(1, true, true, true)]
    [InlineData(2, false, false, true)]
    public void AttentionIsItsFormula(int keyHeads, bool isCausal, bool isMasked, bool isAdded)
    {
        double[] q = Draw(Batch * Tokens * Heads * Dimension, 1), k = Draw(Batch * Keys * keyHeads * Dimension, 2),
            v = Draw(Batch * Keys * keyHeads * ValueDimension, 3), bias = Draw(Heads * Tokens * Keys, 4);
        bool[] mask = [.. Enumerable.Range(0, Batch * Keys).Select(i => i % 3 != 1)];
        double[] added = [.. Enumerable.Range(0, Tokens * Keys).Select(i => i % 4 == 2 ? double.NegativeInfinity : 0.1 * i)];
        const double Scale = 0.8;
        using Tape<double> tape = new();
        AttentionOptions<double> options = new()
        {
            IsCausal = isCausal,
            Scale = Scale,
            KeyHeads = keyHeads,
            Mask = isMasked ? tape.Conditions([Batch, 1, 1, Keys], mask) : default,
            AdditiveMask = isAdded ? tape.Constant([Tokens, Keys], added).Value : default,
            Bias = isAdded ? tape.Constant([Heads, Tokens, Keys], bias) : null,
        };
        Var<double> x = tape.Variable([Batch, Tokens, Heads * Dimension], q);
        Var<double> result = x.Attention(
            tape.Variable([Batch, Keys, keyHeads * Dimension], k), tape.Variable([Batch, Keys, keyHeads * ValueDimension], v), Heads, options);
        Assert.Equal(Shape.Of(Batch, Tokens, Heads * ValueDimension), result.Shape);
        double[] y = result.ToArray();
        for (int b = 0; b < Batch; b++)
        {
            for (int head = 0; head < Heads; head++)
            {
                int keyHead = head / (Heads / keyHeads);
                for (int token = 0; token < Tokens; token++)
                {
                    double[] weights = new double[Keys];
                    for (int key = 0; key < Keys; key++)
                    {
                        if ((isCausal && key > token) || (isMasked && !mask[(b * Keys) + key]))
                            continue;
                        double score = 0;
                        for (int i = 0; i < Dimension; i++)
                            score += q[(((b * Tokens) + token) * Heads * Dimension) + (head * Dimension) + i]
                                * k[(((b * Keys) + key) * keyHeads * Dimension) + (keyHead * Dimension) + i];
                        score *= Scale;
                        if (isAdded)
                            score += added[(token * Keys) + key] + bias[(((head * Tokens) + token) * Keys) + key];
                        weights[key] = Math.Exp(score);
                    }

                    double sum = weights.Sum();
                    for (int i = 0; i < ValueDimension; i++)
                    {
                        double expected = 0;
                        for (int key = 0; key < Keys; key++)
                            expected += sum == 0
                                ? 0
                                : weights[key] / sum * v[(((b * Keys) + key) * keyHeads * ValueDimension) + (keyHead * ValueDimension) + i];
                        Assert.Equal(expected, y[(((b * Tokens) + token) * Heads * ValueDimension) + (head * ValueDimension) + i], 1e-13);
                    }
                }
            }
        }

        Assert.True(tape.ClarkeGradient(result.Sum()).Certificate.IsCertified);
    }

    [Fact]
    public void WithoutOptionsItIsPlainAttention()
    {
        using Tape<double> tape = new();
        Var<double> q = tape.Variable([Batch, Tokens, 8], Draw(Batch * Tokens * 8, 1)), k = tape.Variable([Batch, Keys, 8], Draw(Batch * Keys * 8, 2)),
            v = tape.Variable([Batch, Keys, 8], Draw(Batch * Keys * 8, 3));
        foreach (bool isCausal in (bool[])[false, true])
        {
            Var<double> plain = q.Attention(k, v, 2, isCausal), masked = q.Attention(k, v, 2, new AttentionOptions<double> { IsCausal = isCausal });
            AssertClose(plain.ToArray(), masked.ToArray());
            Var<double>[] leaves = [q, k, v];
            double[][] one = Gradients(plain.Square().Sum()), other = Gradients(masked.Square().Sum());
            Assert.All(one.Zip(other), pair => AssertClose(pair.First, pair.Second));

            double[][] Gradients(Var<double> loss)
            {
                Gradients<double> gradients = tape.Backward(loss);
                return [.. leaves.Select(leaf => gradients[leaf].ToArray())];
            }
        }
    }

    [Fact]
    public void AQueryThatSeesNoKeyGetsZeroAndPassesZeroBack()
    {
        using Tape<double> tape = new();
        Var<double> q = tape.Variable([1, 2, 2], [1, 2, 3, 4]), k = tape.Variable([1, 2, 2], [5, 6, double.NaN, 8]),
            v = tape.Variable([1, 2, 2], [1, 2, double.PositiveInfinity, double.NaN]);
        foreach (AttentionOptions<double> options in (AttentionOptions<double>[])
        [
            new() { Mask = tape.Conditions([2, 2], [true, false, false, false]) },
            new() { AdditiveMask = tape.Constant([2, 2], [0, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity]).Value },
        ])
        {
            Var<double> y = q.Attention(k, v, 1, options);
            Assert.Equal([1, 2, 0, 0], y.ToArray());
            Gradients<double> gradients = tape.Backward(y.Sum());
            Assert.Equal([0.0, 0, 0, 0], gradients[q].ToArray());
            Assert.Equal([0.0, 0, 0, 0], gradients[k].ToArray());
            Assert.Equal([1.0, 1, 0, 0], gradients[v].ToArray());

            // Nothing finite is certified about values that are not.
            Assert.False(tape.ClarkeGradient(y.Sum()).Certificate.IsCertified);
        }
    }

    [Fact]
    public void HalfDoesNotOverflowInTheScores()
    {
        using Tape<Half> tape = new();
        Half[] large = [(Half)300, (Half)300, (Half)(-300), (Half)300];
        Var<Half> x = tape.Variable([1, 2, 2], large);
        Var<Half> y = x.Attention(x, tape.Variable([1, 2, 1], [(Half)1, (Half)2]), 1, new AttentionOptions<Half> { Scale = 1 });
        Assert.Equal([(Half)1, (Half)2], y.ToArray());
    }

    [Fact]
    public void DropoutKeepsTheMeanAndCountsItsDraws()
    {
        using Tape<double> tape = new();
        DrawCounter counter = new();
        Var<double> q = tape.Constant([1, 200, 4], Draw(800, 1)), k = tape.Constant([1, 50, 4], Draw(200, 2));
        Var<double> ones = tape.Constant([1, 50, 1], [.. Enumerable.Repeat(1.0, 50)]);
        AttentionOptions<double> options = new() { Dropout = 0.25, Random = new Philox(3, 4), Counter = counter };
        double[] y = q.Attention(k, ones, 1, options).ToArray();
        Assert.Equal(1, y.Average(), 0.02);
        Assert.NotEqual(y, q.Attention(k, ones, 1, options).ToArray());
        Assert.Equal(20_000UL, counter.Drawn);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using Tape<double> tape = new();
        Var<double> q = tape.Constant([2, 3, 8], new double[48]), k = tape.Constant([2, 5, 4], new double[40]);
        Assert.Contains("do not divide 4 heads", Refused(new() { KeyHeads = 3 }));
        Assert.Contains("[2, 5, 4]", Refused(new()));
        Assert.Contains("mask of shape [4, 5]", Refused(new() { KeyHeads = 2, Mask = tape.Constant([4, 5], new double[20]).Value }));
        Assert.Contains("bias of shape [2]", Refused(new() { KeyHeads = 2, Bias = tape.Constant([2], new double[2]) }));
        Assert.Contains("no keys", Assert.Throws<ArgumentException>(() => q.Attention(
            tape.Constant([2, 0, 8], []), tape.Constant([2, 0, 8], []), 4, new AttentionOptions<double>())).Message);
        Assert.Contains("3 conditions", Assert.Throws<ArgumentException>(() => tape.Conditions([2], [true, true, false])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => q.Attention(q, q, 4, new AttentionOptions<double> { Dropout = 1.5 }));

        string Refused(AttentionOptions<double> options) => Assert.Throws<ArgumentException>(() => q.Attention(k, k, 4, options)).Message;
    }

    private static void AssertClose(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-13));

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(6, stream).Uniform<double>(draws, -1, 1);
        return draws;
    }
}
