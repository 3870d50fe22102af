using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ConservativeAD.Kernels;

namespace ConservativeAD.AutoDiff.Tests;

/// <summary>Namespaces are layers: a type refers to types of its own layer and of those below.</summary>
public class LayerTests
{
    // From the bottom up. Rules and the root are written for each other.
    private static readonly string[][] Layers =
    [
        [
            "ConservativeAD.Kernels", "ConservativeAD.Kernels.Common", "ConservativeAD.Kernels.Cpu", "ConservativeAD.Kernels.Elementwise",
            "ConservativeAD.Kernels.Reductions", "ConservativeAD.Kernels.Scans",
        ],
        ["ConservativeAD.Rules", "ConservativeAD"],
        ["ConservativeAD.Scalars"],
        ["ConservativeAD.Nonsmooth"],
    ];

    private static readonly Architecture Engine = new ArchLoader().LoadAssemblies(typeof(Device).Assembly, typeof(Tape<>).Assembly).Build();

    [Fact]
    public void NoTypeRefersToALayerAboveItsOwn()
    {
        IType[] own = [.. Engine.Types.Where(type => LayerOf(type) >= 0)];
        Assert.All(Enumerable.Range(0, Layers.Length), layer => Assert.Contains(own, type => LayerOf(type) == layer && type.Dependencies is [_, ..]));
        string[] wrong = [.. own
            .SelectMany(type => type.Dependencies.Where(dependency => dependency.Target is not GenericParameter && LayerOf(dependency.Target) > LayerOf(type)))
            .Select(dependency => $"{dependency.Origin.FullName} refers to {dependency.Target.FullName}")
            .Distinct()];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void EveryNamespaceOfTheEngineIsInALayer() => Assert.Empty(Engine.Types
        .Where(type => type.Assembly.Name.StartsWith("ConservativeAD", StringComparison.Ordinal) && LayerOf(type) < 0)
        .Select(type => type.FullName)
        .Distinct());

    private static int LayerOf(IType type) => Array.FindIndex(Layers, layer => layer.Contains(type.Namespace?.FullName));
}
