using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Jacobians and Hessians of recorded arrays, and programs mapped over examples.</summary>
public class TensorJacobianTests
{
    [Fact]
    public void RowsColumnsAndBlocksAgree()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2], [1, -2, 3, 0.5]), y = tape.Variable([2], [0.7, 2]), unused = tape.Variable([1], [4]);
        Var<double> output = (x.MatMul(x) * y).Sin();
        double[,] rows = tape.JacobianByRows(output), columns = tape.JacobianByColumns(output), either = tape.Jacobian(output);
        Assert.Equal((4, 7), (rows.GetLength(0), rows.GetLength(1)));
        for (int row = 0; row < 4; row++)
        {
            for (int column = 0; column < 7; column++)
            {
                Assert.Equal(rows[row, column], columns[row, column], 1e-12);
                Assert.Equal(rows[row, column], either[row, column], 1e-12);
            }

            Assert.Equal(0, rows[row, 6]);
        }

        // d sin((x·x)₀₀ y₀) / dx₀₁ = cos(…) x₁₀ y₀.
        Assert.Equal(Math.Cos(-5 * 0.7) * 3 * 0.7, rows[0, 1], 1e-12);
        double[,] block = tape.JacobianRows(output, 1, 2, y), side = tape.JacobianColumns(output, 3, 2, x, y);
        Assert.Equal((2, 2, 4, 2), (block.GetLength(0), block.GetLength(1), side.GetLength(0), side.GetLength(1)));
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
                Assert.Equal(rows[1 + i, 4 + j], block[i, j]);
        }

        for (int row = 0; row < 4; row++)
            Assert.Equal((columns[row, 3], columns[row, 4]), (side[row, 0], side[row, 1]));
        Assert.Equal((0, 6), (tape.JacobianRows(output, 4, 0, x, y).GetLength(0), tape.JacobianRows(output, 4, 0, x, y).GetLength(1)));
        Assert.Equal(0, unused.Value.GetScalar() - 4);
    }

    [Fact]
    public void AtKinksRowsFollowSelectionsAndColumnsTheirDirections()
    {
        using Tape<double> tape = new(selections: Selections.PyTorch with { ReluAtZero = 0.25 });
        Var<double> x = tape.Variable([2], [0, 1]), output = Operations.Concatenate(0, x.Relu(), x.Relu());
        Assert.Equal(new double[,] { { 0.25, 0 }, { 0, 1 }, { 0.25, 0 }, { 0, 1 } }, tape.JacobianByRows(output));
        Assert.Equal(new double[,] { { 1, 0 }, { 0, 1 }, { 1, 0 }, { 0, 1 } }, tape.JacobianByColumns(output));
        Assert.Equal(tape.JacobianByRows(output), tape.Jacobian(output));
    }

    [Fact]
    public void ZeroTimesInfinityStaysZero()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0, 4]), output = x.Sqrt();
        Assert.Equal(new double[,] { { double.PositiveInfinity, 0 }, { 0, 0.25 } }, tape.JacobianByRows(output));
        Assert.Equal(new double[,] { { double.PositiveInfinity, 0 }, { 0, 0.25 } }, tape.JacobianByColumns(output));
    }

    [Fact]
    public void TheHessianIsSymmetricAndItsDiagonalThatOfHessianDiagonal()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0.5, -1]), w = tape.Variable([2, 2], [1, 2, 3, 4]);
        Var<double> output = w.MatMul(x.Reshape(2, 1)).Tanh().Square().Sum();
        double[,] hessian = tape.Hessian(output);
        double[] diagonal = [.. tape.HessianDiagonal(output).Elements[x], .. tape.HessianDiagonal(output).Elements[w]];
        for (int row = 0; row < 6; row++)
        {
            Assert.Equal(diagonal[row], hessian[row, row], 1e-12);
            for (int column = 0; column < 6; column++)
                Assert.Equal(hessian[row, column], hessian[column, row], 1e-12);
        }

        double[,] part = tape.Hessian(output, x);
        Assert.Equal((hessian[0, 1], hessian[1, 1]), (part[0, 1], part[1, 1]));
        Assert.Throws<InvalidOperationException>(() => tape.Hessian(x));
    }

    [Fact]
    public void MappedProgramsBranchForEachExample()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3, 2], [1, 2, -3, 4, 5, -6]);
        Var<double> losses = x.Map(row => row.Sum().GetScalar() > 0 ? row.Square().Sum() : row.Sum() * 2);
        Assert.Equal([5, 25, -2], losses.ToArray());
        Assert.Equal([2, 4, 0, 0, 0, 0, 0, 0, -6, 8, 0, 0, 0, 0, 0, 0, 2, 2], tape.PerExampleGradients(losses).ToArray());
        Assert.Contains("shape [0, 2]", Assert.Throws<ArgumentException>(() => tape.Constant([0, 2], []).Map(row => row)).Message, StringComparison.Ordinal);
        Assert.Contains("example 1", Assert.Throws<ArgumentException>(() => x.Map(row => row.ToArray()[0] > 0 ? row : row.Sum())).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Rows and columns of programs that multiply by matrices of their own come from passes of 64 each.</summary>
    [Fact]
    public void RowsAndColumnsTogetherAreThoseOneByOne()
    {
        using Tape<double> tape = new(selections: Selections.PyTorch with { ReluAtZero = 0.25 });
        const int Width = 40, Columns = Width + 2;
        double[] elements = new double[70 * Width];
        new Philox(3, 1).Uniform<double>(elements, -1, 1);
        elements.AsSpan(0, Width).Clear();
        Var<double> w = tape.Constant([70, Width], elements), x = tape.Variable([Width], elements.AsSpan(Width, Width)), shift = tape.Variable([1], [0.5]);
        Var<double> infinite = tape.Variable([1], [0.0]);
        Var<double> output = (w.MatMul(x).Relu() * shift) + infinite.Sqrt();
        double[,] rows = tape.JacobianByRows(output, shift, x, infinite), columns = tape.JacobianByColumns(output, shift, x, infinite);
        for (int row = 0; row < 70; row++)
        {
            double[,] one = tape.JacobianRows(output, row, 1, shift, x, infinite);
            for (int column = 0; column < Columns; column++)
                Assert.Equal(one[0, column], rows[row, column], 1e-13);
        }

        for (int column = 0; column < Columns; column++)
        {
            double[,] one = tape.JacobianColumns(output, column, 1, shift, x, infinite);
            for (int row = 0; row < 70; row++)
                Assert.Equal(one[row, 0], columns[row, column], 1e-13);
        }

        double[,] side = tape.JacobianColumns(output, 3, 6, shift, x, infinite), block = tape.JacobianRows(output, 60, 10, x);
        Assert.Equal((columns[69, 3], columns[12, 8]), (side[69, 0], side[12, 5]));
        Assert.Equal((rows[60, 1], rows[69, 9]), (block[0, 0], block[9, 8]));
        Assert.Equal(double.PositiveInfinity, rows[0, Width + 1]);
        Assert.Equal(rows[5, 0] > 0 ? 0.5 * elements[(Width * 5) + 2] : 0, rows[5, 3], 1e-13);
    }

    [Fact]
    public void WhatIsNotThereIsRefused()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [1, 2]), constant = tape.Constant([2], [1, 2]), y = x * constant;
        Assert.Contains("2 rows", Assert.Throws<ArgumentOutOfRangeException>(() => tape.JacobianRows(y, 1, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("2 columns", Assert.Throws<ArgumentOutOfRangeException>(() => tape.JacobianColumns(y, -1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.JacobianByRows(y, constant));
        Assert.Throws<InvalidOperationException>(() => tape.JacobianByColumns(y, y));
    }
}
