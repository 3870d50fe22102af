using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Abs-normal forms, against the examples of CppAD's documentation among others.</summary>
public class AbsNormalFormTests
{
    [Fact]
    public void TwoAbsoluteValuesAreTheirOwnForm()
    {
        AbsNormalForm form = AbsNormalForm.Of(u => [Active.Abs(u[0] + u[1]) + Active.Abs(u[1] + u[2])], [0.3, -1, 4]);
        Assert.Equal(2, form.SwitchCount);
        Assert.Equal(new double[,] { { 1, 1, 0 }, { 0, 1, 1 } }, form.SwitchOfVariables);
        Assert.Equal(new double[,] { { 1, 1 } }, form.ValueOfModuli);
        Assert.Equal(new double[,] { { 0, 0, 0 } }, form.ValueOfVariables);
        Assert.Equal(new double[2, 2], form.SwitchOfModuli);
        Assert.Equal([2.5], form.Evaluate([1, -2, 3.5]));
        Assert.Equal([-1, 1], form.Signature([1, -2, 3.5]));
    }

    [Fact]
    public void APiecewiseLinearProgramEqualsItsForm()
    {
        // A nested form with every operation that is rewritten.
        Active[] Program(Active[] x) =>
            [Active.Max(Active.Relu(x[0]) - (2 * x[1]), Active.Min(x[1], 3 + Active.Abs(x[0] - Active.Relu(x[1])))), Active.Clamp(x[0] + x[1], -1, 1),
                Active.Abs(x[0])];
        AbsNormalForm form = AbsNormalForm.Of(Program, [0.2, -0.4]);
        for (int row = 0; row < form.SwitchCount; row++)
        {
            for (int column = row; column < form.SwitchCount; column++)
                Assert.Equal(0, form.SwitchOfModuli[row, column]);
        }

        for (ulong draw = 0; draw < 200; draw++)
        {
            double[] x = new double[2];
            new Philox(3, draw).Normal<double>(x, 0, 2);
            double[] expected = [.. Program([.. x.Select(value => (Active)value)]).Select(value => value.Value)], actual = form.Evaluate(x);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 1e-12);
                Assert.Equal(expected[i], form.ToObjective(i).Value(x), 1e-12);
            }
        }
    }

    [Fact]
    public void ASmoothProgramIsLinearisedToSecondOrder()
    {
        Active[] Program(Active[] x) => [Active.Abs(Active.Sin(x[0]) - (x[1] * x[1])) + Active.Exp(Active.Max(x[0], x[1]))];
        double[] point = [0.4, 0.5];
        AbsNormalForm form = AbsNormalForm.Of(Program, point);
        double Error(double step)
        {
            double[] x = [point[0] + step, point[1] - (0.7 * step)];
            return Math.Abs(form.Evaluate(x)[0] - Program([x[0], x[1]])[0].Value);
        }

        Assert.Equal(0, Error(0), 1e-15);
        Assert.True(Error(0.1) > 1e-4);
        Assert.Equal(4, Error(0.02) / Error(0.01), 0.3);
    }

    [Fact]
    public void MinimaOfKnownProgramsAreRecognised()
    {
        Active[] First(Active[] x) => [(((x[0] * x[0]) + (x[1] * x[1])) / 2) + Active.Abs(x[0] - 5) + Active.Abs(x[1] + 5)];
        Assert.Equal([9.0], AbsNormalForm.Of(First, [1, -1]).Evaluate([1, -1]));
        Assert.True(AbsNormalForm.Of(First, [1, -1]).IsLocalMinimum([1, -1]));
        Assert.False(AbsNormalForm.Of(First, [1, -0.9]).IsLocalMinimum([1, -0.9]));

        Active[] Second(Active[] x) => [(x[0] * x[0]) + (2 * (x[0] + x[1]) * (x[0] + x[1])) + Active.Abs(x[2])];
        Assert.True(AbsNormalForm.Of(Second, [0, 0, 0]).IsLocalMinimum([0, 0, 0]));
        Assert.False(AbsNormalForm.Of(Second, [0, 0, 1]).IsLocalMinimum([0, 0, 1]));

        // |x| − |y| is stationary at the origin but has no minimum there; |x| + |y| − ½·|x + y| has one.
        Assert.False(AbsNormalForm.Of(x => [Active.Abs(x[0]) - Active.Abs(x[1])], [0, 0]).IsLocalMinimum([0, 0]));
        Assert.True(AbsNormalForm.Of(x => [Active.Abs(x[0]) + Active.Abs(x[1]) - (0.5 * Active.Abs(x[0] + x[1]))], [0, 0]).IsLocalMinimum([0, 0]));
    }

    [Fact]
    public void WhatHasNoFormIsRefused()
    {
        Assert.Contains("hinge", Assert.Throws<NotSupportedException>(() => AbsNormalForm.Of(x => [x[0].Apply(new Hinge(null))], [1])).Message,
            StringComparison.Ordinal);
        AbsNormalForm form = AbsNormalForm.Of(x => [Active.Abs(x[0])], [1]);
        Assert.Throws<ArgumentException>(() => form.Evaluate([1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => form.ToObjective(1));
        Assert.Equal(1, AbsNormalForm.Of(x => [x[0] <= Active.Zero ? -x[0] : x[0]], [0]).Branches);
    }
}
