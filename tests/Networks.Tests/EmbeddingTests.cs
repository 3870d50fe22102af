using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Bags of rows, with weights and padding, against loops over symbols.</summary>
public class EmbeddingTests
{
    private const int Symbols = 6, Width = 3;
    private static readonly int[] Given = [2, 0, 5, 5, 1, 4, 3, 4];
    private static readonly int[] Offsets = [0, 3, 3, 7];

    [Theory]
    [InlineData(BagReduction.Sum, false, null)]
    [InlineData(BagReduction.Sum, true, 5)]
    [InlineData(BagReduction.Mean, false, 4)]
    [InlineData(BagReduction.Mean, true, null)]
    [InlineData(BagReduction.Max, false, null)]
    [InlineData(BagReduction.Max, true, 4)]
    public void BagsAreTheirRows(BagReduction reduction, bool isWeighted, int? padding)
    {
        EmbeddingBag<double> bags = new("bags", Symbols, Width, new Initializer(Device.Default, 1), reduction, padding);
        double[] table = bags.Weight.Value.ToArray(), factors = [1, 2, -1, 0.5, 3, -2, 0.25, 1.5];
        using Tape<double> tape = new();
        Var<double> weights = tape.Variable([Given.Length], factors);
        Var<double> y = bags.Forward(tape, Given, Offsets, isWeighted ? weights : null);
        Assert.Equal(Shape.Of(Offsets.Length, Width), y.Shape);
        double[] expected = new double[Offsets.Length * Width], slopes = new double[Symbols * Width], factorSlopes = new double[Given.Length];
        for (int bag = 0; bag < Offsets.Length; bag++)
        {
            int end = bag + 1 < Offsets.Length ? Offsets[bag + 1] : Given.Length;
            int[] members = [.. Enumerable.Range(Offsets[bag], end - Offsets[bag]).Where(i => Given[i] != padding)];
            for (int column = 0; column < Width && members.Length > 0; column++)
            {
                double Value(int i) => (isWeighted ? factors[i] : 1) * table[(Given[i] * Width) + column];
                int largest = members.MaxBy(Value);
                double[] shares = [.. members.Select(i =>
                    reduction == BagReduction.Sum ? 1 : reduction == BagReduction.Mean ? 1.0 / members.Length : i == largest ? 1 : 0)];
                for (int j = 0; j < members.Length; j++)
                {
                    expected[(bag * Width) + column] += shares[j] * Value(members[j]);
                    slopes[(Given[members[j]] * Width) + column] += shares[j] * (isWeighted ? factors[members[j]] : 1);
                    factorSlopes[members[j]] += shares[j] * table[(Given[members[j]] * Width) + column];
                }
            }
        }

        Assert.All(expected.Zip(y.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        Gradients<double> gradients = tape.Backward(y.Sum());
        Assert.All(slopes.Zip(gradients.Of(bags.Weight).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        if (isWeighted)
            Assert.All(factorSlopes.Zip(gradients[weights].ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        if (padding is { } row)
            Assert.All(table[(row * Width)..((row + 1) * Width)], value => Assert.Equal(0, value));
    }

    [Fact]
    public void PaddingIsZeroWhateverItsRowHolds()
    {
        Embedding<double> words = new("words", Symbols, Width, new Initializer(Device.Default, 1), padding: 2);
        Assert.Equal([0.0, 0, 0], words.Weight.Value.ToArray()[6..9]);
        words.Weight.Value.CopyFrom([.. Enumerable.Range(0, 18).Select(i => i == 7 ? double.NaN : i + 1.0)]);
        using Tape<double> tape = new();
        Var<double> y = words.Forward(tape, tape.Indices([2, 2], [2, 0, 1, 2]));
        Assert.Equal([0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0], y.ToArray());
        Assert.Equal([1.0, 1, 1, 1, 1, 1, 0, 0, 0], tape.Backward(y.Sum()).Of(words.Weight).ToArray()[..9]);
        Assert.Equal([1, 2, 3], words.Forward(tape, tape.Indices([1], [0])).ToArray());
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using Tape<double> tape = new();
        Var<double> table = tape.Variable([2, 1], [1, 2]);
        Assert.Contains("symbol 2", Refused(() => table.EmbeddingBag([2], [0])));
        Assert.Contains("begins at 0", Refused(() => table.EmbeddingBag([1], [1])));
        Assert.Contains("begins at 0", Refused(() => table.EmbeddingBag([1], [])));
        Assert.Contains("bag 0 from 0 to 3", Refused(() => table.EmbeddingBag([1, 0], [0, 3])));
        Assert.Contains("weights of shape [1]", Refused(() => table.EmbeddingBag([1, 0], [0], BagReduction.Sum, tape.Constant([1], [1.0]))));
        Assert.Equal(Shape.Of(0, 1), table.EmbeddingBag([], []).Shape);
        Assert.Equal([0.0, 0], table.EmbeddingBag([], [0, 0], BagReduction.Max).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding<double>("words", 3, 2, new Initializer(Device.Default, 1), 3));
    }

    private static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;
}
