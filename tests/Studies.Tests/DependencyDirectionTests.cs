using System.Reflection;

namespace ConservativeAD.Studies.Tests;

public class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ConservativeAD.Kernels"] = [],
        ["ConservativeAD.AutoDiff"] = ["ConservativeAD.Kernels"],
        ["ConservativeAD.Optimizers"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff"],
        ["ConservativeAD.Networks"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff"],
        ["conservative-ad"] = ["ConservativeAD.Kernels", "ConservativeAD.AutoDiff", "ConservativeAD.Optimizers", "ConservativeAD.Networks"],
    };

    public static TheoryData<string> Assemblies => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void DependenciesPointOneWay(string assembly)
    {
        IEnumerable<string> own = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("ConservativeAD", StringComparison.Ordinal) || name == "conservative-ad");
        Assert.Empty(own.Except(Allowed[assembly]));
    }
}
