using System.Reflection;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The table holds every rule of the library, and the rules' facts are sound.</summary>
public class CompletenessTests
{
    private static readonly Type[] Recorders = [typeof(UnaryOperation<,>), typeof(BinaryOperation<,>)];

    public static TheoryData<string> Rules => [.. Found.Select(type => type.Name)];

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
        bool hasKinks = Table.All.Any(row => row.Rule == rule && row.Kinks.Any(point => point.Positions.Length > 0));
        Assert.Equal(!Facts(rule).IsSmooth, hasKinks);
    }

    [Fact]
    public void FactsHaveNamesOfTheirOwn()
    {
        OperationFacts[] facts = [.. Found.Select(Facts)];
        Assert.DoesNotContain(facts, fact => string.IsNullOrWhiteSpace(fact.Name));
        Assert.Equal(facts.Length, facts.Select(fact => fact.Name).Distinct().Count());
    }

    [Fact]
    public void RowsHaveNamesOfTheirOwn() => Assert.Equal(Table.All.Count, Table.All.Select(row => row.Name).Distinct().Count());

    private static bool IsRule(Type type) => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IRule<>) || type.GetGenericTypeDefinition() == typeof(IUnaryRule<>) || type.GetGenericTypeDefinition() == typeof(IBinaryRule<>));

    private static OperationFacts Facts(Type rule)
    {
        Type closed = rule.IsGenericTypeDefinition ? rule.MakeGenericType(typeof(double)) : rule;
        return (OperationFacts)closed.GetProperty("Facts", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
