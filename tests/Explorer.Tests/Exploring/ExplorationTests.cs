using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;

namespace ConservativeAD.Explorer.Tests.Exploring;

public class ExplorationTests
{
    /// <summary>Exact answers: the formula, the state, backpropagation's answer, all it can reach, Clarke's set.</summary>
    [Theory]
    [InlineData("relu(t) - relu(-t)", "p=0", "0", "[0, 2]", "{1}")]
    [InlineData("relu(t) - relu(-t)", "p=0&relu=0.5", "1", "[0, 2]", "{1}")]
    [InlineData("relu(x)", "p=0&relu=0.3", "0.3", "[0, 1]", "[0, 1]")]
    [InlineData("relu(relu(x)) - relu(x)", "p=0&relu=0.5", "−0.25", "[−1, 1]", "{0}")]
    [InlineData("relu(x) + relu(-x)", "p=0", "0", "[−1, 1]", "[−1, 1]")]
    [InlineData("x*abs(x)", "p=0", "0", "{0}", "{0}")]
    [InlineData("if(x == 0, 0, x)", "p=0", "0", "{0}", "{1}")]
    [InlineData("max(x, y) + min(x, y)", "p=1,1&pair=1", "(2, 0)", "hull{(0, 2), (2, 0)}", "{(1, 1)}")]
    [InlineData("max(x, y) + min(x, y)", "p=1,1&preset=jax", "(1, 1)", "hull{(0, 2), (2, 0)}", "{(1, 1)}")]
    [InlineData("max(x, y, x + y)", "p=0,0&preset=jax", "(0.75, 0.75)", null, "hull{(0, 1), (1, 0), (1, 1)}")]
    [InlineData("abs(x) - abs(y)", "p=0,0", "(0, 0)", "hull{(−1, −1), (1, −1), (1, 1), (−1, 1)}", "hull{(−1, −1), (1, −1), (1, 1), (−1, 1)}")]
    [InlineData("x^2", "p=3", "6", "{6}", "{6}")]
    [InlineData("5", "p=3", "0", "{0}", "{0}")]
    public void TheEnginesAnswersAreShown(string text, string link, string answer, string? reached, string clarke)
    {
        Exploration exploration = Explore(text, link);
        Assert.Equal(answer, NumberText.Of(exploration.Gradient));
        Assert.Equal(clarke, SetText.Of(exploration.Clarke));
        if (reached is not null)
            Assert.Equal(reached, SetText.Of(exploration.Reached));
    }

    [Fact]
    public void TheSweepGoesThroughEveryS()
    {
        Exploration exploration = Explore("relu(x) - relu(-x)", "p=0");
        Assert.All(exploration.Sweep, answer => Assert.Equal(2 * answer.S, answer.Gradient[0], 12));
        Assert.Equal(exploration.Swept!.Low, exploration.Sweep[0].S);
        Assert.Equal(exploration.Swept.High, exploration.Sweep[^1].S);
        Assert.Contains(exploration.Sweep, answer => answer.S == 0.5);
    }

    [Fact]
    public void TheSweepChangesOneChoiceAndKeepsTheOthers()
    {
        Exploration exploration = Explore("relu(x) + abs(x)", "p=0&relu=0.25&abs=0.5&sweep=abs");
        Assert.Equal("abs", exploration.Swept!.Id);
        Assert.All(exploration.Sweep, answer => Assert.Equal(0.25 + answer.S, answer.Gradient[0], 12));
    }

    [Fact]
    public void WithoutKinksThereIsNothingToSweep() => Assert.Empty(Explore("relu(x)", "p=1").Sweep);

    [Theory]
    [InlineData("relu(x) - relu(-x)", "p=0", true)]
    [InlineData("relu(x) - relu(-x)", "p=0&relu=0.5", false)]
    [InlineData("relu(x) - relu(-x) + abs(y)", "p=0,0", true)]
    [InlineData("abs(x)", "p=0", false)]
    [InlineData("x^2", "p=0", false)]
    [InlineData("if(x < 0, 0, 1)", "p=0", null)]
    public void ArtificialCriticalPointsAreFlagged(string text, string link, bool? isArtificial)
    {
        Exploration exploration = Explore(text, link);
        Assert.Equal(isArtificial, exploration.IsArtificial);
        Assert.Equal(isArtificial == true, Titles(exploration).Contains("Artificial critical point"));
    }

    [Fact]
    public void AnotherChoiceThatReachesZeroIsTold() =>
        Assert.Contains("With other choices an artificial critical point", Titles(Explore("relu(x) - relu(-x)", "p=0&relu=0.5")));

