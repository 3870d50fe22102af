using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using ConservativeAD.Rules;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests;

/// <summary>The map from keys to values: compared by value, without allocation, and open to keys that are declared later.</summary>
public class SelectionsTests
{
    private static readonly SelectionKey<Odds> Own = new("own at 0", new Odds(1, 2))
    {
        Jax = new(new Odds(3, 4), "a page"),
        MinimalNorm = new(new Odds(0, 1), "by hand"),
    };

    [Fact]
    public void PresetsGiveKeysDeclaredLaterTheirOwnValues()
    {
        Assert.Equal([new(1, 2), new(3, 4), new(1, 2), new(0, 1)], Presets.All.Select(preset => preset.GetValue(Own)));
        SelectionKey<double> derived = new("derived at 0", 7) { Clarke = ClarkeSet.Between(-3, -1) };
        Assert.Equal([7, 7, 7, -1], Presets.All.Select(preset => preset.GetValue(derived)));
        GC.KeepAlive(derived);
    }

    [Fact]
    public void EveryPresetIsAPropertyOfKeysAndHasItsName()
    {
        Assert.Equal(["PyTorch", "Jax", "TensorFlow", "MinimalNorm"], Presets.All.Select(preset => preset.Name));
        IEnumerable<PropertyInfo> stated = typeof(SelectionKey<double>).GetProperties()
            .Where(property => property.PropertyType == typeof(PresetValue<double>?));
        Assert.Equal(Presets.All.Select(preset => preset.Name), stated.Select(property => property.Name));
        foreach (Selections preset in Presets.All)
            Assert.Same(preset, typeof(Selections).GetProperty(preset.Name, BindingFlags.Public | BindingFlags.Static)!.GetValue(null));
    }

