using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Tests.Statistics;

public class ZeroLawTests
{
    [Fact]
    public void OneRowIsFittedExactly()
    {
        (double? lambda, double? low, double? high) = ZeroLaw.Fit([new Trials(1e7, 100, 30)]);
        Assert.Equal(-Math.Log(0.7) / 1e7, lambda!.Value, 1e-18);
        Assert.InRange(lambda.Value, low!.Value, high!.Value);
    }

    [Fact]
    public void RowsOfOneLawGiveItBack()
    {
        const double Lambda = 2e-8;
        Trials[] rows = [.. new[] { 1e7, 2e7, 5e7 }.Select(n => new Trials(n, 1_000_000, (int)Math.Round(1e6 * (1 - Math.Exp(-Lambda * n)))))];
        Assert.Equal(1, ZeroLaw.Fit(rows).Lambda!.Value / Lambda, 1e-4);
    }

    [Fact]
    public void WithoutHitsOrWithoutMissesThereIsABoundInsteadOfAFit()
    {
        (double? lambda, double? low, double? high) = ZeroLaw.Fit([new Trials(1e7, 50, 0)]);
        Assert.Null(lambda);
        Assert.Equal(0, low);
        // exp(−50·λN) falls to that of the likelihood ratio's bound.
        Assert.Equal(1.920729410347062 / 50e7, high!.Value, 1e-15);
        (lambda, low, high) = ZeroLaw.Fit([new Trials(1e7, 50, 50)]);
        Assert.Null(lambda);
        Assert.NotNull(low);
        Assert.Null(high);
    }

    [Fact]
    public void WilsonsIntervalIsThatOfTheTables()
    {
        Proportion ten = Proportion.Wilson(1, 10);
        Assert.Equal(0.0179, ten.Low, 1e-4);
        Assert.Equal(0.4042, ten.High, 1e-4);
        Assert.Equal(0, Proportion.Wilson(0, 5).Low);
        Assert.Equal(1, Proportion.Wilson(5, 5).High);
    }
}
