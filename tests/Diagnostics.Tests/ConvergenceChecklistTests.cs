using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>The theorems that apply to programs and methods.</summary>
public class ConvergenceChecklistTests
{
    private static readonly TameCertificate Quadratic = Tame.Certify(Objective.OfTensor(v => v.Square().Sum()), [1, 2]);
    private static readonly TameCertificate Network = Tame.Certify(Objective.OfTensor(v => v.Relu().Exp().Sum()), [1, 2]);
    private static readonly TameCertificate Wave = Tame.Certify(Objective.OfTensor(v => v.Sin().Relu().Sum()), [1, 2]);
    private static readonly TameCertificate Root = Tame.Certify(Objective.OfTensor(v => v.Abs().Sqrt().Sum()), [1, 2]);

    [Fact]
    public void DescentOnAQuadraticMeetsEverySmoothTheorem()
    {
        RunFacts run = new(new ConstantStepSize(0.4))
        {
            IsStochastic = false,
            SmoothnessConstant = 2,
            IsSublevelSetCompact = true,
            KlExponent = 0.5,
            AreIteratesBounded = true
        };
        IReadOnlyList<ConvergenceTheorem> list = ConvergenceChecklist.For(Quadratic, run);
        Assert.Equal([Finding.Holds, Finding.Holds, Finding.Holds, Finding.Fails, Finding.Fails], list.Select(theorem => theorem.Applies));
        Assert.Equal(Finding.Fails, ConvergenceChecklist.For(Quadratic, run with { Schedule = new ConstantStepSize(0.6) })[0].Applies);
        Assert.Equal(Finding.Holds, ConvergenceChecklist.For(Quadratic, run with { Schedule = new ConstantStepSize(0.5) })[1].Applies);
        Assert.Equal(Finding.Fails, ConvergenceChecklist.For(Quadratic, run with { Schedule = new ConstantStepSize(0.5) })[0].Applies);
        Assert.Equal(Finding.Fails, ConvergenceChecklist.For(Quadratic, run with { KlExponent = 0.75 })[2].Applies);
        Assert.Equal(Finding.Fails, ConvergenceChecklist.For(Quadratic, run with { Schedule = new RobbinsMonro(0.1, 1, 0.6) })[1].Applies);
    }

    [Fact]
    public void SubgradientStepsOnANetworkMeetTheTameTheorem()
    {
        RunFacts run = new(new RobbinsMonro(0.1, 1, 0.6)) { AreIteratesBounded = true };
        ConvergenceTheorem conservative = ConvergenceChecklist.For(Network, run)[^1],
            clarke = ConvergenceChecklist.For(Network, run with { Gradient = GradientKind.Clarke })[^1];
        Assert.Equal(Finding.Holds, conservative.Applies);
        Assert.Equal(Finding.Holds, clarke.Applies);
        Assert.Contains("conservative field", conservative.Name, StringComparison.Ordinal);
        Assert.Contains("Clarke-critical", clarke.Name, StringComparison.Ordinal);
        Assert.Equal(Finding.Unknown, ConvergenceChecklist.For(Network, run with { AreIteratesBounded = null })[^1].Applies);
        Assert.Equal(Finding.Fails, ConvergenceChecklist.For(Network, run with { Schedule = new ConstantStepSize(0.1) })[^1].Applies);
        Assert.Equal(("The iterates follow the differential inclusion", Finding.Holds),
            (ConvergenceChecklist.For(Network, run)[3].Name, ConvergenceChecklist.For(Network, run)[3].Applies));
        Assert.Equal(Finding.Unknown, ConvergenceChecklist.For(Network, run with { AreIteratesBounded = null })[3].Applies);
    }

    [Fact]
    public void WhatIsNotTameOrNotLipschitzIsNamed()
    {
        RunFacts run = new(new RobbinsMonro(0.1, 1, 0.6)) { AreIteratesBounded = true };
        ConvergenceTheorem wave = ConvergenceChecklist.For(Wave, run)[^1], root = ConvergenceChecklist.For(Root, run)[^1];
        Assert.Equal(Finding.Fails, wave.Applies);
        Assert.Contains("sin", wave.ToString(), StringComparison.Ordinal);
        Assert.Equal(Finding.Fails, root.Applies);
        Assert.Contains("not locally Lipschitz everywhere (sqrt)", root.ToString(), StringComparison.Ordinal);
    }
}
