using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Checks;

/// <summary>The ordinary gradient check, and its message if it does not apply.</summary>
public class GradientCheckTests
{
    [Fact]
    public void SmoothProgramsAgree()
    {
        foreach (Objective objective in (Objective[])[Objective.OfTensor(v => (v.Sin() * v.Exp()).Sum()),
            Objective.OfScalars(x => (Active.Sin(x[0]) * Active.Exp(x[0])) + (x[1] / (1 + (x[0] * x[0]))))])
            Assert.Equal(GradientVerdict.Agrees, GradientCheck.At(objective, [0.3, -1.7]).Verdict);
    }

    [Fact]
    public void WrongSlopesDiffer()
    {
        GradientCheck found = GradientCheck.At(Objective.OfScalars(x => x[0] + x[1].Apply(default(WrongSquare))), [1, -2]);
        Assert.Equal(GradientVerdict.Differs, found.Verdict);
        Assert.Equal(1, found.Element);
        Assert.Equal(8.0 / 4, found.LargestError, 1e-6);
    }

    [Fact]
    public void AKinkIsSaidInsteadOfFailing()
    {
        GradientCheck at = GradientCheck.At(Objective.OfTensor(v => v.Relu().Sum()), [1, 0]);
        Assert.Equal(GradientVerdict.AtKink, at.Verdict);
        Assert.Equal(1, at.Kinks.Count);
        Assert.Contains("relu", at.ToString(), StringComparison.Ordinal);
        Assert.Equal(GradientVerdict.NearKink, GradientCheck.At(Objective.OfTensor(v => v.Abs().Sum()), [1, 3e-5]).Verdict);
        Assert.Equal(GradientVerdict.Agrees, GradientCheck.At(Objective.OfTensor(v => v.Abs().Sum()), [1, 3e-2]).Verdict);
    }

    [Fact]
    public void WrongStepsAreRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.At(Objective.OfScalars(x => x[0]), [1], step: 0));
}
