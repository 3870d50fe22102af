using System.Reflection;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// The selection keys of the library: each is a property of <see cref="Selections"/>, is read by an operation of the table, has a source in every preset, and
/// states its Clarke set correctly.
/// </summary>
public class SelectionKeyTests
{
    public static TheoryData<string> Names => [.. EngineKeys.All.Select(key => key.Name)];

    [Fact]
    public void EveryKeyIsOnePropertyAndEveryPropertyOneKey()
    {
        Assert.Equal(EngineKeys.Properties.Count, EngineKeys.All.Count);
        Assert.Equal(EngineKeys.All, Selections.Keys);
        Assert.All(EngineKeys.All, key => Assert.Single(EngineKeys.Properties, property => EngineKeys.Reads(property, key)));
        Assert.All(EngineKeys.Properties, property => Assert.Single(EngineKeys.All, key => EngineKeys.Reads(property, key)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SettingThePropertySetsTheKey(string name)
    {
        SelectionKey key = EngineKeys.Find(name);
        PropertyInfo property = EngineKeys.Properties.Single(property => EngineKeys.Reads(property, key));
        Selections contrary = EngineKeys.Contrary(Selections.PyTorch, key), changed = Selections.PyTorch with { };
        Assert.Equal(EngineKeys.Value(contrary, key), property.GetValue(contrary));
        property.SetValue(changed, property.GetValue(contrary));
        Assert.Equal(contrary, changed);
        Assert.Equal(contrary.ToString(), changed.ToString());
        Assert.Contains(property.Name + " = " + property.GetValue(contrary), contrary.ToString(), StringComparison.Ordinal);
        Assert.Single(EngineKeys.All, other => !Equals(EngineKeys.Value(changed, other), EngineKeys.Value(Selections.PyTorch, other)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryKeyIsReadAtAKinkOfTheTable(string name) => Assert.NotEmpty(EngineKeys.RowsThatRead(EngineKeys.Find(name)));

    // EveryChoiceMultipliesTheIncomingGradient checks the rows' expectations for each preset.
    [Theory]
    [MemberData(nameof(Names))]
    public void EveryRowThatReadsTheKeySaysWhatEveryPresetReturns(string name)
    {
        foreach (OperationCase row in EngineKeys.RowsThatRead(EngineKeys.Find(name)))
        {
            Expectation[] expectations = [.. row.Kinks.SelectMany(point => point.Expectations).Where(expectation => expectation.Program is null)];
            Assert.All(Presets.All, preset => Assert.Contains(expectations, expectation => expectation.Selections == preset));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryPresetHasASourceOrFollowsFromTheClarkeSet(string name)
    {
        SelectionKey key = EngineKeys.Find(name);
        Assert.False(string.IsNullOrWhiteSpace(key.Meaning) || string.IsNullOrWhiteSpace(key.ClarkeText));
        foreach (Selections preset in Presets.All.Where(preset => preset != Selections.MinimalNorm))
            Assert.False(string.IsNullOrWhiteSpace(SelectionTables.Source(key, preset)), $"{name}: no source for {preset.Name}.");
        Assert.Null(SelectionTables.Source(key, Selections.MinimalNorm));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatEveryPresetReturnsIsClarke(string name)
    {
        foreach (Selections preset in Presets.All)
        {
            Assert.True(EngineKeys.Find(name) switch
            {
                SelectionKey<double> slope => slope.Clarke!.Contains(preset.GetValue(slope)),
                SelectionKey<SideSelection> side => side.Clarke!.Contains(preset.GetValue(side)),
                SelectionKey<BoundSelection> bounds => bounds.Clarke!.Contains(preset.GetValue(bounds)),
                SelectionKey<TieSelection> ties => ties.Clarke!.Contains(preset.GetValue(ties)),
                _ => null,
            });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheClarkeSetIsTheOneThatTheSubdifferentialShows(string name)
    {
        int inside = 0, outside = 0;
        SelectionKey key = EngineKeys.Find(name);
        foreach (OperationCase row in EngineKeys.RowsThatRead(key))
        {
            foreach (KinkPoint point in row.Kinks)
            {
                foreach (Func<double, (Selections Selections, bool? IsClarke)> choice in Choices(key))
                {
                    double[] contrary = EngineKeys.Gradient(row, point, choice(44).Selections);
                    if (contrary.SequenceEqual(EngineKeys.Gradient(row, point, choice(45).Selections)))
                        continue;
                    for (double number = -2; number <= 3; number += 0.25)
                    {
                        (Selections selections, bool? isClarke) = choice(number);
                        bool shown = IsInSubdifferential(row, point, EngineKeys.Gradient(row, point, selections));
                        Assert.True(isClarke is null || isClarke == shown, $"{row.Name}, {selections}: the key says {isClarke}, the subdifferential {shown}.");
                        _ = shown ? inside++ : outside++;
                    }
                }
            }
        }

        Assert.True(inside > 0 && outside > 0);
    }

    [Fact]
    public void MinimalNormIsTheNearestToZeroOfTheSubdifferential()
    {
        int compared = 0;
        foreach (OperationCase row in Table.All.Where(row => row.HasOneSidedDerivatives))
        {
            foreach (KinkPoint point in row.Kinks)
            {
                // With several outputs, the least element of each operation's own set need not be that of the sum.
                if (Evaluation.Value(row, point.Shapes, point.Values).Length > 1)
                    continue;
                ClarkeSubdifferential whole = Clarke.Subdifferential(Program(row, point), Start(point));
                if (!whole.IsExact)
                    continue;
                double[] least = EngineKeys.Gradient(row, point, Selections.MinimalNorm), nearest = MinimalNormPoint.Of([.. whole.Generators]).Point;
                for (int i = 0; i < least.Length; i++)
                    Evaluation.AssertClose(nearest[i], least[i], 1e-9, $"{row.Name}, element {i}");
                compared++;
            }
        }

        Assert.True(compared > 10);
    }

    // Families of choices with a number; those that a kink reads are tested.
    private static IEnumerable<Func<double, (Selections Selections, bool? IsClarke)>> Choices(SelectionKey key) => key switch
    {
        SelectionKey<double> slope => [number => Choice(slope, slope.Clarke!, number)],
        SelectionKey<SideSelection> side => [number => Choice(side, side.Clarke!, number)],
        SelectionKey<BoundSelection> bounds =>
        [
            number => Choice(bounds, bounds.Clarke!, new BoundSelection(number, bounds.Clarke!.LeastNorm.Upper)),
            number => Choice(bounds, bounds.Clarke!, new BoundSelection(bounds.Clarke!.LeastNorm.Lower, number)),
        ],
        SelectionKey<TieSelection> ties => [number => Choice(ties, ties.Clarke!, TieSelection.Mixture(number))],
        _ => throw new NotSupportedException($"{key}: say what can be chosen of its type."),
    };

    private static (Selections Selections, bool? IsClarke) Choice<TValue>(SelectionKey<TValue> key, ClarkeSet<TValue> clarke, TValue value)
        where TValue : struct, IEquatable<TValue> => (Selections.PyTorch.With(key, value), clarke.Contains(value));

    private static bool IsInSubdifferential(OperationCase row, KinkPoint point, double[] gradient)
    {
        Objective objective = Program(row, point);
        ClarkeSubdifferential whole = Clarke.Subdifferential(objective, Start(point));
        if (whole.Contains(gradient, 1e-9) is { } known)
            return known;

        // The ball of a norm, for which the generators are a sample: v is in it if and only if F'(x; v) is not below ⟨v, v⟩.
        Assert.False(whole.IsPiecewiseLinear);
        return Clarke.DirectionalDerivative(objective, Start(point), gradient) >= Evaluation.Dot(gradient, gradient) - 1e-9;
    }

    private static double[] Start(KinkPoint point) => [.. point.Values.SelectMany(values => values)];

    private static Objective Program(OperationCase row, KinkPoint point) => Objective.OfTensors(point.Shapes, leaves =>
    {
        Var<double> y = row.Apply(leaves);
        return (y * y.Tape.Constant(y.Shape, [.. Enumerable.Range(0, y.Shape.Count).Select(output => KinkPoint.Cotangent + output)])).Sum();
    });
}
