using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers.Tests;

/// <summary>Clarke sets at minimisers that a proximal operator computes exactly.</summary>
public class TotalVariationSetTests
{
    [Theory]
    [InlineData(20, 1)]
    [InlineData(400, 3)]
    [InlineData(3000, 0.2)]
    public void TheDualVariablesExplainTheMinimum(int count, double weight)
    {
        double[] b = [.. Enumerable.Range(0, count).Select(i => (10 * Math.Sign(Math.Sin(0.02 * i))) + Math.Cos(1000.0 * i))];
        Objective objective = Objective.OfTensor(x => ((x.Slice(0, 1, count - 1) - x.Slice(0, 0, count - 1)).Abs().Sum() * weight)
            + ((x - x.Tape.Constant([count], b)).Square().Sum() * 0.5));
        double[] minimiser = ProximalOperators.TotalVariation(weight).Apply(b, 1), aside = [.. minimiser];
        aside[0] += 1;
        ClarkeSubdifferential set = Clarke.Subdifferential(objective, minimiser, 1_000_000);
        Assert.Equal(SetProof.Regularity, set.Proof);
        Assert.True(set.IsStationary(1e-9 * Math.Sqrt(count) * 10), $"{set.Distance}");
        Assert.All(set.PassedBack.SelectMany(passed => passed.Cotangents), dual => Assert.InRange(dual, -weight, weight));
        ClarkeSubdifferential beside = Clarke.Subdifferential(objective, aside, 1_000_000);
        Assert.False(beside.IsStationary(1e-6));
        Assert.True(beside.DescentDirection![0] < 0);
    }
}
