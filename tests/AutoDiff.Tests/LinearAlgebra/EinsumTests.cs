using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.LinearAlgebra;

/// <summary>Einstein summation against plain loops over all letters.</summary>
public sealed class EinsumTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Theory]
    [InlineData("ij,jk->ik")]
    [InlineData("bij,bjk->bik")]
    [InlineData("ii->i")]
    [InlineData("ii->")]
    [InlineData("ii")]
    [InlineData("ij->ji")]
    [InlineData("ij->")]
    [InlineData("ij->j")]
    [InlineData("i,j->ij")]
    [InlineData("i,j->ji")]
    [InlineData("i,i->")]
    [InlineData("ij,ij->ij")]
    [InlineData("ijk,kl,lj->il")]
    [InlineData("iij,jk->ik")]
    [InlineData("iji,j->")]
    [InlineData("aab,bcc->ac")]
    [InlineData("i,ij,j->")]
    [InlineData("ik,jk,k->ij")]
    [InlineData("ab,cd->dbca")]
    [InlineData(" b i , b j -> b i j ")]
    [InlineData("ij,jk")]
    [InlineData("iii->i")]
    [InlineData("ij,k->k")]
    public void ItIsTheSumOverAllLetters(string formula)
    {
        string plain = formula.Replace(" ", "", StringComparison.Ordinal);
        string[] operands = plain.Split("->")[0].Split(',');
        string all = string.Concat(operands), letters = string.Concat(all.Distinct());
        string result = plain.Contains("->", StringComparison.Ordinal)
            ? plain.Split("->")[1]
            : string.Concat(letters.Where(letter => all.Count(other => other == letter) == 1).Order());
        int Extent(char letter) => 2 + ((letter - 'a') % 3);
        Shape[] shapes = Array.ConvertAll(operands, operand => new Shape([.. operand.Select(Extent)]));
        double[][] values = [.. shapes.Select((shape, i) => LinearSystemTests.Random(shape.Count, (ulong)(50 + i)))];
        double[] expected = new double[result.Aggregate(1, (count, letter) => count * Extent(letter))];
        for (int index = 0, rest; index < letters.Aggregate(1, (count, letter) => count * Extent(letter)); index++)
        {
            Dictionary<char, int> at = [];
            rest = index;
            foreach (char letter in letters)
            {
                at[letter] = rest % Extent(letter);
                rest /= Extent(letter);
            }

            int Place(string of) => of.Aggregate(0, (place, letter) => (place * Extent(letter)) + at[letter]);
            expected[Place(result)] += operands.Select((operand, i) => values[i][Place(operand)]).Aggregate(1.0, (product, value) => product * value);
        }

        Var<double>[] leaves = [.. shapes.Select((shape, i) => tape.Variable(shape, values[i]))];
        Var<double> sum = Operations.Einsum(formula, leaves);
        Assert.Equal(result.Select(Extent), sum.Shape.ToArray());
        LinearSystemTests.AssertClose(expected, sum.ToArray(), 1e-13);
        LinearSystemTests.AssertGradients(v => Operations.Einsum(formula, v).Sin().Sum(), shapes, 60);
    }

    [Fact]
    public void WhatDoesNotFitIsNamedWithItsPosition()
    {
        Var<double> a = tape.Variable([2, 3], new double[6]), b = tape.Variable([2, 4], new double[8]);
        LinearSystemTests.Contains(
            () => Operations.Einsum("ij,jk->ik", a, b), "\"ij,jk->ik\"", "position 3", "'j' has extent 2 in operand 1 and 3 in operand 0", "[2, 3], [2, 4]");
        LinearSystemTests.Contains(() => Operations.Einsum("ij,ik->jz", a, b), "position 8", "'z', which no operand has");
        LinearSystemTests.Contains(() => Operations.Einsum("ij->jj", a), "'j' twice");
        LinearSystemTests.Contains(() => Operations.Einsum("ij", a, b), "1 operands", "[2, 3], [2, 4]");
        LinearSystemTests.Contains(() => Operations.Einsum("ijk->i", a), "operand 0 has 3 letters", "[2, 3] has 2 axes");
        LinearSystemTests.Contains(() => Operations.Einsum("i?->i", a), "position 1", "'?'");
    }

    [Fact]
    public void TheTraceIsTheSumOfTheDiagonal()
    {
        Var<double> a = tape.Variable([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal([5, 13], a.Trace().ToArray());
        Assert.Equal([1, 0, 0, 1, 1, 0, 0, 1], tape.Backward(a.Trace().Sum())[a].ToArray());
        LinearSystemTests.Contains(() => tape.Variable([2, 3], new double[6]).Trace(), "trace", "[2, 3]");
    }
}
