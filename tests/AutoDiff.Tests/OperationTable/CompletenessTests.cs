using System.Reflection;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The table contains every rule of the library, and the rules' facts are consistent.</summary>
public class CompletenessTests
{
    // A segment is a program of other operations, a composition two of them; ReplayTests puts every row of the table into them. Inner gradients, functions of
    // the program's own and values without derivatives have tests of their own.
    private static readonly Type[] Recorders =
    [
        typeof(UnaryOperation<,>), typeof(BinaryOperation<,>),
        .. new[] { "Checkpoint`1", "Composition`2", "BinaryComposition`2", "InnerGradient`1", "OwnFunction`1",
            "Detach`1" }.Select(name => typeof(IRule<>).Assembly.GetType($"ConservativeAD.Rules.{name}", true)!),
    ];

    public static TheoryData<string> Rules => [.. Found.Select(type => type.Name)];

    public static TheoryData<string> RulesWithChoices =>
        [.. Found.Where(type => OperationCase.FactsOf(type) is { IsSmooth: false, IsContinuous: true, IsLocallyLipschitz: true }).Select(type => type.Name)];

    private static IEnumerable<Type> Found => typeof(Tape<>).Assembly.GetTypes()
        .Where(type => type.IsValueType && !Recorders.Contains(type) && type.GetInterfaces().Any(IsRule));

    [Theory]
    [MemberData(nameof(Rules))]
    public void EveryRuleStandsInTheTable(string name) =>
        Assert.Contains(Table.All, row => row.Rule.Name == name);

    [Theory]
    [MemberData(nameof(Rules))]
    public void EveryRuleThatIsNotSmoothIsCheckedAtAKink(string name)
    {
        Type rule = Found.Single(type => type.Name == name);
        OperationFacts facts = OperationCase.FactsOf(rule);
        KinkPoint[] kinks = [.. Table.All.Where(row => row.Rule == rule).SelectMany(row => row.Kinks).Where(point => point.Positions.Length > 0)];
        Assert.Equal(!(facts.IsSmooth && facts.IsLocallyLipschitz), kinks.Length > 0);
        Assert.All(kinks, point => Assert.NotEmpty(point.Expectations));
    }

    [Theory]
    [MemberData(nameof(RulesWithChoices))]
    public void EveryChoiceOfAContinuousRuleIsCheckedUnderEveryPreset(string name)
    {
        Type rule = Found.Single(type => type.Name == name);
        foreach (OperationCase row in Table.All.Where(row => row.Rule == rule && row.Kinks.Length > 0))
        {
            foreach (Selections preset in Presets.All)
                Assert.Contains(row.Kinks.SelectMany(point => point.Expectations), expectation => expectation.Selections == preset
                    && expectation.Program is null);
            Assert.Contains(row.Kinks.SelectMany(point => point.Expectations), expectation => expectation.Program is not null);
        }
    }

    // Only for rules that are recorded directly; elementwise rules have no such members to leave out. SecondOrderTests check rules that claim to be linear.
    [Theory]
    [MemberData(nameof(Rules))]
    public void ARuleIsOfTheKindThatItsFactsState(string name)
    {
        Type rule = Found.Single(type => type.Name == name);
        string[] kinds = [.. rule.GetInterfaces().Select(kind => kind.Name)];
        if (!kinds.Contains(typeof(IRule<>).Name))
            return;
        OperationFacts facts = OperationCase.FactsOf(rule);
        bool isSmooth = kinds.Contains(typeof(ISmoothRule<>).Name), isPiecewiseLinear = kinds.Contains(typeof(IPiecewiseLinearRule<>).Name);
        Assert.Equal(facts.IsSmooth && facts.IsLocallyLipschitz, isSmooth);
        Assert.Equal(isSmooth && isPiecewiseLinear, kinds.Contains(typeof(ILinearRule<>).Name));
        Assert.True(isPiecewiseLinear || !(facts.IsPolyhedral || facts.Curvature == Curvature.Affine));
    }

    [Fact]
    public void FactsHaveNamesOfTheirOwn()
    {
        OperationFacts[] facts = [.. Found.Select(OperationCase.FactsOf)];
        Assert.DoesNotContain(facts, fact => string.IsNullOrWhiteSpace(fact.Name));
        Assert.Equal(facts.Length, facts.Select(fact => fact.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void WhatJumpsIsNeitherSmoothNorLipschitz(string name)
    {
        OperationFacts facts = OperationCase.FactsOf(Found.Single(type => type.Name == name));
        Assert.True(facts.IsContinuous
            || !(facts.IsSmooth || facts.IsLocallyLipschitz), $"{facts.Name} is declared discontinuous, and smooth or Lipschitz too.");
    }

    [Fact]
    public void RowsHaveNamesOfTheirOwn() => Assert.Equal(Table.All.Count, Table.All.Select(row => row.Name).Distinct().Count());

    private static bool IsRule(Type type) =>
        type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(IRule<>) || type.GetGenericTypeDefinition() == typeof(IUnaryRule<>)
            || type.GetGenericTypeDefinition() == typeof(IBinaryRule<>));
}
