using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Tests;

namespace ConservativeAD.AutoDiff.Tests;

/// <summary>Objectives record on tapes that they keep; nothing of one run reaches another.</summary>
public class ObjectiveTapeTests
{
    private static readonly Objective Tensors = Objective.OfTensor(x => (x.Relu() * x).Sum());
    private static readonly Objective Numbers = Objective.OfScalars(x => Active.Abs(x[0]) * x[1]);

    [Fact]
    public void AGradientAllocatesLittle()
    {
        double[] point = [1, 2], gradient = new double[2];
        foreach (Objective objective in (Objective[])[Tensors, Numbers])
            Assert.InRange(Allocations.Least(() => objective.Gradient(point, gradient)), 0, 1000);
    }

    [Fact]
    public void RunsWithinRunsAndSeveralThreadsGetTapesOfTheirOwn()
    {
        Objective outer = Objective.OfTensor(x => x.Square().Sum() * Tensors.Value([3, 4]));
        Parallel.For(0, 200, i =>
        {
            double[] point = [i + 1, 2];
            (double value, double[] gradient) = outer.Gradient(point);
            Assert.Equal(25 * ((point[0] * point[0]) + 4), value);
            Assert.Equal([50 * point[0], 100], gradient);
            Assert.Equal([2.0, i + 1], Numbers.Gradient(point).Gradient);
        });
    }

    [Fact]
    public void AVariableKeptFromARunIsRefusedInTheNext()
    {
        Var<double>? kept = null;
        Objective leaky = Objective.OfTensor(x =>
        {
            Var<double> sum = x.Sum() + (kept ?? x).Sum();
            kept = x;
            return sum;
        });
        Assert.Equal(6, leaky.Value([1, 2]));
        Assert.Throws<InvalidOperationException>(() => leaky.Value([1, 2]));

        Active number = default;
        Objective leakyNumbers = Objective.OfScalars(x =>
        {
            Active sum = x[0] + number;
            number = x[0];
            return sum;
        });
        Assert.Equal(1, leakyNumbers.Value([1]));
        Assert.Throws<InvalidOperationException>(() => leakyNumbers.Value([1]));
    }

    [Fact]
    public void ATapeThatTheProgramDisposedOfIsNotTakenAgain()
    {
        bool disposes = false;
        Objective rude = Objective.OfTensor(x =>
        {
            if (disposes)
                x.Tape.Dispose();
            return x.Sum();
        });
        Assert.Equal(3, rude.Value([1, 2]));
        disposes = true;
        Assert.Throws<ObjectDisposedException>(() => rude.Value([1, 2]));
        disposes = false;
        Assert.Equal(3, rude.Value([1, 2]));
    }

    [Fact]
    public void SelectionsAndLocksOfOneRunDoNotReachTheNext()
    {
        Objective relu = Objective.OfTensor(x => x.Relu().Sum());
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal([0.5, 1], relu.Gradient([0, 2], Selections.PyTorch with { ReluAtZero = 0.5 }).Gradient);
            Assert.True(Clarke.Gradient(relu, [0, 2]).Certificate.IsCertified);
            Assert.Equal([0, 1], relu.Gradient([0, 2]).Gradient);
            Assert.Equal(2, Numbers.Gradient([0, 2], Selections.PyTorch with { AbsAtZero = 1 }).Gradient[0]);
            Assert.Equal(0, Numbers.Gradient([0, 2]).Gradient[0]);
        }
    }

    [Fact]
    public void AProgramThatThrowsLeavesNothingBehind()
    {
        bool throws = true;
        Objective failing = Objective.OfTensor(x => throws ? throw new ArithmeticException("not here") : x.Sum());
        Assert.Throws<ArithmeticException>(() => failing.Value([1, 2]));
        throws = false;
        Assert.Equal((3, 1), (failing.Value([1, 2]), failing.Gradient([1, 2]).Gradient[0]));
    }

    [Fact]
    public void WhatAProgramSetsOnItsTapeEndsWithTheRun()
    {
        bool detects = true;
        Objective strict = Objective.OfTensor(x =>
        {
            if (detects)
                x.Tape.DetectAnomalies = true;
            return x.Log().Sum();
        });
        Assert.Throws<ArithmeticException>(() => strict.Value([-1, 2]));
        Assert.Equal(Math.Log(2), strict.Value([1, 2]));
        detects = false;
        Assert.True(double.IsNaN(strict.Value([-1, 2])));
    }

    [Fact]
    public void CumulativeExtremesOfTiesAndBothZerosAreTrueInEveryRun()
    {
        Objective ends = Objective.OfTensor(x => x.CumulativeMaximum().Sum() - x.CumulativeMinimum().Sum());
        for (int i = 0; i < 3; i++)
        {
            ClarkeElement element = Clarke.Gradient(ends, [0.0, -0.0, 0]);
            Assert.True(element.Certificate.IsCertified);
            Assert.Equal(0, element.Gradient.Sum());
            Assert.True(double.IsNaN(ends.Value([double.NaN, 1, 2])));
        }
    }
}
