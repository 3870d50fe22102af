using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Jacobians and Hessians of arrays, compressed by the sparsity that rules state.</summary>
public class CompressedTensorJacobianTests
{
    [Fact]
    public void ABandTakesAsManyPassesAsItIsWide()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([50], Evaluated(50));
        Var<double> output = (x.Slice(0, 2, 48) * x.Slice(0, 1, 48)) - x.Slice(0, 0, 48).Sin();
        SparseJacobian compressed = Jacobian.Compressed(output);
        Assert.Equal((48, 50, 3, 144, true), (compressed.Rows, compressed.Columns, compressed.Passes, compressed.Entries.Count, compressed.IsByColumns));
        Assert.Equal(tape.JacobianByColumns(output), compressed.ToDense());
    }

    [Fact]
    public void RowsAreCompressedWhereTheyNeedFewerColours()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([6, 20], Evaluated(120));
        SparseJacobian compressed = Jacobian.Compressed(x.Square().Sum(1).Exp());
        Assert.Equal((1, 120, false), (compressed.Passes, compressed.Entries.Count, compressed.IsByColumns));
        Assert.Equal(tape.JacobianByRows(x.Square().Sum(1).Exp()), compressed.ToDense());
    }

    [Fact]
    public void AFactorOfZeroIsStillADependence()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1, 2, 3]), zeros = tape.Constant([3, 3], new double[9]);
        Assert.Equal(9, Jacobian.Compressed(zeros.MatMul(x)).Entries.Count);
        Assert.Equal([(0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.0)], Jacobian.Compressed(x * tape.Constant([3], new double[3])).Entries);
        Assert.Equal([(0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.0)], Jacobian.Compressed(x * 0.0).Entries);
        Assert.All(Jacobian.Compressed(x * tape.Constant([3], [double.NaN, 1, double.NaN])).Entries, entry => Assert.Equal(entry.Row, entry.Column));
        Assert.Equal([(0, 0, 0.0), (1, 1, 0.0), (2, 2, 0.0)],
            Jacobian.Compressed(Operations.Where(tape.Device.Array<double>([3], new double[3]), x, tape.Constant(1.0))).Entries);
    }

    [Fact]
    public void AtKinksSelectionsApply()
    {
        using Tape<double> tape = new(selections: Selections.PyTorch with { ReluAtZero = 0.25 });
        Var<double> x = tape.Variable([4], [0, 1, 0, -1]), output = x.Relu() + x.Flip(0);
        Assert.Equal(tape.JacobianByRows(output), Jacobian.Compressed(output).ToDense());
        Assert.False(Jacobian.Compressed(output).IsByColumns);
    }

    [Fact]
    public void AnInfiniteSlopeStaysInItsOwnEntry()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [0, 4, double.NaN]), output = x.Sqrt();
        SparseJacobian compressed = Jacobian.Compressed(output);
        Assert.Equal(1, compressed.Passes);
        Assert.Equal([double.PositiveInfinity, 0.25, double.NaN], compressed.Entries.Select(entry => entry.Value));
        Assert.Equal(1, Jacobian.Compressed(output * 2).Passes);
    }

    [Fact]
    public void SeveralLeavesAndOtherElementTypesAgreeWithTheDenseJacobian()
    {
        Check<double>(0);
        Check<float>(1e-6);
        Check<Half>(1e-2);

        static void Check<T>(double tolerance)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            using Tape<T> tape = new();
            Var<T> x = tape.Variable([4, 3], Array.ConvertAll(Evaluated(12), T.CreateTruncating));
            Var<T> scale = tape.Variable([4, 1], Array.ConvertAll(Evaluated(4), T.CreateTruncating)), unused = tape.Variable([2], [T.One, T.One]);
            Var<T> output = (x.Softmax(1) * scale).Permute(1, 0).Sort();
            SparseJacobian compressed = Jacobian.Compressed(output, scale, unused, x);
            T[,] dense = tape.JacobianByRows(output, scale, unused, x);
            double[,] found = compressed.ToDense();
            for (int i = 0; i < 12; i++)
            {
                for (int j = 0; j < 18; j++)
                    Assert.Equal(double.CreateTruncating(dense[i, j]), found[i, j], Math.Max(tolerance, 1e-14));
            }
        }
    }

    [Fact]
    public void WhatARuleDoesNotTellIsDense()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1, 2, 3]);
        Assert.Equal(9, Jacobian.Compressed(tape.Checkpoint(x, inner => inner * inner)).Entries.Count);
        Assert.Equal(3, Jacobian.Compressed(x * x).Entries.Count);
    }

    [Fact]
    public void NothingAndConstantsAreToldApart()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1, 2, 3]), none = tape.Variable([0], []);
        SparseJacobian empty = Jacobian.Compressed(none * 2);
        Assert.Equal((0, 3, 0), (empty.Rows, empty.Columns, empty.Entries.Count));
        Assert.Throws<InvalidOperationException>(() => Jacobian.Compressed(tape.Constant(1.0)));
        Assert.Throws<InvalidOperationException>(() => Jacobian.Compressed(x * 2, tape.Constant(1.0)));
        Assert.Empty(Jacobian.Compressed(x * 2, none).Entries);
        Assert.Equal(3, Jacobian.Compressed(x).Entries.Count);
    }

    [Fact]
    public void AHessianOfAChainTakesThreeProducts()
    {
        const int Count = 40;
        Objective chain = Objective.OfTensor(x =>
            ((x.Slice(0, 1, Count - 1) - x.Slice(0, 0, Count - 1).Square()).Square() * 100.0).Sum() + (1.0 - x.Slice(0, 0, Count - 1)).Square().Sum());
        double[] point = Evaluated(Count);
        SparseHessian sparse = chain.SparseHessian(point);
        double[,] dense = chain.Hessian(point).Products, found = sparse.ToDense();
        Assert.Equal((2 * Count) - 1, sparse.Entries.Count);
        Assert.True(sparse.IsTwiceDifferentiable);
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
                Assert.Equal(dense[i, j], found[i, j], 1e-9);
        }

        Assert.Equal(chain.Gradient(point).Gradient, sparse.Gradient);
    }

    [Fact]
    public void HessiansAtKinksAndOfConstantsAreThoseOfProducts()
    {
        Objective kinked = Objective.OfTensor(x => (x.Relu() * x.Relu()).Sum());
        Assert.False(kinked.SparseHessian([0.0, 1]).IsTwiceDifferentiable);
        Assert.Equal(2, kinked.SparseHessian([0.0, 1]).ToDense()[1, 1]);
        Assert.Empty(Objective.OfTensor(x => x.Tape.Constant(2.0)).SparseHessian([1.0, 2]).Entries);
        SparseHessian linear = Objective.OfTensor(x => (x * 3.0).Sum()).SparseHessian([1.0, 2]);
        Assert.Empty(linear.Entries);
        Assert.Equal([3, 3], linear.Gradient);
        Assert.Equal(3, Objective.OfTensor(x => x.Exp().Sum().Log()).SparseHessian([1.0, 2]).Entries.Count);
    }

    private static double[] Evaluated(int count)
    {
        double[] values = new double[count];
        new Philox(5, 1).Uniform<double>(values, -1, 1);
        return values;
    }
}
