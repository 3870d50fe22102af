using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests;

/// <summary>Programs from public reports, in which the side of a choice that is not taken made other engines' gradients NaN, with the right
/// gradients.</summary>
[Collection(TestGpu.Collection)]
public class SideNotTakenTests
{
    [Fact]
    public void ARootBehindAChoice()
    {
        // pytorch 187297, jax 347, tinygrad 12409.
        Assert.Equal([1, 1], Gradient([-1, -4], x => Operations.Where(x.IsGreater(Zero(x)), x.Sqrt(), x)));
        Assert.Equal([1], Gradient([0], x => Operations.Where([true], x, x.Sqrt())));
        Assert.Equal([0], Gradient([0], x => Operations.Where([true], Zero(x), x * x.Sqrt())));
        Assert.Equal([0, 0.25], Gradient([0, 4], x => x.Sqrt() * x.Tape.Constant([2], [0.0, 1.0])));
        Assert.Equal([0], Gradient([-1], x => x.ChooseWhereGreater(Zero(x), x.Sqrt(), Zero(x))));
    }

    [Fact]
    public void ALogarithmAnExponentialAndAnAngleBehindAChoice()
    {
        // pytorch 108618, 68425 and 18287; jax 1052.
        Assert.Equal([2], Gradient([0], x => Operations.Where([false], x.Log(), x.Scale(2))));
        Assert.Equal([1], Gradient([1000], x => Operations.Where([false], x.Exp(), x.Shift(1))));
        Assert.Equal([0], Gradient([double.PositiveInfinity], x => Operations.Where([false], x.Cos(), Zero(x))));
        Assert.Equal([0, 0, 0], Gradient([3, 0, -5], x => Operations.Where([false, true, false], Zero(x), x.Atan2(x))));
    }

    [Fact]
    public void ANormOfRowsBehindAChoice()
    {
        // jax 347: √(Σ x²) of rows, one of which is 0 and replaced by 1.
        double[] gradient = Gradient([3, 4, 0, 0], x =>
        {
            Var<double> length = x.Reshape(2, 2).Square().Sum(1).Sqrt();
            return Operations.Where([true, false], length, length.Tape.Constant([2], [1.0, 1.0]));
        });
        Assert.Equal(0.6, gradient[0], 1e-15);
        Assert.Equal(0.8, gradient[1], 1e-15);
        Assert.Equal([0, 0], gradient[2..]);
    }

    [Fact]
    public void NumbersTakeTheSideThatTheirBranchTakes()
    {
        Objective guarded = Objective.OfScalars(x => x[0] > 0 ? Active.Sqrt(x[0]) : 0 * x[0]);
        Assert.Equal([0], guarded.Gradient([-1]).Gradient);
        Objective multiplied = Objective.OfScalars(x => 0 * Active.Sqrt(x[0]));
        Assert.Equal([0], multiplied.Gradient([0]).Gradient);
        using var tape = new ScalarTape();
        Active a = tape.Variable(0), b = tape.Variable(4);
        Assert.Equal([0, 0.25], tape.Gradient((0 * Active.Sqrt(a)) + Active.Sqrt(b)));
        Assert.Equal([0, 0], Objective.OfScalars(x => 0 * Active.Sqrt(x[0]) * x[1]).HessianProduct([0, 0], [0, 1]).Product);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACausalMaskHidesWhatIsNotANumber(bool onGpu)
    {
        Device device = onGpu ? TestDevices.Gpus[0] : Device.Default;
        using var tape = new Tape<double>(device);
        Var<double> q = tape.Variable([1, 2, 2], [1.0, 2, 3, 4]), k = tape.Variable([1, 2, 2], [1.0, 1, 1, 1]),
            v = tape.Variable([1, 2, 2], [5, 6, double.NaN, double.NaN]);
        Var<double> y = q.Attention(k, v, 1, isCausal: true);
        double[] values = y.ToArray();
        Assert.Equal([5, 6], values[..2]);
        Assert.All(values[2..], value => Assert.True(double.IsNaN(value)));
        Gradients<double> gradients = tape.Backward(Operations.Where([true, true, false, false], y, tape.Constant([1, 2, 2], new double[4])).Sum());
        Assert.Equal([1, 1, 0, 0], gradients[v].ToArray());
        Assert.Equal(new double[4], gradients[q].ToArray());
        Assert.Equal(new double[4], gradients[k].ToArray());
    }

    [Fact]
    public void ANanInTheProgramIsNotHidden()
    {
        Assert.All(Gradient([double.NaN], x => x.Log()), slope => Assert.True(double.IsNaN(slope)));
        Assert.All(Gradient([0], x => x.Scale(double.NaN).Exp()), slope => Assert.True(double.IsNaN(slope)));
        Assert.Equal([double.PositiveInfinity], Gradient([0], x => x.Sqrt()));
    }

    [Fact]
    public void ThePlainProductCanBeAskedFor()
    {
        Selections plain = Selections.PyTorch with { AbsorbingZero = false };
        Assert.True(Selections.PyTorch.AbsorbingZero && Selections.Jax.AbsorbingZero && Selections.TensorFlow.AbsorbingZero
            && Selections.MinimalNorm.AbsorbingZero);
        Assert.True(double.IsNaN(Gradient([0], x => Operations.Where([true], x, x.Sqrt()), plain)[0]));
        Assert.True(double.IsNaN(Gradient([0], x => x.Sqrt() * Zero(x), plain)[0]));
        using var tape = new Tape<double>(null, plain);
        Var<double> a = tape.Variable([1, 1], [double.PositiveInfinity]), b = tape.Variable([1, 1], [1.0]);
        Assert.True(double.IsNaN(tape.Backward((a.MatMul(b) * tape.Constant([1, 1], [0.0])).Sum())[b].ToArray()[0]));
    }

    [Fact]
    public void WhatWasAbsorbedIsToldWhenAskedFor()
    {
        using var tape = new Tape<double>();
        Var<double> x = tape.Variable([3], [0.0, 4, -1]);
        Var<double> loss = (Operations.Where([false, true, false], x.Sqrt(), x) + (x.Reciprocal() * tape.Constant([3], [0.0, 1, 1]))).Sum();
        Assert.Equal(["0 times ∞ at sqrt (node 1): 2 of 3", "0 times ∞ at reciprocal (node 4): 1 of 3"], tape.AbsorbedZeros(loss)
            .Select(met => met.ToString()));
        Assert.Empty(tape.AbsorbedZeros(x.Square().Sum()));
    }

    private static Var<double> Zero(Var<double> x) => x.Tape.Constant(x.Shape, new double[x.Shape.Count]);

    private static double[] Gradient(double[] at, Func<Var<double>, Var<double>> program, Selections? selections = null)
    {
        using var tape = new Tape<double>(null, selections);
        Var<double> x = tape.Variable([at.Length], at);
        return tape.Backward(program(x).Sum())[x].ToArray();
    }
}