    [Fact]
    public void WithChangesOneValueOfOneRecord()
    {
        Selections changed = Selections.Jax.With(Own, new Odds(5, 6));
        Assert.Equal(new Odds(5, 6), changed.GetValue(Own));
        Assert.Equal(new Odds(3, 4), Selections.Jax.GetValue(Own));
        Assert.Equal(1, changed.AbsAtZero);
        Assert.Equal(new Odds(5, 6), (changed with { AbsAtZero = 0.5 }).GetValue(Own));
        Assert.Contains("own at 0 = 5:6", changed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("own at 0", Selections.Jax.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RecordsAreEqualByTheirValues()
    {
        Selections one = Selections.PyTorch with { ReluAtZero = 0.5, AbsAtZero = 1 }, other = Selections.PyTorch.With(Abs.AtZero, 1) with { ReluAtZero = 0.5 };
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(Selections.PyTorch, one with { ReluAtZero = 0, AbsAtZero = 0 });
        Assert.Equal(Selections.PyTorch.GetHashCode(), (one with { ReluAtZero = 0, AbsAtZero = 0 }).GetHashCode());
        Assert.Equal(Selections.PyTorch, new Selections());
        Assert.NotEqual(one, other with { ReluAtZero = 0.25 });
        Assert.NotEqual(one, other with { Name = "mine" });
        Assert.NotEqual(one, other with { AbsorbingZero = false });
        Assert.NotEqual(Selections.Jax with { Name = "PyTorch" }, Selections.PyTorch);
        Assert.NotEqual(one.With(Own, new Odds(9, 9)), one);
    }

    [Fact]
    public void LookingUpAllocatesNothing()
    {
        Selections chosen = Selections.Jax.With(Own, new Odds(5, 6));
        Assert.Equal(6.5, Looked(chosen));
        long before = GC.GetAllocatedBytesForCurrentThread();
        double sum = 0;
        for (int i = 0; i < 1000; i++)
            sum += Looked(chosen);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(6500, sum);

        static double Looked(Selections selections) => selections.GetValue(Own).For + selections.ReluAtZero + selections.ClampAtBounds.Lower
            + selections.MaxPool.EvenWeight + selections.LeakyReluAtZero.Between(0, 1);
    }

    [Fact]
    public void TwoKeysOfOneNameAreRefused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SelectionKey<double>("relu at 0", 0));
        Assert.Contains("\"relu at 0\"", refused.Message, StringComparison.Ordinal);
        Assert.Equal("own at 0", Own.Name);
        Assert.Throws<ArgumentException>(() => new SelectionKey<TieSelection>("own at 0", default));
        Assert.Throws<ArgumentException>(() => new SelectionKey<double>(" ", 0));
        Assert.Equal(0, Selections.PyTorch.GetValue(Relu.AtZero));
    }

    // In a fresh copy of the library no key exists yet: operations make theirs when they are first used.
    [Fact]
    public void AUsersKeyMadeFirstTakesNoNameOfTheLibrary()
    {
        AssemblyLoadContext fresh = new("fresh", isCollectible: true);
        Type key = fresh.LoadFromAssemblyPath(typeof(Selections).Assembly.Location).GetType(typeof(SelectionKey<double>).FullName!.Split('[')[0])!
            .MakeGenericType(typeof(double));
        foreach (string name in Selections.Keys.Select(known => known.Name))
        {
            TargetInvocationException refused = Assert.Throws<TargetInvocationException>(() => Activator.CreateInstance(key, name, 0.0));
            Assert.Contains($"\"{name}\"", Assert.IsType<ArgumentException>(refused.InnerException).Message, StringComparison.Ordinal);
        }

        Assert.NotNull(Activator.CreateInstance(key, "own in a fresh copy", 0.0));
        fresh.Unload();
    }

    // As when the assembly of a rule is unloaded and loaded again.
    [Fact]
    public void OfAKeyThatIsGoneOnlyTheNameIsLeft()
    {
        WeakReference gone = DeclareAndForget(out WeakReference selections);
        for (int i = 0; i < 10 && (gone.IsAlive || selections.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(gone.IsAlive || selections.IsAlive);
        SelectionKey<BoundSelection> again = new("short-lived at 0", BoundSelection.Both(2));
        Assert.Equal(BoundSelection.Both(2), Selections.PyTorch.GetValue(again));
        Assert.Equal(BoundSelection.Both(3), Selections.PyTorch.With(again, BoundSelection.Both(3)).GetValue(again));
        Assert.Throws<ArgumentException>(() => new SelectionKey<double>("short-lived at 0", 0));
        GC.KeepAlive(again);
    }

    [Fact]
    public void KeysDeclaredAtOnceHavePlacesOfTheirOwn()
    {
        SelectionKey<double>[] keys = new SelectionKey<double>[64];
        Parallel.For(0, keys.Length, i => keys[i] = new($"one of many, {i}", i));
        Selections all = keys.Aggregate(Selections.PyTorch, (selections, key) => selections.With(key, -key.Default - 1));
        Assert.All(keys, key => Assert.Equal(-key.Default - 1, all.GetValue(key)));
        Assert.All(keys, key => Assert.Equal(key.Default, Selections.PyTorch.GetValue(key)));
        GC.KeepAlive(keys);
    }

    [Fact]
    public void ASideIsANumberOrOneOfTwoSlopes()
    {
        Assert.Equal([2, 3, 2, 7], ((SideSelection[])[SideSelection.Left, SideSelection.Right, SideSelection.LeastNorm, 7]).Select(side => side.Between(2, 3)));
        (double Left, double Right)[] slopes = [(-1, -2), (-1, 2), (0, 2), (-3, -2), (2, -1)];
        Assert.Equal([-1, 0, 0, -2, 0], slopes.Select(pair => SideSelection.LeastNorm.Between(pair.Left, pair.Right)));
        SideSelection none = null;
        Assert.Equal(SideSelection.Left, none);
        Assert.Equal(7, ((SideSelection)7).Slope);
        Assert.NotEqual(SideSelection.Left, 0);
        Assert.Equal("left right least norm 0.5", $"{SideSelection.Left} {SideSelection.Right} {SideSelection.LeastNorm} {(SideSelection)0.5}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference DeclareAndForget(out WeakReference selections)
    {
        SelectionKey<double> key = new("short-lived at 0", 1);
        selections = new WeakReference(Selections.PyTorch.With(key, 2));
        return new WeakReference(key);
    }

    private readonly record struct Odds(int For, int Against)
    {
        public override string ToString() => $"{For}:{Against}";
    }
}
