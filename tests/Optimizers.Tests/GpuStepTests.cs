using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Steps on a simulated GPU against those on the CPU.</summary>
public class GpuStepTests
{
    private const int Count = 9;

    public static TheoryData<string> Names => [.. ZooMembers.All.Select(member => member.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void StepsAreThoseOfTheCpu(string name)
    {
        ZooMember member = ZooMembers.All.Single(m => m.Name == name);
        using Device gpu = Device.SimulatedGpu();
        double[] expected = Run(member, Device.Default), found = Run(member, gpu);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, 1e-13);
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
