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

    private static void AssertSame(Var<double> expected, Var<double> actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        LinearSystemTests.AssertClose(expected.ToArray(), actual.ToArray(), 1e-13);
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
    public void AnEllipsisStandsForFurtherAxesThatBroadcast()
    {
        double[] left = LinearSystemTests.Random(2 * 3 * 2 * 4, 70), right = LinearSystemTests.Random(3 * 4 * 5, 71);
        Var<double> a = tape.Variable([2, 3, 2, 4], left), b = tape.Variable([3, 4, 5], right), one = tape.Variable([1, 1, 2, 4], left.AsSpan(0, 8));
        AssertSame(a.MatMul(b), Operations.Einsum("...ij,...jk->...ik", a, b));
        AssertSame(a.MatMul(b).Transpose(), Operations.Einsum("...ij, ...jk -> ...ki", a, b));
        AssertSame(a.MatMul(b), Operations.Einsum("...ij,...jk", a, b));
        AssertSame(a.MatMul(b).Sum([0, 1]), Operations.Einsum("...ij,...jk->ik", a, b));
        AssertSame(a.MatMul(b).Permute(2, 0, 1, 3), Operations.Einsum("...ij,...jk->i...k", a, b));
        AssertSame(one.MatMul(b), Operations.Einsum("...ij,...jk->...ik", one, b));
        AssertSame(one, Operations.Einsum("...->...", one));
        AssertSame(a.Sum(-1), Operations.Einsum("...i->...", a));
        Var<double> squares = tape.Variable([2, 2, 3], left.AsSpan(0, 12));
        AssertSame(squares.Permute(2, 0, 1).Trace(), Operations.Einsum("ii...->...", squares));
        AssertSame(a * one, Operations.Einsum("...,...->...", a, one));
        LinearSystemTests.AssertGradients(v => Operations.Einsum("...ij,...jk->...ik", v).Sin().Sum(), [[2, 1, 2, 3], [3, 3, 2]], 72);
        LinearSystemTests.AssertGradients(v => Operations.Einsum("...i,i...->...", v).Sin().Sum(), [[3, 2], [2, 3]], 73);
    }

    [Fact]
    public void AnEllipsisThatIsNoneIsRefused()
    {
        Var<double> a = tape.Variable([2, 3], new double[6]), b = tape.Variable([3, 4], new double[12]);
        foreach (string formula in (string[])["..i->i", "....i->i", "..i.->i", "i...j...->i", "...i->..", "i.->i", ". ..i->i"])
            LinearSystemTests.Contains(() => Operations.Einsum(formula, a), "ellipsis is three points", "[2, 3]");
        LinearSystemTests.Contains(() => Operations.Einsum("...ijk->ijk", a), "3 letters beside its ellipsis", "[2, 3] has 2 axes");
        LinearSystemTests.Contains(
            () => Operations.Einsum("...,...->...", a, b), "position 4", "axis 0 of operand 1 has extent 3 and does not broadcast with 2 of operand 0");
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
