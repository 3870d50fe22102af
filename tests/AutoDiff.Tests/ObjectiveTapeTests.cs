using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Tests;

namespace ConservativeAD.AutoDiff.Tests;

/// <summary>Objectives record on tapes that they keep; nothing of one run reaches another.</summary>
public class ObjectiveTapeTests
{
    private static readonly Objective Tensors = Objective.OfTensor(x => (x.Relu() * x).Sum());
    private static readonly Objective Numbers = Objective.OfScalars(x => Active.Abs(x[0]) * x[1]);

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void AGradientAllocatesNothing(int count)
    {
        double[] point = new double[count], gradient = new double[count];
        new Philox(1, 1).Uniform<double>(point, -1, 1);
        Objective[] objectives =
        [
            Tensors,
            Numbers,
            Objective.OfTensors([Shape.Of(1), Shape.Of(count - 1)], x => x[0].Square().Sum() + x[1].Abs().Sum()),
            Objective.OfScalars(Chain),
        ];
        foreach (Objective objective in objectives)
        {
            point[0] = 0.5;
            Assert.Equal(0, Allocations.Least(() => objective.Gradient(point, gradient)));
            point[0] = 0;
            Assert.Equal(0, Allocations.Least(() => objective.Gradient(point, gradient)));
        }
    }

    [Fact]
    public void AGradientHasTheBitsOfATapeOfOnesOwn()
    {
        Func<Active[], Active>[] programs =
        [
            x => Active.Abs(x[0]) * Active.Max(x[0], x[1]),
            x => Active.Min(x[0] - x[1], 0) + Active.Hypot(x[0], x[1]),
            x => x[0] == x[1] ? x[0] * x[1] : x[0] < x[1] ? x[0] : 3 * x[1],
            x => Active.Floor(x[0]) + x[1] + ((x[0] % 2) * x[1]),
            x => Active.Sqrt(x[0] * x[0]) + Active.Pow(x[1], 3),
            x => Active.Sqrt(x[0]) + Active.Log(x[1]),
            x => Active.IsInteger(x[0]) ? x[1] : Active.Exp(x[0]) / x[1],
            x => new Active(3),
            Chain,
        ];
        double[] numbers = [0, -0.0, 1, -1, 2, 0.5, 5e-324, double.NaN, double.PositiveInfinity];
        foreach (Func<Active[], Active> program in programs)
        {
            Objective objective = Objective.OfScalars(program);
            foreach (Selections selections in (Selections[])[Selections.PyTorch, Selections.PyTorch with { AbsAtZero = 1, ReluAtZero = 0.5 }])
            {
                foreach (double first in numbers)
                {
                    foreach (double second in numbers)
                    {
                        using ScalarTape tape = new(selections);
                        Active output = program([tape.Variable(first), tape.Variable(second)]);
                        (double value, double[] gradient) = objective.Gradient([first, second], selections);
                        Assert.Equal(BitConverter.DoubleToInt64Bits(output.Value), BitConverter.DoubleToInt64Bits(value));
                        Assert.Equal(tape.Gradient(output).Select(BitConverter.DoubleToInt64Bits), gradient.Select(BitConverter.DoubleToInt64Bits));
                    }
                }
            }
        }
    }

    [Fact]
    public void ALongRunThenAShortOneThenALongOneAreAllRight()
    {
        Objective sum = Objective.OfScalars(Chain);
        foreach (int count in (int[])[5000, 2, 5000, 3])
        {
            double[] point = new double[count];
            Array.Fill(point, 2);
            double[] gradient = sum.Gradient(point).Gradient;
            Assert.Equal(4, gradient[0]);
            Assert.Equal(-1, gradient[^1]);
        }
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

    // Short programs, because threads then take turns at the record that operations try first; long enough for the optimised code.
    [Fact]
    public void ThreadsTakeGradientsOfOneObjectiveAtOnce()
    {
        const int Rounds = 150_000;
        Objective objective = Objective.OfScalars(x =>
            (-(5 * x[0]) / 4) + (2 - x[1]) - ((x[0] - 3) / x[1]) + ((1 + (x[0] * x[0])) * (x[1] * -7) / 3));
        double[][] points = [.. Enumerable.Range(1, 16).Select(i => (double[])[i / 8.0, 2 - (i / 16.0)])];
        double[][] expected = [.. points.Select(point => objective.Gradient(point).Gradient)];
        Exception?[] problems = new Exception?[4];
        Thread[] threads = [.. Enumerable.Range(0, problems.Length).Select(who => new Thread(() => problems[who] = Record.Exception(() =>
        {
            double[] gradient = new double[2];
            for (int round = 0; round < Rounds; round++)
            {
                int at = (round + who) % points.Length;
                objective.Gradient(points[at], gradient);
                Assert.Equal(expected[at], gradient);
            }
        })))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(problems, Assert.Null);
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

    private static Active Chain(Active[] x)
    {
        Active sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
            sum += Active.Abs(x[i + 1] - (x[i] * x[i])) + Active.Max(0.5 - x[i], 0);
        return sum;
    }
}
