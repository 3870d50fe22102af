using ConservativeAD.Rules;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Tests;

namespace ConservativeAD.Studies.Tests.Gradients;

/// <summary>The choices at kinks that studies compare.</summary>
public class KinkChoiceTests
{
    [Fact]
    public void TheOperationsOfAChoiceAreThoseThatReadItsKeys()
    {
        // The table is written from the table of operations.
        string[][] rows = [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "selections.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells.Length > 4)];
        foreach (KinkChoice choice in Enum.GetValues<KinkName>().Where(name => name != KinkName.Any).Select(KinkChoice.Of))
        {
            IEnumerable<SelectionKey> keys = Selections.Keys.Where(key => !Equal(key, choice.First, choice.Second));
            string[] readers = [.. keys.SelectMany(key => rows.First(row => row[1] == key.Name)[3].Split(", "))];
            Assert.Equal(readers.Order(), choice.ReadBy.Order());
        }
    }

    [Fact]
    public void OtherChoicesAtAllKinksAreOtherAtEveryKey()
    {
        KinkChoice any = KinkChoice.Of(KinkName.Any);
        Assert.All(Selections.Keys, key => Assert.False(Equal(key, any.First, any.Second), key.Name));
        Assert.True(any.IsReadBy(Relu.Facts));
    }

    private static bool Equal(SelectionKey key, Selections one, Selections other) => key switch
    {
        SelectionKey<double> number => one.GetValue(number) == other.GetValue(number),
        SelectionKey<TieSelection> ties => one.GetValue(ties) == other.GetValue(ties),
        SelectionKey<SideSelection> side => one.GetValue(side) == other.GetValue(side),
        SelectionKey<BoundSelection> bounds => one.GetValue(bounds) == other.GetValue(bounds),
        _ => throw new NotSupportedException($"{key} is of another type."),
    };
}