    [Theory]
    [InlineData("relu(x)", "p=0&relu=2", "Backpropagation's answer is not a Clarke subgradient")]
    [InlineData("relu(x)", "p=0&relu=0.5", "Backpropagation's answer is a Clarke subgradient")]
    [InlineData("relu(x)", "p=1", "Differentiable")]
    [InlineData("log(x)", "p=-1", "Not a finite number")]
    [InlineData("1/x", "p=0", "Not a finite number")]
    [InlineData("sqrt(abs(x))", "p=0", "Nothing is certified")]
    [InlineData("floor(x)", "p=1", "Nothing is certified")]
    [InlineData("if(x < 0, 0, x + 1)", "p=0", "Nothing is certified")]
    [InlineData("norm(x, y)", "p=0,0", "Clarke's set is drawn inexactly")]
    [InlineData("norm(x, y) - abs(x)", "p=0,0", "Clarke's set is inexact: only a part of it is known")]
    [InlineData("max(0, min(y, x^2 - y))", "p=0,0", "Clarke's set is inexact: only a part of it is known")]
    [InlineData("abs(x) - abs(y)", "p=0,0", "Clarke's set is exact")]
    [InlineData("abs(x) - abs(y)", "p=0,0", "Clarke-stationary, and no local minimum")]
    [InlineData("abs(x) + abs(y)", "p=0,0", "Clarke-stationary")]
    [InlineData("abs(x) + 2x", "p=0", "Not stationary")]
    public void FindingsSayIt(string text, string link, string title) => Assert.Contains(title, Titles(Explore(text, link)));

    [Fact]
    public void InexactSetsAreWrittenAsParts() => Assert.StartsWith("at least ", SetText.Of(Explore("norm(x, y)", "p=0,0").Clarke), StringComparison.Ordinal);

    // The unit disc: more is known at a regular point than the corners that are drawn.
    [Fact]
    public void QuestionsAtARegularPointAreAnsweredOfTheWholeSet()
    {
        Exploration exploration = Explore("norm(x, y)", "p=0,0&norm=0.99999");
        Assert.True(exploration.Clarke.Generators.Count > 20);
        Assert.True(exploration.IsClarke);
        Assert.False(Explore("norm(x, y)", "p=0,0&norm=1.001").IsClarke);
    }

    [Fact]
    public void ManyPiecesEndAtTheBudgetAndSaySo()
    {
        string text = string.Join(" + ", Enumerable.Range(1, 12).Select(k => $"abs(relu(x + {k}y) - {k}relu(y - {k}x))"));
        Exploration exploration = Explore(text, "p=0,0");
        Assert.NotEmpty(Findings.Of(exploration));
        if (!exploration.Reached.IsExact)
            Assert.StartsWith("at least ", SetText.Of(exploration.Reached), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exp(exp(x))", "p=100")]
    [InlineData("x^x", "p=-1")]
    [InlineData("0/0", "p=0")]
    [InlineData("log(0)*x", "p=0")]
    [InlineData("tan(pi/2 + x)", "p=0")]
    [InlineData("atan(1/x)", "p=0")]
    [InlineData("(-8)^(1/3) + x", "p=0")]
    [InlineData("floor(x/0)", "p=1")]
    [InlineData("max(log(x), 0/0)", "p=0")]
    [InlineData("if(log(x) < 0/0, 1, 2)", "p=-1")]
    [InlineData("norm(x, 1/x)", "p=0")]
    [InlineData("1e200*x*1e200", "p=1e6")]
    public void OddFormulasAreAnsweredAndDrawn(string text, string link)
    {
        ExplorerState state = StateLink.Read($"f={Uri.EscapeDataString(text)}&{link}");
        Exploration exploration = Exploration.Of(Formula.Parse(text), state);
        Assert.NotEmpty(Findings.Of(exploration));
        Assert.NotEqual("", Findings.Spoken(exploration));
        Explorer.Drawing.GraphDrawing drawing = Explorer.Drawing.GraphDrawing.Of(exploration.Formula, state);
        Assert.DoesNotContain("NaN", drawing.Path, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", Explorer.Drawing.SweepDrawing.Of(exploration).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryExampleOpens()
    {
        foreach (Example example in Example.All)
        {
            ExplorerState state = StateLink.Read(example.Link);
            Assert.NotEmpty(Findings.Of(Exploration.Of(Formula.Parse(state.Text), state)));
        }
    }

    internal static Exploration Explore(string text, string link) =>
        Exploration.Of(Formula.Parse(text), StateLink.Read($"f={Uri.EscapeDataString(text)}&{link}"));

    private static string[] Titles(Exploration exploration) => [.. Findings.Of(exploration).Select(finding => finding.Title)];
}
