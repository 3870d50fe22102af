using ConservativeAD.Kernels;
using ConservativeAD.Solvers;
using ConservativeAD.Tests;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Steps on a GPU against those on the CPU.</summary>
[Collection(TestGpu.Collection)]
public class GpuStepTests
{
    private const int Count = 9;

    public static TheoryData<string> Names => [.. ZooMembers.All.Select(member => member.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void StepsAreThoseOfTheCpu(string name)
    {
        ZooMember member = ZooMembers.All.Single(m => m.Name == name);
        double[] expected = Run(member, Device.Default), found = Run(member, TestGpu.Shared);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, 1e-13);
    }

    [Fact]
    public void SparseTruncatedProximalAndQuasiNewtonStepsAreThoseOfTheCpu()
    {
        Assert.Equal(Others(Device.Default), Others(TestGpu.Shared), (a, b) => Math.Abs(a - b) <= 1e-12);
    }

    private static double[] Others(Device device)
    {
        var table = new Parameter<double>("table", device, [4, 2], UpdateTests.Draw(0, 8));
        var sparse = new SparseAdam<double>([table], new ConstantStepSize(0.1));
        using Tape<double> tape = new(device);
        using var sum = new AccumulatedGradients<double>([table]);
        for (int t = 1; t <= 2; t++)
        {
            tape.Reset();
            using TableRows<double> rows = new(table, [3, t, 3]);
            sparse.Step(tape.Backward(rows.Record(tape).Square().Sum()), rows);
        }

        tape.Reset();
        Gradients<double> gradients = tape.Backward(tape.Parameter(table).Square().Sum());
        sum.Add(gradients, 0.5);
        new TruncatedSgd<double>([table], new ConstantStepSize(0.1)).Step(gradients, 3);
        new ProximalSgd<double>([table], new ConstantStepSize(0.1), ProximalOperators.L1Norm(0.5)).StepFrom(sum);
        using var newton = new LBfgs<double>([table]) { LineSearch = LineSearch.StrongWolfe, MaximumIterations = 3 };
        newton.Step(() =>
        {
            tape.Reset();
            Var<double> x = tape.Parameter(table), loss = (x.Square().Exp() + x).Sum();
            return (loss.Value.GetScalar(), tape.Backward(loss));
        });
        return table.Value.ToArray();
    }

    private static double[] Run(ZooMember member, Device device)
    {
        var parameter = new Parameter<double>("x", device, [Count], UpdateTests.Draw(0, Count));
        Optimizer<double> optimizer = member.Make(parameter, new ConstantStepSize(member.StepSize));
        using var given = new GivenGradients<double>(parameter);
        for (int t = 1; t <= 3; t++)
            optimizer.Step(given.Of(UpdateTests.Draw(t, Count)));
        return parameter.Value.ToArray();
    }
}
