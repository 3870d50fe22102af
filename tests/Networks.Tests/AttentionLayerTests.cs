using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Attention between sequences, with masks, dropout and shared heads, in the layer.</summary>
public class AttentionLayerTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData(2, null, null)]
    [InlineData(1, 5, 7)]
    [InlineData(null, 6, 3)]
    public void TheLayerIsItsParts(int? keyHeads, int? keyWidth, int? valueWidth)
    {
        const int Width = 8, Heads = 4;
        MultiHeadAttention<double> layer = new("a", Width, Heads, Start(), keyHeads: keyHeads, keyWidth: keyWidth, valueWidth: valueWidth);
        Parameter<double>[] parameters = [.. layer.Parameters];
        foreach (Parameter<double> parameter in parameters)
            parameter.Value.CopyFrom(Draw(parameter.Shape.Count, (ulong)parameter.Shape.Count));
        int shared = (keyHeads ?? Heads) * 2;
        using Tape<double> tape = new();
        Var<double> q = tape.Constant([2, 3, Width], Draw(48, 1)), k = tape.Constant([2, 4, keyWidth ?? Width], Draw(8 * (keyWidth ?? Width), 2)),
            v = tape.Constant([2, 4, valueWidth ?? Width], Draw(8 * (valueWidth ?? Width), 3));
        bool[] seen = [true, false, true, true, false, true, true, false, true, true, true, true];
        AttentionOptions<double> options = new() { Mask = tape.Conditions([3, 4], seen) };
        double[] y = layer.Forward(q, k, v, options).ToArray();
        Var<double>[] p = [.. parameters.Select(tape.Parameter)];
        bool isSplit = keyWidth is not null || valueWidth is not null;
        Assert.Equal(isSplit ? ["a.q_proj_weight", "a.k_proj_weight", "a.v_proj_weight"] : ["a.in_proj_weight"], parameters[..^3].Select(x => x.Name));
        Var<double> bias = p[^3];
        Var<double> expected = q.Linear(isSplit ? p[0] : p[0].Slice(0, 0, Width), bias.Slice(0, 0, Width)).Attention(
            k.Linear(isSplit ? p[1] : p[0].Slice(0, Width, shared), bias.Slice(0, Width, shared)),
            v.Linear(isSplit ? p[2] : p[0].Slice(0, Width + shared, shared), bias.Slice(0, Width + shared, shared)),
            Heads, options with { KeyHeads = keyHeads }).Linear(p[^2], p[^1]);
        Assert.Equal(expected.ToArray(), y);
    }

    [Fact]
    public void SelfAttentionIsTheSameEitherWay()
    {
        MultiHeadAttention<double> layer = new("a", 6, 2, Start(), isCausal: true);
        using Tape<double> tape = new();
        Var<double> x = tape.Constant([2, 5, 6], Draw(60, 4));
        Assert.All(layer.Forward(x).ToArray().Zip(layer.Forward(x, x, x).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
        MultiHeadAttention<double> grouped = new("a", 6, 2, Start(), keyHeads: 1);
        Assert.Equal(Shape.Of(6 + 3 + 3, 6), grouped.Parameters.First().Shape);
        Assert.Equal(grouped.Forward(x, x, x).ToArray(), grouped.Forward(x).ToArray());
    }

    [Fact]
    public void ATokenWithoutKeysBecomesTheBias()
    {
        MultiHeadAttention<double> layer = new("a", 4, 2, Start());
        layer.Parameters.Last().Value.CopyFrom([1, 2, 3, 4]);
        using Tape<double> tape = new();
        Var<double> x = tape.Constant([1, 2, 4], Draw(8, 5));
        double[] y = layer.Forward(x, x, x, new AttentionOptions<double> { Mask = tape.Conditions([2, 1], [true, false]) }).ToArray();
        Assert.Equal([1.0, 2, 3, 4], y[4..]);
    }

    [Fact]
    public void DropoutIsForTraining()
    {
        MultiHeadAttention<double> layer = new("a", 4, 2, Start(), dropout: 0.5), plain = new("a", 4, 2, Start());
        using Tape<double> tape = new();
        Var<double> x = tape.Constant([1, 6, 4], Draw(24, 6));
        Assert.Equal(plain.Forward(x).ToArray(), layer.Forward(x, Mode.Evaluation).ToArray());
        double[] first = layer.Forward(x).ToArray();
        Assert.NotEqual(first, layer.Forward(x).ToArray());
        Assert.Equal(2UL * 2 * 36, layer.Drawn);
        layer.Drawn = 0;
        Assert.Equal(first, layer.Forward(x).ToArray());
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        Assert.Contains("3 heads of keys", Assert.Throws<ArgumentException>(() => new MultiHeadAttention<double>("a", 8, 4, Start(), keyHeads: 3)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention<double>("a", 8, 4, Start(), dropout: 2));
        MultiHeadAttention<double> layer = new("a", 8, 4, Start(), keyWidth: 5);
        using Tape<double> tape = new();
        Var<double> x = tape.Constant([1, 2, 8], new double[16]);
        Assert.Contains("[batch, tokens, 5]", Assert.Throws<ArgumentException>(() => layer.Forward(x)).Message);
    }

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(5, stream).Uniform<double>(draws, -1, 1);
        return draws;
    }

    private static Initializer Start() => new(Device.Default, 1);
}
